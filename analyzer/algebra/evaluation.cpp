#include "analyzer/algebra/evaluation.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <mutex>
#include <utility>
#include <vector>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {

/// Works quantities out, from numbers of symbols and from values of definitions that it remembers.
class Evaluator {
 public:
  std::optional<Int128> value_at(const Dim& quantity);

 protected:
  ~Evaluator() = default;

 private:
  /// Empty where a symbol has no number.
  [[nodiscard]] virtual std::optional<Int128> value_of_symbol(const Atom& symbol) = 0;
  /// Null where nobody has asked; empty where there is no such number.
  [[nodiscard]] virtual const std::optional<Int128>* known(const Atom& atom) const = 0;
  virtual void remember(const Atom& atom, const std::optional<Int128>& value) = 0;

  // Empty rather than thrown: a model of huge sizes asks a million times for what does not fit.
  [[nodiscard]] std::optional<Int128> value_of(const Atom& atom);
  [[nodiscard]] std::optional<Int128> value_of(const Term& term);
  [[nodiscard]] std::optional<Int128> value_of(const Dim& dim);
  /// \returns false where it names definitions whose values are not known
  [[nodiscard]] bool try_value_of(const Dim& dim, std::optional<Int128>& value);
  void add_unknown(const Dim& dim, std::vector<const Atom*>& unknown) const;

  bool is_definition_missing_ = false;
};

namespace {

std::optional<Int128> sum_of(Int128 a, Int128 b) {
  Int128 sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::nullopt : std::optional(sum);
}

std::optional<Int128> product_of(Int128 a, Int128 b) {
  Int128 product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::nullopt : std::optional(product);
}

std::optional<Int128> quotient_of(Int128 over, Int128 under) {
  if (under > 0) return floor_quotient(over, under);
  const std::optional<Int128> turned_over = product_of(over, -1), turned_under = product_of(under, -1);
  return under != 0 && turned_over && turned_under ? std::optional(floor_quotient(*turned_over, *turned_under)) : std::nullopt;
}

}  // namespace

std::optional<Int128> Evaluator::value_of(const Atom& atom) {
  switch (atom.kind) {
    case AtomKind::symbol:
      return value_of_symbol(atom);
    case AtomKind::definition: {
      const std::optional<Int128>* const value = known(atom);
      is_definition_missing_ = is_definition_missing_ || value == nullptr;
      return value == nullptr ? std::nullopt : *value;
    }
    case AtomKind::quotient: {
      const std::optional<Int128> over = value_of(atom.operands[0]), under = value_of(atom.operands[1]);
      return over && under ? quotient_of(*over, *under) : std::nullopt;
    }
    case AtomKind::minimum:
    case AtomKind::maximum:
      break;
  }
  std::optional<Int128> best = value_of(atom.operands.front());
  for (std::size_t operand = 1; best && operand < atom.operands.size(); ++operand) {
    const std::optional<Int128> value = value_of(atom.operands[operand]);
    if (!value) return std::nullopt;
    best = atom.kind == AtomKind::maximum ? std::max(*best, *value) : std::min(*best, *value);
  }
  return best;
}

std::optional<Int128> Evaluator::value_of(const Term& term) {
  std::optional<Int128> product = term.coefficient;
  for (const Factor& factor : term.monomial.factors) {
    const std::optional<Int128> value = value_of(*factor.atom);
    if (!value || *value == 0) return value;
    const bool is_unit = *value == 1 || *value == -1;
    const std::uint32_t times = is_unit ? factor.power % 2 : factor.power;
    for (std::uint32_t power = 0; product && power < times; ++power) product = product_of(*product, *value);
    if (!product) return std::nullopt;
  }
  return product;
}

std::optional<Int128> Evaluator::value_of(const Dim& dim) {
  std::optional<Int128> sum = 0;
  const TermView view(dim);
  for (const Term& term : view) {
    const std::optional<Int128> value = value_of(term);
    if (!value) return std::nullopt;
    sum = sum_of(*sum, *value);
    if (!sum) return std::nullopt;
  }
  return sum;
}

/// Definitions that an expression spells whose values are not known; expressions nest no deeper than they are spelled.
void Evaluator::add_unknown(const Dim& dim, std::vector<const Atom*>& unknown) const {
  const Expression* const body = Expression::of(dim);
  if (body == nullptr) return;
  for (const Term& term : body->terms) {
    for (const Factor& factor : term.monomial.factors) {
      const Atom& atom = *factor.atom;
      if (atom.kind != AtomKind::definition) {
        for (const Dim& operand : atom.operands) add_unknown(operand, unknown);
      } else if (known(atom) == nullptr) {
        unknown.push_back(&atom);
      }
    }
  }
}

bool Evaluator::try_value_of(const Dim& dim, std::optional<Int128>& value) {
  is_definition_missing_ = false;
  value = value_of(dim);
  return !is_definition_missing_;
}

std::optional<Int128> Evaluator::value_at(const Dim& quantity) {
  if (const std::optional<Int128> number = quantity.integer()) return number;
  std::optional<Int128> value;
  if (try_value_of(quantity, value)) return value;
  std::vector<const Atom*> unknown;
  add_unknown(quantity, unknown);
  while (!unknown.empty()) {
    const Atom& atom = *unknown.back();
    const Dim& meaning = atom.operands.front();
    if (known(atom) != nullptr) {
      unknown.pop_back();
    } else if (try_value_of(meaning, value)) {
      remember(atom, value);
      unknown.pop_back();
    } else {
      add_unknown(meaning, unknown);
    }
  }
  return value_of(quantity);
}

/// Atoms themselves remember: few sizes are ever asked for.
class OneSize final : public Evaluator {
 public:
  explicit OneSize(std::int64_t size) noexcept : size_(size) {}

 private:
  [[nodiscard]] std::optional<Int128> value_of_symbol(const Atom& /*symbol*/) override { return size_; }
  [[nodiscard]] const std::optional<Int128>* known(const Atom& definition) const override {
    const Atom::KnownValue* const value = definition.known_value(size_);
    return value == nullptr ? nullptr : &value->value;
  }
  void remember(const Atom& definition, const std::optional<Int128>& value) override { definition.remember_value(size_, value); }

  std::int64_t size_;
};

class ManySizes final : public Evaluator {
 public:
  explicit ManySizes(Bindings sizes) noexcept : sizes_(std::move(sizes)) {}
  [[nodiscard]] const Bindings& sizes() const noexcept { return sizes_; }

 private:
  /// Found by its name once: most expressions share the atoms of their symbols.
  [[nodiscard]] std::optional<Int128> value_of_symbol(const Atom& symbol) override {
    if (const std::optional<Int128>* const value = known(symbol)) return *value;
    const auto size = sizes_.find(symbol.name);
    const std::optional<Int128> value = size == sizes_.end() ? std::nullopt : size->second.integer();
    remember(symbol, value);
    return value;
  }
  [[nodiscard]] const std::optional<Int128>* known(const Atom& atom) const override {
    const auto value = values_.find(&atom);
    return value == values_.end() ? nullptr : &value->second;
  }
  void remember(const Atom& atom, const std::optional<Int128>& value) override {
    held_.emplace_back(&atom);
    values_.emplace(&atom, value);
  }

  Bindings sizes_;
  boost::unordered_flat_map<const Atom*, std::optional<Int128>> values_;
  /// So that no other atom takes the place in memory of one whose value is known.
  std::vector<AtomPointer> held_;
};

}  // namespace algebra

std::optional<Int128> value_at(const Dim& quantity, std::int64_t size) { return algebra::OneSize(size).value_at(quantity); }

/// Reports of one model may be written by several threads.
struct SizePoint::Known {
  explicit Known(const Bindings& sizes) : evaluator(sizes), leading_terms(sizes) {}

  std::mutex mutex;
  algebra::ManySizes evaluator;
  LeadingTerms leading_terms;
};

SizePoint::SizePoint(const Bindings& sizes) : known_(std::make_shared<Known>(sizes)) {}

const Bindings& SizePoint::sizes() const noexcept { return known_->evaluator.sizes(); }

std::optional<LeadingTerm> SizePoint::leading_term_of(const Dim& quantity) const {
  const std::lock_guard lock(known_->mutex);
  return known_->leading_terms.of(quantity);
}

std::optional<Dim> SizePoint::value_of(const Dim& quantity) const {
  if (quantity.integer()) return quantity;
  const std::lock_guard lock(known_->mutex);
  const std::optional<Int128> value = known_->evaluator.value_at(quantity);
  return value ? std::optional(Dim::of_int128(*value)) : std::nullopt;
}

}  // namespace macroscope
