// Exact rationals: what does a floating tensor hold in a computation of sizes?
//
// Exporters scale sizes in floating point: Cast(Shape(X)) * 2.0, or the quotient of a new size and an old one.  A Real is one such element:
// a plain number, or the exact quotient of two sizes that are not both numbers.  What is neither has no Real.
#pragma once

#include <optional>

#include "analyzer/algebra/dim.h"

namespace macroscope {

class Real {
 public:
  Real(double number) noexcept : number_(number) {}  // NOLINT(google-explicit-constructor)
  /// over / under in lowest terms; a plain number if both are.  `under` is taken not to be 0 for any binding that matters.
  static Real ratio(Dim over, Dim under = 1);

  /// The number, if this is one.
  [[nodiscard]] std::optional<double> number() const noexcept { return is_number_ ? std::optional(number_) : std::nullopt; }
  /// The size, if this is one: a whole number below 2^63, or a quotient whose denominator is 1.
  [[nodiscard]] std::optional<Dim> whole() const;

  friend bool operator==(const Real& a, const Real& b) noexcept;

  /// Plain numbers as double computes them; otherwise exact, and empty where no quotient of sizes can say it exactly.
  friend std::optional<Real> sum(const Real& a, const Real& b);
  friend std::optional<Real> product(const Real& a, const Real& b);
  friend std::optional<Real> quotient(const Real& a, const Real& b);
  friend std::optional<Real> floor(const Real& a);
  friend std::optional<Real> ceil(const Real& a);
  friend std::optional<Real> negated(const Real& a);

 private:
  Real(Dim over, Dim under) : is_number_(false), over_(std::move(over)), under_(std::move(under)) {}
  /// This with both parts sizes: a number as a fraction over a power of two up to 1024.
  [[nodiscard]] std::optional<Real> as_quotient() const;

  bool is_number_ = true;
  double number_ = 0;
  Dim over_, under_ = 1;
};

std::optional<Real> sum(const Real& a, const Real& b);
std::optional<Real> product(const Real& a, const Real& b);
std::optional<Real> quotient(const Real& a, const Real& b);
std::optional<Real> floor(const Real& a);
std::optional<Real> ceil(const Real& a);
std::optional<Real> negated(const Real& a);

/// Rounded toward zero, as a cast to integers rounds; empty where the sign depends on a symbol, or past 64 bits.
std::optional<Dim> truncated(const Real& a);

}  // namespace macroscope
