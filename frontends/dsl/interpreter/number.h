// Numbers of the language: an exact quotient of sizes, or a decimal where nothing exact can be said.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/algebra/dim.h"
#include "frontends/dsl/syntax/syntax.h"

namespace macroscope::dsl {

struct Number {
  Dim over;
  Dim under = 1;
  /// The value where no exact one is at hand: a square root, a power of a decimal past 128 bits.
  std::optional<double> real;
  /// A decimal or percentage is in it: what is past 128 bits goes on as `real`.
  bool is_decimal = false;
  /// Decimal places of a number as it was written: `89.67%` has 4, `2.656e-5` has 8; below 0 for what was computed.
  int places = -1;

  Number() = default;
  Number(Dim whole) : over(std::move(whole)) {}  // NOLINT(google-explicit-constructor)
  static Number of_real(double value);

  /// The integer or expression, if it is one.
  [[nodiscard]] std::optional<Dim> whole() const;
  /// As a decimal, if it has no symbols.
  [[nodiscard]] std::optional<double> decimal() const;
};

/// `64`, `120_422_400`, `0.5`, `2.656e-5`, `89.67%`. \throws AlgebraError past 128 bits
Number number_of(std::string_view written);

/// One of + - * / % ^, and min and max of two. \throws AlgebraError with what is wrong
Number compute(Operation operation, const Number& a, const Number& b);
Number negative(const Number& a);
Number least(const Number& a, const Number& b);
Number greatest(const Number& a, const Number& b);
/// Rounded down or up to a whole number. \throws AlgebraError
Dim rounded(const Number& a, bool up);

/// Does the comparison hold, for all values of the symbols?  Equal means equal as expressions; against a number that was written with
/// decimals, equal after rounding to as many.
Certainty compare(Operation operation, const Number& a, const Number& b);

/// `120_422_400`, `16*k^2 + 16`, `0.8967`; fractions with `places` decimals where that is not below 0.
std::string text_of(const Number& number, int places = -1);

}  // namespace macroscope::dsl
