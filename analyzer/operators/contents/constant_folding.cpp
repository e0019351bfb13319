#include "analyzer/operators/contents/constant_folding.h"

#include <algorithm>
#include <cmath>

namespace macroscope::folds {
namespace {

constexpr std::int64_t kMaxExponent = 64;

/// Sizes longer than this are not compared by formula.
constexpr std::size_t kLongestCompared = 32;

bool are_short(const Dim& a, const Dim& b) { return a.size() + b.size() <= kLongestCompared; }

std::optional<Dim> truth(Certainty certainty) {
  if (certainty == Certainty::unknown) return std::nullopt;
  return Dim(certainty == Certainty::always ? 1 : 0);
}

std::optional<Dim> negation(const std::optional<Dim>& truth) {
  return truth ? std::optional<Dim>(Dim(1) - *truth) : std::nullopt;
}

/// 1 where a >= b and 0 elsewhere.
std::optional<Dim> reaches(const Dim& a, const Dim& b) {
  if (const auto certain = truth(at_least(a, b))) return certain;
  return are_short(a, b) ? std::optional(min(max(a - b + 1, 0), 1)) : std::nullopt;
}

bool is_never_negative(const Dim& dim) { return at_least(dim, 0) == Certainty::always; }

std::optional<Dim> truncated_quotient(const Dim& a, const Dim& b, const OpContext& context) {
  if (b.is(0)) return std::nullopt;
  if (auto exact = exact_quotient(a, b)) return exact;
  if (!is_never_negative(b)) {
    if (!is_never_negative(-b)) return std::nullopt;
    return truncated_quotient(-a, -b, context);
  }
  if (is_never_negative(a)) return floor_div(a, b);
  if (is_never_negative(-a)) return -floor_div(-a, b);
  context.assume(Assumption::at_least(a, 0));
  return floor_div(a, b);
}

/// Element by element from the left.
template <typename Element, typename Step>
std::optional<Element> accumulated(std::span<const Element> operands, Step step) {
  std::optional<Element> result = operands.front();
  for (const Element& operand : operands.subspan(1))
    if (result) result = step(*result, operand);
  return result;
}

std::optional<Real> difference(const Real& a, const Real& b) {
  const auto subtrahend = negated(b);
  return subtrahend ? sum(a, *subtrahend) : std::nullopt;
}

std::optional<Dim> whole_floor(const Real& a) {
  const auto down = floor(a);
  return down ? down->whole() : std::nullopt;
}

std::optional<Dim> whole_ceil(const Real& a) {
  const auto up = ceil(a);
  return up ? up->whole() : std::nullopt;
}

/// Certainly a >= b.
bool is_never_less(const Real& a, const Real& b) {
  const auto more = difference(a, b);
  const auto down = more ? whole_floor(*more) : std::nullopt;
  return down && is_never_negative(*down);
}

/// `of_numbers` where all operands are plain numbers, `of_sizes` where all are whole, the one that is `better` where that is certain.
template <typename OfNumbers, typename OfSizes, typename Better>
std::optional<Real> chosen(Reals operands, OfNumbers of_numbers, OfSizes of_sizes, Better better) {
  return accumulated(operands, [&](const Real& a, const Real& b) -> std::optional<Real> {
    const auto x = a.number();
    const auto y = b.number();
    if (x && y) return Real(of_numbers(*x, *y));
    const auto i = a.whole();
    const auto j = b.whole();
    if (i && j) return Real::ratio(of_sizes(*i, *j));
    if (better(a, b)) return a;
    if (better(b, a)) return b;
    return std::nullopt;
  });
}

template <typename Function>
std::optional<Real> of_number(Reals operands, Function function) {
  const auto number = operands[0].number();
  return number ? std::optional(Real(function(*number))) : std::nullopt;
}

}  // namespace

std::optional<Dim> add(Sizes operands, const OpContext&) {
  return accumulated(operands, [](const Dim& a, const Dim& b) { return std::optional(a + b); });
}
std::optional<Dim> subtract(Sizes operands, const OpContext&) { return operands[0] - operands[1]; }
std::optional<Dim> multiply(Sizes operands, const OpContext&) { return operands[0] * operands[1]; }
std::optional<Dim> divide(Sizes operands, const OpContext& context) {
  return truncated_quotient(operands[0], operands[1], context);
}

std::optional<Dim> modulo(Sizes operands, const OpContext& context) {
  const Dim& a = operands[0];
  const Dim& b = operands[1];
  if (b.is(0)) return std::nullopt;
  if (context.integer("fmod", 0) == 0) return mod(a, b);
  const auto quotient = truncated_quotient(a, b, context);
  return quotient ? std::optional(a - b * *quotient) : std::nullopt;
}

std::optional<Real> modulo_of_reals(Reals operands, const OpContext& context) {
  const bool has_sign_of_dividend = context.integer("fmod", 0) != 0;
  const auto x = operands[0].number(), y = operands[1].number();
  if (x && y && has_sign_of_dividend) return Real(std::fmod(*x, *y));
  const auto share = quotient(operands[0], operands[1]);
  const auto times = !share ? std::nullopt : has_sign_of_dividend ? truncated(*share) : whole_floor(*share);
  const auto part = times ? product(operands[1], Real::ratio(*times)) : std::nullopt;
  return part ? difference(operands[0], *part) : std::nullopt;
}

std::optional<Dim> raise(Sizes operands, const OpContext&) {
  const auto exponent = operands[1].number();
  if (!exponent || *exponent < 0 || *exponent > kMaxExponent) return std::nullopt;
  return power(operands[0], static_cast<unsigned>(*exponent));
}

std::optional<Dim> negate(Sizes operands, const OpContext&) { return -operands[0]; }
std::optional<Dim> magnitude(Sizes operands, const OpContext&) { return abs(operands[0]); }

std::optional<Dim> sign(Sizes operands, const OpContext&) {
  const Dim& a = operands[0];
  if (a.is(0)) return Dim(0);
  if (at_least(a, 1) == Certainty::always) return Dim(1);
  if (at_least(a, 0) == Certainty::never) return Dim(-1);
  return std::nullopt;
}

std::optional<Dim> largest(Sizes operands, const OpContext&) {
  return accumulated(operands, [](const Dim& a, const Dim& b) { return std::optional(max(a, b)); });
}
std::optional<Dim> smallest(Sizes operands, const OpContext&) {
  return accumulated(operands, [](const Dim& a, const Dim& b) { return std::optional(min(a, b)); });
}
std::optional<Dim> rectify(Sizes operands, const OpContext&) { return max(operands[0], 0); }
std::optional<Dim> same(Sizes operands, const OpContext&) { return operands[0]; }

std::optional<Dim> shift(Sizes operands, const OpContext& context) {
  const auto bits = operands[1].number();
  if (!bits || *bits < 0 || *bits >= kMaxExponent) return std::nullopt;
  const Dim factor = power(2, static_cast<unsigned>(*bits));
  if (context.text("direction", {}) == "LEFT") return operands[0] * factor;
  return floor_div(operands[0], factor);
}

std::optional<Dim> is_equal(Sizes operands, const OpContext&) {
  const Dim &a = operands[0], &b = operands[1];
  if (const auto certain = truth(equal(a, b))) return certain;
  return are_short(a, b) ? std::optional(max(Dim(1) - abs(a - b), 0)) : std::nullopt;
}
std::optional<Dim> is_greater_or_equal(Sizes operands, const OpContext&) { return reaches(operands[0], operands[1]); }
std::optional<Dim> is_less_or_equal(Sizes operands, const OpContext&) { return reaches(operands[1], operands[0]); }
std::optional<Dim> is_less(Sizes operands, const OpContext& context) { return negation(is_greater_or_equal(operands, context)); }
std::optional<Dim> is_greater(Sizes operands, const OpContext& context) { return negation(is_less_or_equal(operands, context)); }
std::optional<Dim> both(Sizes operands, const OpContext&) { return operands[0] * operands[1]; }
std::optional<Dim> either(Sizes operands, const OpContext&) { return max(operands[0], operands[1]); }
std::optional<Dim> one_only(Sizes operands, const OpContext&) { return abs(operands[0] - operands[1]); }
std::optional<Dim> opposite(Sizes operands, const OpContext&) { return Dim(1) - operands[0]; }

std::optional<Real> add_reals(Reals operands, const OpContext&) {
  return accumulated(operands, [](const Real& a, const Real& b) { return sum(a, b); });
}

std::optional<Real> subtract_reals(Reals operands, const OpContext&) { return difference(operands[0], operands[1]); }
std::optional<Real> multiply_reals(Reals operands, const OpContext&) { return product(operands[0], operands[1]); }
std::optional<Real> divide_reals(Reals operands, const OpContext&) { return quotient(operands[0], operands[1]); }

std::optional<Real> raise_reals(Reals operands, const OpContext&) {
  const auto base = operands[0].number();
  const auto exponent = operands[1].number();
  if (base && exponent) return Real(std::pow(*base, *exponent));
  // A small whole power; other powers of a symbol have no closed form.
  constexpr double kLargestPower = 8;
  if (!exponent || std::trunc(*exponent) != *exponent || std::fabs(*exponent) > kLargestPower) return std::nullopt;
  std::optional<Real> result = Real(1.0);
  for (int times = 0; result && times < static_cast<int>(std::fabs(*exponent)); ++times) result = product(*result, operands[0]);
  return result && *exponent < 0 ? quotient(Real(1.0), *result) : result;
}

std::optional<Real> negate_real(Reals operands, const OpContext&) { return negated(operands[0]); }

std::optional<Real> magnitude_of_real(Reals operands, const OpContext&) {
  if (const auto whole = operands[0].whole()) return Real::ratio(abs(*whole));
  return of_number(operands, [](double a) { return std::fabs(a); });
}

std::optional<Real> reciprocal(Reals operands, const OpContext&) { return quotient(Real(1.0), operands[0]); }
std::optional<Real> round_down(Reals operands, const OpContext&) { return floor(operands[0]); }
std::optional<Real> round_up(Reals operands, const OpContext&) { return ceil(operands[0]); }

/// floor(a + 1/2), one less where that is odd and a was exactly between two numbers.
std::optional<Real> round_to_nearest(Reals operands, const OpContext&) {
  const Real& a = operands[0];
  if (a.whole()) return a;
  if (a.number()) return Real(std::nearbyint(*a.number()));
  const auto raised = sum(a, Real(0.5));
  const auto down = raised ? whole_floor(*raised) : std::nullopt;
  const auto up = raised ? whole_ceil(*raised) : std::nullopt;
  if (!down || !up) return std::nullopt;
  const Dim is_between = Dim(1) - (*up - *down);
  return Real::ratio(*down - is_between * mod(*down, 2));
}

std::optional<Real> largest_real(Reals operands, const OpContext&) {
  return chosen(
      operands, [](double a, double b) { return std::max(a, b); }, [](const Dim& a, const Dim& b) { return max(a, b); },
      [](const Real& a, const Real& b) { return is_never_less(a, b); });
}

std::optional<Real> smallest_real(Reals operands, const OpContext&) {
  return chosen(
      operands, [](double a, double b) { return std::min(a, b); }, [](const Dim& a, const Dim& b) { return min(a, b); },
      [](const Real& a, const Real& b) { return is_never_less(b, a); });
}

std::optional<Real> rectify_real(Reals operands, const OpContext& context) {
  const Real with_zero[] = {operands[0], Real(0.0)};
  return largest_real(with_zero, context);
}

std::optional<Real> square_root(Reals operands, const OpContext&) {
  return of_number(operands, [](double a) { return std::sqrt(a); });
}
std::optional<Real> exponential(Reals operands, const OpContext&) {
  return of_number(operands, [](double a) { return std::exp(a); });
}
std::optional<Real> logarithm(Reals operands, const OpContext&) {
  return of_number(operands, [](double a) { return std::log(a); });
}

}  // namespace macroscope::folds
