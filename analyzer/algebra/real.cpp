#include "analyzer/algebra/real.h"

#include <cmath>
#include <utility>

namespace macroscope {
namespace {

/// Products with fractions finer than this are not what floating point computes for every size that occurs.
constexpr int kMaxFractionBits = 10;
constexpr double kTwoTo53 = 9007199254740992.0;

std::optional<Dim> size_of(double number) {
  if (!(std::fabs(number) <= kTwoTo53) || std::trunc(number) != number) return std::nullopt;
  return Dim(static_cast<std::int64_t>(number));
}

std::optional<double> double_of(const Dim& dim) {
  const auto number = dim.number();
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

}  // namespace

Real Real::ratio(Dim over, Dim under) {
  const auto numerator = double_of(over);
  const auto denominator = double_of(under);
  if (numerator && denominator) return Real(*numerator / *denominator);
  if (!under.is(1))
    if (auto exact = under.is(0) ? std::nullopt : exact_quotient(over, under)) return ratio(*std::move(exact));
  return Real(std::move(over), std::move(under));
}

std::optional<Dim> Real::whole() const {
  if (is_number_) return size_of(number_);
  return under_.is(1) ? std::optional(over_) : std::nullopt;
}

std::optional<Real> Real::as_quotient() const {
  if (!is_number_) return *this;
  for (int bits = 0; bits <= kMaxFractionBits; ++bits)
    if (const auto over = size_of(std::ldexp(number_, bits))) return Real(*over, Dim(std::int64_t{1} << bits));
  return std::nullopt;
}

bool operator==(const Real& a, const Real& b) noexcept {
  if (a.is_number_ != b.is_number_) return false;
  return a.is_number_ ? a.number_ == b.number_ : a.over_ == b.over_ && a.under_ == b.under_;
}

std::optional<Real> sum(const Real& a, const Real& b) {
  if (a.is_number_ && b.is_number_) return Real(a.number_ + b.number_);
  const auto x = a.as_quotient();
  const auto y = b.as_quotient();
  if (!x || !y) return std::nullopt;
  if (x->under_ == y->under_) return Real::ratio(x->over_ + y->over_, x->under_);
  return Real::ratio(x->over_ * y->under_ + y->over_ * x->under_, x->under_ * y->under_);
}

std::optional<Real> product(const Real& a, const Real& b) {
  if (a.is_number_ && b.is_number_) return Real(a.number_ * b.number_);
  const auto x = a.as_quotient();
  const auto y = b.as_quotient();
  if (!x || !y) return std::nullopt;
  return Real::ratio(x->over_ * y->over_, x->under_ * y->under_);
}

std::optional<Real> quotient(const Real& a, const Real& b) {
  if (a.is_number_ && b.is_number_) return Real(a.number_ / b.number_);
  const auto x = a.as_quotient();
  const auto y = b.as_quotient();
  if (!x || !y || y->over_.is(0)) return std::nullopt;
  return Real::ratio(x->over_ * y->under_, x->under_ * y->over_);
}

std::optional<Real> floor(const Real& a) {
  if (a.is_number_) return Real(std::floor(a.number_));
  return Real::ratio(floor_div(a.over_, a.under_));
}

std::optional<Real> ceil(const Real& a) {
  if (a.is_number_) return Real(std::ceil(a.number_));
  return Real::ratio(ceil_div(a.over_, a.under_));
}

std::optional<Real> negated(const Real& a) { return product(a, Real(-1.0)); }

std::optional<Dim> truncated(const Real& a) {
  if (const auto number = a.number()) return size_of(std::trunc(*number));
  if (auto whole = a.whole()) return whole;
  const auto below = floor(a), above = ceil(a);
  const auto down = below ? below->whole() : std::nullopt;
  const auto up = above ? above->whole() : std::nullopt;
  if (!down || !up) return std::nullopt;
  if (at_least(*down, 0) == Certainty::always) return down;
  return max(*down, 0) + min(*up, 0);
}

}  // namespace macroscope
