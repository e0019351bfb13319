// What is left of a division of polynomials?
#include <algorithm>
#include <utility>

#include "analyzer/algebra/expression.h"

namespace macroscope {
namespace algebra {
namespace {

struct Division {
  Terms quotient;
  Terms remainder;
};

/// Long division by a polynomial whose first coefficient is positive, so that dividend = quotient * divisor + remainder and no term of the
/// remainder could be divided further.  Empty where it takes too many steps, or, if it is to be `exact`, where something is left.
std::optional<Division> long_division(std::span<const Term> dividend, std::span<const Term> divisor, bool exact) try {
  const Term& lead = divisor.front();
  Division result;
  Terms rest(dividend.begin(), dividend.end());
  std::size_t next = 0;
  while (next < rest.size()) {
    Term& term = rest[next];
    std::optional<Monomial> monomial = divide(term.monomial, lead.monomial);
    if (exact && (!monomial || term.coefficient % lead.coefficient != 0)) return std::nullopt;
    const Int128 factor = monomial ? floor_quotient(term.coefficient, lead.coefficient) : 0;
    if (factor == 0) {
      result.remainder.push_back(std::move(term));
      ++next;
      continue;
    }
    if (result.quotient.size() == Dim::kMaxSize) return std::nullopt;
    result.quotient.push_back({factor, *std::move(monomial)});
    const Term subtracted{checked_multiply(factor, -1), result.quotient.back().monomial};
    rest = add_scaled(std::span(rest).subspan(next), divisor, subtracted);
    next = 0;
  }
  return result;
} catch (const AlgebraError&) {
  return std::nullopt;  // a coefficient on the way is too large: nothing is wrong with the dividend itself
}

Division division_by_number(std::span<const Term> dividend, Int128 divisor) {
  Division result;
  for (const Term& term : dividend) {
    const Int128 quotient = floor_quotient(term.coefficient, divisor);
    const Int128 remainder = (term.coefficient % divisor + divisor) % divisor;
    if (quotient != 0) result.quotient.push_back({quotient, term.monomial});
    if (remainder != 0) result.remainder.push_back({remainder, term.monomial});
  }
  return result;
}

/// The coefficient of the constant term is left out where `with_constant` is false.
Int128 common_coefficient(Int128 start, std::span<const Term> terms, bool with_constant) {
  for (const Term& term : terms) {
    if (with_constant || !term.monomial.is_one()) start = greatest_common_divisor(start, term.coefficient);
  }
  return start;
}

void divide_coefficients(Terms& terms, Int128 by) {
  for (Term& term : terms) term.coefficient = floor_quotient(term.coefficient, by);
  terms.erase(std::remove_if(terms.begin(), terms.end(), [](const Term& term) { return term.coefficient == 0; }), terms.end());
}

/// A term that is one floor division and nothing else.
const Atom* find_inner_quotient(std::span<const Term> terms) {
  for (const Term& term : terms) {
    const Atom* const atom = term.monomial.lone_atom();
    if (term.coefficient == 1 && atom != nullptr && atom->kind == AtomKind::quotient) return atom;
  }
  return nullptr;
}

/// The dividend r + q*t, where `dividend` is the floor division r/q and t beside it: floor((floor(r/q) + t)/p) = floor((r + q*t)/(p*q)).
std::optional<Dim> lifted(const Dim& dividend, const Atom& inner) try {
  const Dim rest = dividend - make_dim(AtomPointer(&inner));
  if (rest.size() * inner.operands[1].size() > Dim::kMaxSize) return std::nullopt;
  return inner.operands[0] + inner.operands[1] * rest;
} catch (const AlgebraError&) {
  return std::nullopt;
}

Interval range_of_quotient(const Dim& dividend, const Dim& divisor) {
  const Interval above = range_of(dividend);
  if (const std::optional<Int128> number = divisor.integer()) {
    Interval result;
    if (above.low) result.low = floor_quotient(*above.low, *number);
    if (above.high) result.high = floor_quotient(*above.high, *number);
    return result;
  }
  const Interval below = range_of(divisor);
  // A divisor that is never positive leaves nothing to divide.
  if (!below.low || *below.low < 0 || below.high.value_or(1) < 1) return {};
  // 0 itself is no divisor.
  const Int128 least = std::max(*below.low, Int128{1});
  Interval result;
  if (above.low) result.low = *above.low >= 0 ? (below.high ? *above.low / *below.high : 0) : floor_quotient(*above.low, least);
  if (above.high) {
    result.high = *above.high >= 0 ? *above.high / least : (below.high ? floor_quotient(*above.high, *below.high) : -1);
  }
  if (above.low && *above.low >= 0 && at_least(divisor, dividend + 1) == Certainty::always) result.high = 0;
  if (above.high && *above.high < 0 && at_least(divisor + dividend, 0) == Certainty::always) result.low = -1;
  return result;
}

Dim quotient_atom(const Dim& dividend, const Dim& divisor) {
  return make_dim(AtomPointer(new Atom(AtomKind::quotient, {}, {dividend, divisor}, range_of_quotient(dividend, divisor))));
}

Dim divide_by_polynomial(const Dim& dividend, const Dim& divisor);

constexpr int kMaxRounds = 4;

bool is_reduced(std::span<const Term> terms, Int128 divisor) {
  return std::all_of(terms.begin(), terms.end(),
                     [&](const Term& term) { return term.coefficient > 0 && term.coefficient < divisor; });
}

/// `divisor` is positive.
Dim divide_by_number(Dim dividend, Int128 divisor) {
  Dim whole;
  for (int round = 0;; ++round) {
    Division division = division_by_number(TermView(dividend).terms(), divisor);
    whole += make_dim(std::move(division.quotient));
    Terms rest = std::move(division.remainder);
    const Int128 common = common_coefficient(divisor, rest, false);
    divide_coefficients(rest, common);
    divisor /= common;
    dividend = make_dim(std::move(rest));
    if (divisor == 1) return whole + dividend;
    if (dividend.integer()) return whole;
    // A min or max may have taken another spelling, with coefficients that can be divided again.
    if (round < kMaxRounds && !is_reduced(TermView(dividend).terms(), divisor)) continue;
    const Atom* const inner = is_budget_spent() ? nullptr : find_inner_quotient(TermView(dividend).terms());
    if (inner == nullptr) return whole + quotient_atom(dividend, make_dim(divisor));
    const Dim inner_divisor = inner->operands[1];
    const std::optional<Int128> number = inner_divisor.integer();
    Int128 merged = 0;
    const bool fits = number && !__builtin_mul_overflow(divisor, *number, &merged);
    std::optional<Dim> merged_dividend = fits || !number ? lifted(dividend, *inner) : std::nullopt;
    if (!merged_dividend) return whole + quotient_atom(dividend, make_dim(divisor));
    if (!number) return whole + divide_by_polynomial(*merged_dividend, inner_divisor * make_dim(divisor));
    dividend = *std::move(merged_dividend);
    divisor = merged;
  }
}

Monomial common_factors_of_all(Monomial common, std::span<const Term> terms) {
  for (const Term& term : terms) common = common_factors(common, term.monomial);
  return common;
}

void cancel(Terms& terms, Int128 coefficient, const Monomial& monomial) {
  for (Term& term : terms) term.monomial = *divide(term.monomial, monomial);
  divide_coefficients(terms, coefficient);
}

Terms terms_of(const Dim& dim) {
  const TermView view(dim);
  return {view.begin(), view.end()};
}

bool is_positive(const Terms& terms) { return lower_bound(terms).value_or(-1) >= 0; }  // as a divisor it is not 0

/// The divisor with a positive first coefficient, and the dividend to match.
struct Signed {
  Dim dividend;
  Dim divisor;
  Terms below;
};

/// A sum and its negative may choose unlike spellings of a min or max inside, so the sign is that of the one without any min.
Signed with_positive_divisor(const Dim& dividend, const Dim& divisor) {
  Terms spelled = terms_of(divisor);
  spell_with_maxima(spelled);
  const bool negative = spelled.front().coefficient < 0;
  Signed result{negative ? -dividend : dividend, negative ? -divisor : divisor, {}};
  result.below = terms_of(result.divisor);
  if (result.below.front().coefficient < 0) result.below = add_scaled({}, spelled, {negative ? -1 : 1, {}});
  return result;
}

/// `divisor` is no number.
Dim divide_by_polynomial(const Dim& dividend_given, const Dim& divisor_given) {
  auto [dividend, divisor, below] = with_positive_divisor(dividend_given, divisor_given);
  Terms rest = terms_of(dividend);
  Dim whole;
  if (std::optional<Division> division = long_division(rest, below, false)) {
    whole = make_dim(std::move(division->quotient));
    rest = std::move(division->remainder);
  }
  if (rest.empty()) return whole;

  const Monomial common = common_factors_of_all(common_factors_of_all(below.front().monomial, below), rest);
  const Int128 coefficient = common_coefficient(common_coefficient(0, below, true), rest, !is_positive(below));
  cancel(below, coefficient, common);
  cancel(rest, coefficient, common);
  const bool merges = !is_budget_spent() && is_positive(below);
  const Dim reduced = make_dim(std::move(rest));
  const Dim reduced_divisor = make_dim(std::move(below));
  if (const std::optional<Int128> number = reduced_divisor.integer()) return whole + divide_by_number(reduced, *number);
  // What is left may be known to be positive, or have a constant, where it did not before.
  if (!common.is_one()) return whole + divide_by_polynomial(reduced, reduced_divisor);
  const Atom* const inner = merges ? find_inner_quotient(TermView(reduced).terms()) : nullptr;
  if (inner != nullptr) {
    if (const std::optional<Dim> merged = lifted(reduced, *inner)) {
      return whole + divide_by_polynomial(*merged, reduced_divisor * inner->operands[1]);
    }
  }
  return whole + quotient_atom(reduced, reduced_divisor);
}

}  // namespace
}  // namespace algebra

Dim floor_div(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number() && *b.number() > 0) {
    const std::int64_t quotient = *a.number() / *b.number();
    return *a.number() % *b.number() < 0 ? quotient - 1 : quotient;
  }
  const std::optional<Int128> divisor = b.integer();
  if (!divisor) {
    if (std::optional<Dim> quotient = exact_quotient(a, b)) return *std::move(quotient);
    return algebra::divide_by_polynomial(a, b);
  }
  if (*divisor == 0) throw AlgebraError("division by 0");
  if (*divisor < 0) return floor_div(-a, -b);
  if (const std::optional<Int128> number = a.integer()) return Dim::of_int128(algebra::floor_quotient(*number, *divisor));
  return algebra::divide_by_number(a, *divisor);
}

Dim ceil_div(const Dim& a, const Dim& b) {
  const std::optional<Int128> divisor = b.integer();
  // One spelling: floor((a + b - 1)/b) rather than -floor(-a/b).
  if (divisor && *divisor > 0) return floor_div(a + (b - 1), b);
  return -floor_div(-a, b);
}

Dim mod(const Dim& a, const Dim& b) { return a - b * floor_div(a, b); }

std::optional<Dim> exact_quotient(const Dim& a, const Dim& b) {
  if (b.is(0)) return std::nullopt;
  if (a.is_number() && b.is_number()) return mod(a, b).is(0) ? std::optional(floor_div(a, b)) : std::nullopt;
  algebra::Terms dividend = algebra::terms_of(a);
  algebra::Terms divisor = algebra::terms_of(b);
  algebra::spell_with_maxima(dividend);
  algebra::spell_with_maxima(divisor);
  if (divisor.empty()) return std::nullopt;
  if (divisor.front().coefficient < 0) {
    dividend = algebra::add_scaled({}, dividend, {-1, {}});
    divisor = algebra::add_scaled({}, divisor, {-1, {}});
  }
  std::optional<algebra::Division> division = algebra::long_division(dividend, divisor, true);
  if (!division) return std::nullopt;
  return algebra::make_dim(std::move(division->quotient));
}

}  // namespace macroscope
