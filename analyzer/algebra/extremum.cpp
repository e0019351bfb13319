// Which spelling does a maximum or a minimum have?
//
// What all arguments share is taken out: max(2*N + 1, 2*M + 3) is 2*max(N, M + 1) + 1.  Arguments that another one surpasses for all
// values of the symbols are dropped.
#include <algorithm>
#include <utility>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

/// A maximum inside a maximum becomes part of it up to so many arguments.
constexpr std::size_t kMaxArguments = 32;

class Extremum {
 public:
  Extremum(AtomKind kind, std::vector<Dim> arguments) : kind_(kind), arguments_(std::move(arguments)) {}

  Dim simplified() {
    std::size_t before = 0;
    do {
      before = arguments_.size();
      flatten();
      take_out_sum();
      take_out_product();
      drop_surpassed();
    } while (arguments_.size() != before);
    return offset_ + scale_ * spelled();
  }

 private:
  /// Is `a`, as one argument beside `b`, of no effect?
  [[nodiscard]] bool surpassed(const Dim& a, const Dim& b) const {
    return (kind_ == AtomKind::maximum ? at_least(b, a) : at_least(a, b)) == Certainty::always;
  }

  void flatten();
  void take_out_sum();
  void take_out_product();
  void drop_surpassed();
  Dim spelled();

  AtomKind kind_;
  std::vector<Dim> arguments_;
  Dim offset_ = 0;
  Dim scale_ = 1;
};

/// The only term that holds a min or max as a factor beside what is at least 0.
const Term* find_extremum(std::span<const Term> terms) {
  const Term* found = nullptr;
  for (const Term& term : terms) {
    const auto is_extremum = [](const Factor& factor) {
      return factor.atom->kind == AtomKind::maximum || factor.atom->kind == AtomKind::minimum;
    };
    if (std::none_of(term.monomial.factors.begin(), term.monomial.factors.end(), is_extremum)) continue;
    if (found != nullptr) return nullptr;
    found = &term;
  }
  return found;
}

/// The arguments whose maximum (minimum) is `dim`, if it is one beside other terms: 3 + N*max(a, b) gives 3 + N*a, 3 + N*b.
std::vector<Dim> parts(const Dim& dim, AtomKind kind) {
  const TermView view(dim);
  const Term* const term = find_extremum(view.terms());
  if (term == nullptr) return {};
  const bool turned = term->coefficient < 0;
  for (const Factor& factor : term->monomial.factors) {
    const bool fits = factor.atom->kind == AtomKind::maximum || factor.atom->kind == AtomKind::minimum;
    if (!fits || factor.power != 1 || (factor.atom->kind == kind) == turned) continue;
    Monomial lone;
    lone.factors.push_back(factor);
    lone.degree = 1;
    const Monomial rest = *divide(term->monomial, lone);
    if (!is_non_negative(rest)) continue;
    const Dim scale = make_dim(Term{term->coefficient, rest});
    const Dim others = dim - make_dim(*term);
    std::vector<Dim> result;
    for (const Dim& argument : factor.atom->operands) result.push_back(others + scale * argument);
    return result;
  }
  return {};
}

void Extremum::flatten() {
  for (std::size_t i = 0; i < arguments_.size();) {
    std::vector<Dim> inner = parts(arguments_[i], kind_);
    if (inner.empty() || arguments_.size() + inner.size() > kMaxArguments) {
      ++i;
      continue;
    }
    arguments_[i] = std::move(inner.back());
    inner.pop_back();
    arguments_.insert(arguments_.end(), inner.begin(), inner.end());
  }
}

/// Each monomial is left with the coefficient 0 in the argument where it is least.
void Extremum::take_out_sum() {
  struct Least {
    Term term;
    std::size_t arguments;
  };
  std::vector<Least> least;
  for (const Dim& argument : arguments_) {
    for (const Term& term : TermView(argument)) {
      const auto found = std::find_if(least.begin(), least.end(), [&](const Least& known) {
        return compare(known.term.monomial, term.monomial) == std::strong_ordering::equal;
      });
      if (found == least.end()) {
        least.push_back({term, 1});
      } else {
        found->term.coefficient = std::min(found->term.coefficient, term.coefficient);
        ++found->arguments;
      }
    }
  }
  Terms shared;
  for (Least& entry : least) {
    if (entry.arguments != arguments_.size()) entry.term.coefficient = std::min(entry.term.coefficient, Int128{0});
    if (entry.term.coefficient != 0) shared.push_back(std::move(entry.term));
  }
  canonicalize(shared);
  const Dim common = make_dim(std::move(shared));
  if (common.is(0)) return;
  for (Dim& argument : arguments_) argument -= common;
  offset_ += scale_ * common;
}

void Extremum::take_out_product() {
  std::optional<Term> common;
  for (const Dim& argument : arguments_) {
    for (const Term& term : TermView(argument)) {
      if (!common) {
        common = Term{term.coefficient, {}};
        for (const Factor& factor : term.monomial.factors) {
          if (factor.atom->range.low.value_or(-1) < 0) continue;
          common->monomial.factors.push_back(factor);
          common->monomial.degree += factor.power;
        }
      }
      common->coefficient = greatest_common_divisor(common->coefficient, term.coefficient);
      common->monomial = common_factors(common->monomial, term.monomial);
    }
  }
  if (!common || (common->coefficient == 1 && common->monomial.is_one())) return;
  const Dim factor = make_dim(*std::move(common));
  for (Dim& argument : arguments_) argument = *exact_quotient(argument, factor);
  scale_ *= factor;
}

void Extremum::drop_surpassed() {
  std::sort(arguments_.begin(), arguments_.end(),
            [](const Dim& a, const Dim& b) { return order_of_spelling(a, b) == std::strong_ordering::greater; });
  std::vector<Dim> kept;
  for (Dim& argument : arguments_) {
    if (std::any_of(kept.begin(), kept.end(), [&](const Dim& other) { return surpassed(argument, other); })) continue;
    std::erase_if(kept, [&](const Dim& other) { return surpassed(other, argument); });
    kept.push_back(std::move(argument));
  }
  arguments_ = std::move(kept);
}

Dim Extremum::spelled() {
  if (arguments_.size() == 1) return arguments_.front();
  Interval range;
  bool all_low = true;
  bool all_high = true;
  for (const Dim& argument : arguments_) {
    const Interval one = range_of(argument);
    const auto greater = [&](const auto& a, const auto& b) { return !b || (a && (kind_ == AtomKind::maximum) == (*a > *b)); };
    all_low = all_low && one.low;
    all_high = all_high && one.high;
    if (one.low && greater(one.low, range.low)) range.low = one.low;
    if (one.high && greater(one.high, range.high)) range.high = one.high;
  }
  // A maximum is at least any low end, but at most the highest of all high ends; a minimum the other way round.
  if (kind_ == AtomKind::maximum && !all_high) range.high.reset();
  if (kind_ == AtomKind::minimum && !all_low) range.low.reset();
  return make_dim(AtomPointer(new Atom(kind_, {}, std::move(arguments_), range)));
}

}  // namespace

Dim extremum(AtomKind kind, std::vector<Dim> arguments) { return Extremum(kind, std::move(arguments)).simplified(); }

}  // namespace algebra

Dim max(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number()) return *a.number() < *b.number() ? b : a;
  return algebra::extremum(algebra::AtomKind::maximum, {a, b});
}

Dim min(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number()) return *b.number() < *a.number() ? b : a;
  return algebra::extremum(algebra::AtomKind::minimum, {a, b});
}

Dim abs(const Dim& a) {
  if (at_least(a, 0) == Certainty::always) return a;
  if (at_least(0, a) == Certainty::always) return -a;
  return max(a, -a);
}

}  // namespace macroscope
