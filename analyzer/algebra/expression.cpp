#include "analyzer/algebra/expression.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace macroscope::algebra {
namespace {

[[noreturn]] void overflow() { throw AlgebraError("a number does not fit 128 bits"); }

/// One step of a hash whose result is the same on every machine and in every run.
std::uint64_t mix(std::uint64_t state, std::uint64_t value) noexcept {
  state ^= value + 0x9e3779b97f4a7c15U + (state << 6U) + (state >> 2U);
  state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9U;
  state = (state ^ (state >> 27U)) * 0x94d049bb133111ebU;
  return state ^ (state >> 31U);
}

std::uint64_t hash_of(const std::string& text) noexcept {
  std::uint64_t state = 0xcbf29ce484222325U;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return state;
}

std::uint64_t hash_of(const Term& term) noexcept {
  const auto bits = static_cast<Unsigned128>(term.coefficient);
  std::uint64_t state = mix(static_cast<std::uint64_t>(bits), static_cast<std::uint64_t>(bits >> 64U));
  for (const Factor& factor : term.monomial.factors) state = mix(mix(state, factor.atom->hash), factor.power);
  return state;
}

/// The fewer atoms come first in a monomial, the higher their powers, the greater it is.
std::strong_ordering compare_factors(const Monomial& a, const Monomial& b) noexcept {
  const std::size_t common = std::min(a.factors.size(), b.factors.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Factor& x = a.factors[i];
    const Factor& y = b.factors[i];
    if (const auto order = compare(*y.atom, *x.atom); order != std::strong_ordering::equal) return order;
    if (x.power != y.power) return x.power <=> y.power;
  }
  return a.factors.size() <=> b.factors.size();
}

std::uint32_t checked_power(std::uint64_t power) {
  if (power > std::numeric_limits<std::uint32_t>::max()) throw AlgebraError("a power does not fit 32 bits");
  return static_cast<std::uint32_t>(power);
}

}  // namespace

std::uint64_t stable_hash(const Dim& dim) noexcept {
  if (const Expression* const body = Expression::of(dim)) return body->hash;
  return mix(0, static_cast<std::uint64_t>(*dim.number()));
}

Int128 checked_add(Int128 a, Int128 b) {
  Int128 result = 0;
  if (__builtin_add_overflow(a, b, &result)) overflow();
  return result;
}

Int128 checked_multiply(Int128 a, Int128 b) {
  Int128 result = 0;
  if (__builtin_mul_overflow(a, b, &result)) overflow();
  return result;
}

Int128 floor_quotient(Int128 a, Int128 b) {
  const Int128 quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

Int128 greatest_common_divisor(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? checked_multiply(a, -1) : a;
}

Atom::Atom(AtomKind kind_of, std::string name_of, Operands operands_of, Interval range_of)
    : kind(kind_of), name(std::move(name_of)), operands(std::move(operands_of)), range(range_of) {
  hash = mix(hash_of(name), static_cast<std::uint64_t>(kind));
  for (const Dim& operand : operands) hash = mix(hash, stable_hash(operand));
  if (kind == AtomKind::definition) return;
  for (const Dim& operand : operands) {
    size += operand.size();
    if (const Expression* const body = Expression::of(operand)) depth = std::max(depth, body->depth + 1);
  }
}

Atom::~Atom() {
  const KnownValue* known = known_values_.load(std::memory_order_acquire);
  while (known != nullptr) delete std::exchange(known, known->next);
}

const Atom::KnownValue* Atom::known_value(std::int64_t of_size) const noexcept {
  const KnownValue* known = known_values_.load(std::memory_order_acquire);
  while (known != nullptr && known->size != of_size) known = known->next;
  return known;
}

void Atom::remember_value(std::int64_t of_size, const std::optional<Int128>& value) const {
  auto* const added = new KnownValue{of_size, value, known_values_.load(std::memory_order_acquire)};
  while (!known_values_.compare_exchange_weak(added->next, added, std::memory_order_acq_rel)) continue;
}

/// What is left of many terms may be one.
Expression::Expression(Terms canonical)
    : terms(canonical.size() == 1 ? Terms{std::move(canonical.front())} : std::move(canonical)) {
  for (const Term& term : terms) {
    hash = mix(hash, hash_of(term));
    ++size;
    for (const Factor& factor : term.monomial.factors) {
      size += factor.atom->size;
      depth = std::max(depth, factor.atom->depth);
    }
  }
  charge(size);
}

TermView::TermView(const Dim& dim) noexcept {
  if (const Expression* const body = Expression::of(dim)) {
    terms_ = body->terms;
  } else if (const std::int64_t number = *dim.number(); number != 0) {
    terms_ = {&constant_.emplace(Term{number, {}}), 1};
  }
}

std::strong_ordering compare(const Atom& a, const Atom& b) noexcept {
  if (&a == &b) return std::strong_ordering::equal;
  if (a.kind != b.kind) return a.kind <=> b.kind;
  if (const int order = a.name.compare(b.name); order != 0) return order <=> 0;
  const std::size_t common = std::min(a.operands.size(), b.operands.size());
  if (a.kind != AtomKind::definition) {
    for (std::size_t i = 0; i < common; ++i) {
      const auto order = order_of_spelling(a.operands[i], b.operands[i]);
      if (order != std::strong_ordering::equal) return order;
    }
  }
  return a.operands.size() <=> b.operands.size();
}

bool same(const Atom& a, const Atom& b) noexcept {
  return &a == &b || (a.hash == b.hash && compare(a, b) == std::strong_ordering::equal);
}

std::strong_ordering compare(const Monomial& a, const Monomial& b) noexcept {
  if (a.degree != b.degree) return a.degree <=> b.degree;
  return compare_factors(a, b);
}

std::uint32_t Monomial::power_of(const Atom& atom) const noexcept {
  for (const Factor& factor : factors) {
    if (same(*factor.atom, atom)) return factor.power;
  }
  return 0;
}

Monomial monomial_of(AtomPointer atom) {
  Monomial result;
  result.factors.push_back({std::move(atom), 1});
  result.degree = 1;
  return result;
}

Monomial multiply(const Monomial& a, const Monomial& b) {
  if (a.is_one()) return b;
  if (b.is_one()) return a;
  Monomial result;
  result.degree = a.degree + b.degree;
  auto x = a.factors.begin();
  auto y = b.factors.begin();
  while (x != a.factors.end() && y != b.factors.end()) {
    const auto order = compare(*x->atom, *y->atom);
    if (order == std::strong_ordering::equal) {
      result.factors.push_back({x->atom, checked_power(std::uint64_t{x->power} + y->power)});
      ++x;
      ++y;
    } else {
      result.factors.push_back(order == std::strong_ordering::less ? *x++ : *y++);
    }
  }
  result.factors.insert(result.factors.end(), x, a.factors.end());
  result.factors.insert(result.factors.end(), y, b.factors.end());
  return result;
}

std::optional<Monomial> divide(const Monomial& a, const Monomial& b) {
  if (b.degree > a.degree) return std::nullopt;
  Monomial result;
  result.degree = a.degree - b.degree;
  auto y = b.factors.begin();
  for (const Factor& x : a.factors) {
    if (y == b.factors.end() || !same(*x.atom, *y->atom)) {
      result.factors.push_back(x);
      continue;
    }
    if (y->power > x.power) return std::nullopt;
    if (y->power < x.power) result.factors.push_back({x.atom, x.power - y->power});
    ++y;
  }
  if (y != b.factors.end()) return std::nullopt;
  return result;
}

Monomial common_factors(const Monomial& a, const Monomial& b) {
  Monomial result;
  for (const Factor& x : a.factors) {
    for (const Factor& y : b.factors) {
      if (!same(*x.atom, *y.atom)) continue;
      result.factors.push_back({x.atom, std::min(x.power, y.power)});
      result.degree += result.factors.back().power;
    }
  }
  return result;
}

Terms add_scaled(std::span<const Term> a, std::span<const Term> b, const Term& factor) {
  Terms result;
  charge(a.size() + b.size());
  result.reserve(a.size() + b.size());
  auto x = a.begin();
  for (const Term& y : b) {
    Term scaled{checked_multiply(y.coefficient, factor.coefficient), multiply(y.monomial, factor.monomial)};
    auto order = std::strong_ordering::less;
    while (x != a.end() && (order = compare(x->monomial, scaled.monomial)) == std::strong_ordering::greater) {
      result.push_back(*x++);
    }
    if (x != a.end() && order == std::strong_ordering::equal) {
      scaled.coefficient = checked_add(scaled.coefficient, x->coefficient);
      ++x;
    }
    if (scaled.coefficient != 0) result.push_back(std::move(scaled));
  }
  result.insert(result.end(), x, a.end());
  return result;
}

namespace {

/// Terms take several times as long to move as their addresses.
void sort_terms(Terms& terms) {
  const auto comes_first = [](const Term* a, const Term* b) {
    return compare(a->monomial, b->monomial) == std::strong_ordering::greater;
  };
  boost::container::small_vector<Term*, 32> order;
  for (Term& term : terms) order.push_back(&term);
  if (std::is_sorted(order.begin(), order.end(), comes_first)) return;
  std::sort(order.begin(), order.end(), comes_first);
  Terms sorted;
  sorted.reserve(terms.size());
  for (Term* const term : order) sorted.push_back(std::move(*term));
  terms = std::move(sorted);
}

}  // namespace

void canonicalize(Terms& terms) {
  charge(terms.size());
  sort_terms(terms);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (kept > 0 && compare(terms[kept - 1].monomial, terms[i].monomial) == std::strong_ordering::equal) {
      terms[kept - 1].coefficient = checked_add(terms[kept - 1].coefficient, terms[i].coefficient);
      continue;
    }
    // A sum that came to 0 makes room for the next term.
    if (kept > 0 && terms[kept - 1].coefficient == 0) --kept;
    if (kept != i) terms[kept] = std::move(terms[i]);
    ++kept;
  }
  if (kept > 0 && terms[kept - 1].coefficient == 0) --kept;
  terms.resize(kept);
}

std::optional<Terms> with_replacement(std::span<const Term> terms, const Atom& atom, std::span<const Term> value) try {
  constexpr std::uint32_t kMaxPower = 4;
  Terms result;
  for (const Term& term : terms) {
    const std::uint32_t times = term.monomial.power_of(atom);
    if (times > kMaxPower) return std::nullopt;
    Term rest{term.coefficient, {}};
    for (const Factor& factor : term.monomial.factors) {
      if (times != 0 && same(*factor.atom, atom)) continue;
      rest.monomial.factors.push_back(factor);
      rest.monomial.degree += factor.power;
    }
    Terms product{std::move(rest)};
    for (std::uint32_t i = 0; i < times; ++i) {
      if (result.size() + product.size() * value.size() > limits().products) return std::nullopt;
      Terms next;
      for (const Term& factor : product) {
        for (const Term& other : value) {
          next.push_back({checked_multiply(factor.coefficient, other.coefficient), multiply(factor.monomial, other.monomial)});
        }
      }
      product = std::move(next);
    }
    result.insert(result.end(), product.begin(), product.end());
  }
  canonicalize(result);
  return result;
} catch (const AlgebraError&) {
  return std::nullopt;
}

Dim make_dim(Int128 number) { return Dim::of_int128(number); }

Dim make_dim(Terms canonical) {
  settle_extrema(canonical);
  if (canonical.empty()) return 0;
  if (canonical.size() == 1 && canonical.front().monomial.is_one()) {
    const Int128 number = canonical.front().coefficient;
    if (const auto small = static_cast<std::int64_t>(number); small == number) return small;
  }
  const auto* const body = new Expression(std::move(canonical));
  Dim result = Expression::adopt(body);
  return body->size > limits().size || body->depth > limits().depth ? make_definition(result) : result;
}

Dim make_dim(Term term) {
  Terms terms;
  if (term.coefficient != 0) terms.push_back(std::move(term));
  return make_dim(std::move(terms));
}

Dim make_dim(AtomPointer atom) {
  if (atom->range.low && atom->range.low == atom->range.high) return make_dim(*atom->range.low);
  return make_dim(Term{1, monomial_of(std::move(atom))});
}

}  // namespace macroscope::algebra
