#include "frontends/dsl/interpreter/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace macroscope::dsl {
namespace {

constexpr std::int64_t kMaxExponent = 100'000;
/// A power of an expression has as many terms as binomials do.
constexpr std::int64_t kMaxSymbolicExponent = 64;
constexpr int kMaxPlaces = 30;
/// Results of floating arithmetic are compared to this relative precision.
constexpr double kPrecision = 1e-12;

Dim power_of_ten(int exponent) { return power(Dim(10), static_cast<unsigned>(std::max(exponent, 0))); }

double as_double(const Dim& dim) {
  const std::optional<Int128> integer = dim.integer();
  return integer ? static_cast<double>(*integer) : std::nan("");
}

Number quotient(const Dim& over, const Dim& under);

/// (6528*S^2)/(6400*S^2) -> 51/50: where the denominator divides the numerator but for a number.
std::optional<Number> common_factor_left_out(const Dim& over, const Dim& under) {
  Bindings ones;
  for (const std::string& symbol : under.symbols()) ones.emplace(symbol, 1);
  if (ones.empty()) return std::nullopt;
  try {
    const Dim content = under.substitute(ones);
    if (content.is(0) || !content.integer()) return std::nullopt;
    const auto quotient_of_content = exact_quotient(over * content, under);
    return quotient_of_content ? std::optional(quotient(*quotient_of_content, content)) : std::nullopt;
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

/// Divides both by a factor as often as it is in both.
void cancel(Dim& over, Dim& under, const Dim& factor) {
  while (true) {
    const auto less_over = exact_quotient(over, factor);
    const auto less_under = less_over ? exact_quotient(under, factor) : std::nullopt;
    if (!less_under) return;
    over = *less_over;
    under = *less_under;
  }
}

/// (3136*C*(8*C - 9))/(28224*C^2) -> (8*C - 9)/(9*C): symbols, and small primes of the denominator's numbers, that are in both.
void cancel_common_factors(Dim& over, Dim& under) {
  for (const std::string& symbol : under.symbols()) cancel(over, under, Dim::symbol(symbol));
  for (const std::int64_t prime : {2, 3, 5, 7, 11, 13}) cancel(over, under, Dim(prime));
}

/// In lowest terms where the division of expressions shows it; the denominator positive where it is a number.
Number quotient(const Dim& over, const Dim& under) {
  if (under.is(0)) throw AlgebraError("division by 0");
  Number result;
  if (const auto exact = exact_quotient(over, under)) {
    result.over = *exact;
    return result;
  }
  result.over = over;
  result.under = under;
  const auto a = over.integer(), b = under.integer();
  if (!a || !b) {
    if (const auto reduced = common_factor_left_out(over, under)) return *reduced;
    try {
      cancel_common_factors(result.over, result.under);
    } catch (const AlgebraError&) {
      result.over = over;  // it stays as it is
      result.under = under;
    }
  }
  if (a && b) {
    Int128 x = *a < 0 ? -*a : *a, y = *b < 0 ? -*b : *b;
    while (y != 0) {
      const Int128 rest = x % y;
      x = y;
      y = rest;
    }
    const Int128 divisor = *b < 0 ? -x : x;
    result.over = Dim::of_int128(*a / divisor);
    result.under = Dim::of_int128(*b / divisor);
  }
  return result;
}

double real_of(const Number& number) { return number.real ? *number.real : as_double(number.over) / as_double(number.under); }

double compute_real(Operation operation, double a, double b) {
  switch (operation) {
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::multiply:
      return a * b;
    case Operation::divide:
      if (b == 0) throw AlgebraError("division by 0");
      return a / b;
    case Operation::power:
      return std::pow(a, b);
    default:
      break;
  }
  return std::fmod(a, b);
}

Number raised(const Number& a, const Number& b) {
  const auto exponent = b.whole() ? b.whole()->number() : std::nullopt;
  if (!exponent) throw AlgebraError(fmt::format("an exponent is a plain number, and {} is none", text_of(b)));
  const std::int64_t limit = a.over.integer() && a.under.integer() ? kMaxExponent : kMaxSymbolicExponent;
  if (*exponent > limit || *exponent < -limit) throw AlgebraError(fmt::format("the exponent {} is past {}", *exponent, limit));
  const auto steps = static_cast<unsigned>(std::abs(*exponent));
  if (*exponent < 0) return quotient(power(a.under, steps), power(a.over, steps));
  return quotient(power(a.over, steps), power(a.under, steps));
}

Number compute_exact(Operation operation, const Number& a, const Number& b) {
  switch (operation) {
    case Operation::add:
      return quotient(a.over * b.under + b.over * a.under, a.under * b.under);
    case Operation::subtract:
      return quotient(a.over * b.under - b.over * a.under, a.under * b.under);
    case Operation::multiply:
      return quotient(a.over * b.over, a.under * b.under);
    case Operation::divide:
      return quotient(a.over * b.under, a.under * b.over);
    case Operation::power:
      return raised(a, b);
    default:
      break;
  }
  const auto x = a.whole(), y = b.whole();
  if (!x || !y) throw AlgebraError("the remainder is one of whole numbers");
  if (y->is(0)) throw AlgebraError("division by 0");
  return mod(*x, *y);
}

bool has_symbols(const Number& number) { return !number.real && (!number.over.integer() || !number.under.integer()); }

/// a - b as a number over a positive one, to be compared with 0; for numbers without symbols.
Dim signed_difference(const Number& a, const Number& b) {
  const Dim difference = a.over * b.under - b.over * a.under;
  const Dim under = a.under * b.under;
  return under.integer().value_or(1) < 0 ? -difference : difference;
}

Certainty of(bool holds) { return holds ? Certainty::always : Certainty::never; }

/// Within half of the last place that was written.
bool equal_as_written(const Number& value, const Number& written) {
  try {
    if (!value.real && !written.real) {
      const Dim difference = value.over * written.under - written.over * value.under;
      const Dim scaled = abs(difference) * 2 * power_of_ten(written.places);
      return at_least(abs(value.under * written.under), scaled) == Certainty::always;
    }
  } catch (const AlgebraError&) {
    return std::abs(real_of(value) - real_of(written)) <= 0.5 * std::pow(10.0, -written.places) * (1 + kPrecision);
  }
  return std::abs(real_of(value) - real_of(written)) <= 0.5 * std::pow(10.0, -written.places) * (1 + kPrecision);
}

Certainty compare_equal(const Number& a, const Number& b) {
  if (!has_symbols(a) && !has_symbols(b)) {
    if (a.places >= 0 || b.places >= 0) return of(a.places > b.places ? equal_as_written(b, a) : equal_as_written(a, b));
    if (!a.real && !b.real) return of(signed_difference(a, b).is(0));
    const double x = real_of(a), y = real_of(b);
    return of(std::abs(x - y) <= kPrecision * std::max(std::abs(x), std::abs(y)));
  }
  if (a.real || b.real) return Certainty::unknown;
  return equal(a.over * b.under, b.over * a.under);
}

Certainty compare_at_least(const Number& a, const Number& b, bool strictly) {
  if (!has_symbols(a) && !has_symbols(b)) {
    if (a.real || b.real) return of(strictly ? real_of(a) > real_of(b) : real_of(a) >= real_of(b));
    const Dim difference = signed_difference(a, b);
    return of(difference.integer().value_or(0) >= (strictly ? 1 : 0));
  }
  if (a.real || b.real) return Certainty::unknown;
  for (const Dim* under : {&a.under, &b.under})
    if (at_least(*under, 1) != Certainty::always) return Certainty::unknown;
  const Dim right = b.over * a.under;
  return at_least(a.over * b.under, strictly ? right + 1 : right);
}

Certainty opposite(Certainty certainty) {
  if (certainty == Certainty::unknown) return certainty;
  return certainty == Certainty::always ? Certainty::never : Certainty::always;
}

/// 120422400 -> 120_422_400
std::string grouped(std::string digits) {
  const std::size_t first = digits.empty() || digits.front() != '-' ? 0 : 1;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, "_");
  return digits;
}

}  // namespace

Number Number::of_real(double value) {
  Number number;
  number.real = value;
  number.is_decimal = true;
  return number;
}

std::optional<Dim> Number::whole() const { return real || !under.is(1) ? std::nullopt : std::optional(over); }

std::optional<double> Number::decimal() const { return has_symbols(*this) ? std::nullopt : std::optional(real_of(*this)); }

Number number_of(std::string_view written) {
  const bool is_percent = !written.empty() && written.back() == '%';
  if (is_percent) written.remove_suffix(1);
  Dim digits;
  int places = 0;
  bool is_behind_point = false;
  std::size_t at = 0;
  for (; at < written.size() && written[at] != 'e' && written[at] != 'E'; ++at) {
    if (written[at] == '_') continue;
    if (written[at] == '.') {
      is_behind_point = true;
      continue;
    }
    digits = digits * 10 + (written[at] - '0');
    if (is_behind_point) ++places;
  }
  int exponent = 0;
  if (at < written.size()) {
    std::string_view shift = written.substr(at + 1);
    if (!shift.empty() && shift.front() == '+') shift.remove_prefix(1);
    const auto [end, error] = std::from_chars(shift.data(), shift.data() + shift.size(), exponent);
    if (error != std::errc() || exponent < -kMaxPlaces || exponent > kMaxPlaces)
      throw AlgebraError(fmt::format("the exponent is past {}", kMaxPlaces));
  }
  const int scale = places + (is_percent ? 2 : 0) - exponent;
  const bool is_plain = !is_behind_point && !is_percent && at == written.size();
  if (is_plain) return digits;
  Number number = quotient(digits * power_of_ten(-scale), power_of_ten(scale));
  number.is_decimal = true;
  number.places = std::max(scale, 0);
  return number;
}

Number compute(Operation operation, const Number& a, const Number& b) {
  const bool is_decimal = a.is_decimal || b.is_decimal;
  Number result;
  try {
    result = a.real || b.real ? Number::of_real(compute_real(operation, real_of(a), real_of(b))) : compute_exact(operation, a, b);
  } catch (const AlgebraError&) {
    if (!is_decimal || has_symbols(a) || has_symbols(b)) throw;
    result = Number::of_real(compute_real(operation, real_of(a), real_of(b)));
  }
  if (result.real && !std::isfinite(*result.real)) throw AlgebraError("there is no such number");
  result.is_decimal = is_decimal;
  return result;
}

Number negative(const Number& a) {
  Number result = a;
  result.over = -a.over;
  if (a.real) result.real = -*a.real;
  return result;
}

Number least(const Number& a, const Number& b) {
  const auto x = a.whole(), y = b.whole();
  if (x && y) return min(*x, *y);
  return compare(Operation::less, a, b) == Certainty::always ? a : b;
}

Number greatest(const Number& a, const Number& b) {
  const auto x = a.whole(), y = b.whole();
  if (x && y) return max(*x, *y);
  return compare(Operation::greater, a, b) == Certainty::always ? a : b;
}

Dim rounded(const Number& a, bool up) {
  if (a.real) {
    const double value = up ? std::ceil(*a.real) : std::floor(*a.real);
    if (std::abs(value) > 1e15) throw AlgebraError("a decimal this large has no whole number");
    return static_cast<std::int64_t>(value);
  }
  return up ? ceil_div(a.over, a.under) : floor_div(a.over, a.under);
}

Certainty compare(Operation operation, const Number& a, const Number& b) {
  switch (operation) {
    case Operation::equal:
      return compare_equal(a, b);
    case Operation::not_equal:
      return opposite(compare_equal(a, b));
    case Operation::less:
      return compare_at_least(b, a, true);
    case Operation::at_most:
      return compare_at_least(b, a, false);
    case Operation::greater:
      return compare_at_least(a, b, true);
    default:
      break;
  }
  return compare_at_least(a, b, false);
}

std::string text_of(const Number& number, int places) {
  if (number.real)
    return places >= 0 && places <= kMaxPlaces ? fmt::format("{:.{}f}", *number.real, places)
                                               : fmt::format("{:.6g}", *number.real);
  if (number.under.is(1)) return number.over.integer() ? grouped(number.over.text()) : number.over.factored_text();
  if (!has_symbols(number)) {
    const double value = real_of(number);
    return places >= 0 && places <= kMaxPlaces ? fmt::format("{:.{}f}", value, places) : fmt::format("{:.6g}", value);
  }
  return fmt::format("({})/({})", number.over.factored_text(), number.under.factored_text());
}

}  // namespace macroscope::dsl
