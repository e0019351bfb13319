// Which values can an expression take?
#include <algorithm>
#include <array>

#include "analyzer/algebra/expression.h"

namespace macroscope::algebra {
namespace {

constexpr Int128 kLargest = static_cast<Int128>(~static_cast<Unsigned128>(0) >> 1U);
constexpr Int128 kSmallest = -kLargest - 1;

/// An end of an interval: a number or one of both infinities.
struct End {
  int infinity = 0;  // -1, 0 or 1
  Int128 number = 0;
};

int sign(const End& end) {
  if (end.infinity != 0) return end.infinity;
  return end.number < 0 ? -1 : (end.number > 0 ? 1 : 0);
}

bool less(const End& a, const End& b) {
  return a.infinity != b.infinity ? a.infinity < b.infinity : a.infinity == 0 && a.number < b.number;
}

End multiply(const End& a, const End& b) {
  const int s = sign(a) * sign(b);
  End result;
  if (s == 0) return result;
  if (a.infinity != 0 || b.infinity != 0 || __builtin_mul_overflow(a.number, b.number, &result.number)) return {s, 0};
  return result;
}

End low_end(const Interval& range) { return range.low ? End{0, *range.low} : End{-1, 0}; }
End high_end(const Interval& range) { return range.high ? End{0, *range.high} : End{1, 0}; }

/// What is past 128 bits is rounded to the side that keeps the interval true.
Interval interval(const End& low, const End& high) {
  Interval result;
  if (low.infinity >= 0) result.low = low.infinity == 0 ? low.number : kLargest;
  if (high.infinity <= 0) result.high = high.infinity == 0 ? high.number : kSmallest;
  return result;
}

/// Of two ends that are at least 0; absent is infinity.
std::optional<Int128> product_of_highs(const std::optional<Int128>& a, const std::optional<Int128>& b) {
  if ((a && *a == 0) || (b && *b == 0)) return 0;
  Int128 high = 0;
  return !a || !b || __builtin_mul_overflow(*a, *b, &high) ? std::nullopt : std::optional(high);
}

Interval multiply(const Interval& a, const Interval& b) {
  if (a.low && b.low && *a.low >= 0 && *b.low >= 0) {
    // Sizes, and the numbers in front of them.
    Int128 low = 0;
    return {__builtin_mul_overflow(*a.low, *b.low, &low) ? kLargest : low, product_of_highs(a.high, b.high)};
  }
  const std::array<End, 4> corners{multiply(low_end(a), low_end(b)), multiply(low_end(a), high_end(b)),
                                   multiply(high_end(a), low_end(b)), multiply(high_end(a), high_end(b))};
  const auto [low, high] = std::minmax_element(corners.begin(), corners.end(), less);
  return interval(*low, *high);
}

Interval square(const Interval& a) {
  Interval result = multiply(a, a);
  result.low = std::max(result.low.value_or(0), Int128{0});
  return result;
}

Interval power(const Interval& base, std::uint32_t exponent) {
  if (exponent == 1) return base;
  // An even power is a power of a square, which is never negative.
  Interval even{Int128{1}, Int128{1}};
  Interval factor = square(base);
  for (std::uint32_t rest = exponent / 2; rest != 0; rest /= 2) {
    if (rest % 2 != 0) even = multiply(even, factor);
    if (rest > 1) factor = multiply(factor, factor);
  }
  return exponent % 2 == 0 ? even : multiply(even, base);
}

std::optional<Int128> add(const std::optional<Int128>& a, const std::optional<Int128>& b) {
  Int128 result = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &result)) return std::nullopt;
  return result;
}

Interval range_of(const Monomial& monomial) {
  if (const Atom* const atom = monomial.lone_atom()) return atom->range;
  Interval result{Int128{1}, Int128{1}};
  for (const Factor& factor : monomial.factors) result = multiply(result, power(factor.atom->range, factor.power));
  return result;
}

}  // namespace

bool is_non_negative(const Monomial& monomial) {
  const std::optional<Int128> low = range_of(monomial).low;
  return low && *low >= 0;
}

Interval range_of(std::span<const Term> terms) {
  Interval result{Int128{0}, Int128{0}};
  for (const Term& term : terms) {
    const Interval coefficient{term.coefficient, term.coefficient};
    const Interval range = term.monomial.is_one()  ? coefficient
                           : term.coefficient == 1 ? range_of(term.monomial)
                                                   : multiply(coefficient, range_of(term.monomial));
    result = {add(result.low, range.low), add(result.high, range.high)};
  }
  return result;
}

namespace {

/// 2*N + 4*M + 1 is odd.
bool is_never_zero_by_residue(const Dim& dim) {
  Int128 common = 0;
  Int128 constant = 0;
  for (const Term& term : TermView(dim)) {
    if (term.monomial.is_one()) {
      constant = term.coefficient;
    } else {
      common = greatest_common_divisor(common, term.coefficient);
    }
  }
  return common == 0 ? constant != 0 : constant % common != 0;
}

}  // namespace

}  // namespace macroscope::algebra

namespace macroscope {

std::optional<Int128> Dim::lower_bound() const { return algebra::lower_bound(algebra::TermView(*this).terms()); }

std::optional<Int128> Dim::upper_bound() const { return algebra::upper_bound(algebra::TermView(*this).terms()); }

Certainty at_least(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number()) return *a.number() >= *b.number() ? Certainty::always : Certainty::never;
  const Dim difference = a - b;
  if (difference.lower_bound().value_or(-1) >= 0) return Certainty::always;
  if (difference.upper_bound().value_or(0) < 0) return Certainty::never;
  return Certainty::unknown;
}

Certainty equal(const Dim& a, const Dim& b) {
  if (a == b) return Certainty::always;
  const Dim difference = a - b;
  if (algebra::is_never_zero_by_residue(difference)) return Certainty::never;
  if (difference.lower_bound().value_or(0) > 0 || difference.upper_bound().value_or(0) < 0) return Certainty::never;
  if (algebra::is_budget_spent()) return Certainty::unknown;
  try {
    if (algebra::without_exact_floors(difference).over.is(0)) return Certainty::always;
  } catch (const AlgebraError&) {
    return Certainty::unknown;  // the way there is too long, and nothing is wrong with the two
  }
  return Certainty::unknown;
}

}  // namespace macroscope
