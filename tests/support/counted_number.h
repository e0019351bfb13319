// Counting numbers: how much arithmetic does an implementation do?  It is run on numbers that count what is done to them.
//
//   GroupedSum tally = counted([] { Number x = -2.5; return x > 0 ? x : exp(x) - 1; });   // compare 1, special 1, add 1
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "analyzer/operators/work.h"

namespace macroscope::testing {

/// Multiply-accumulates and everything else by kind, in the order of Flop.
struct GroupedSum {
  std::int64_t macs = 0;
  std::array<std::int64_t, kFlopKinds> flops{};
  friend bool operator==(const GroupedSum&, const GroupedSum&) = default;
};

inline thread_local GroupedSum current_sum;

class Number {
 public:
  Number(double value = 0) : value_(value) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] double value() const { return value_; }

  friend Number operator+(Number a, Number b) { return made(Flop::add, a.value_ + b.value_); }
  friend Number operator-(Number a, Number b) { return made(Flop::add, a.value_ - b.value_); }
  friend Number operator*(Number a, Number b) { return made(Flop::mul, a.value_ * b.value_); }
  friend Number operator/(Number a, Number b) { return made(Flop::div, a.value_ / b.value_); }
  Number& operator+=(Number b) { return *this = *this + b; }
  friend bool operator<(Number a, Number b) { return compared(a.value_ < b.value_); }
  friend bool operator>(Number a, Number b) { return compared(a.value_ > b.value_); }
  friend bool operator==(Number a, Number b) { return compared(a.value_ == b.value_); }

  friend Number exp(Number a) { return made(Flop::special, std::exp(a.value_)); }
  friend Number log(Number a) { return made(Flop::special, std::log(a.value_)); }
  friend Number erf(Number a) { return made(Flop::special, std::erf(a.value_)); }
  friend Number tanh(Number a) { return made(Flop::special, std::tanh(a.value_)); }
  friend Number sin(Number a) { return made(Flop::special, std::sin(a.value_)); }
  friend Number cos(Number a) { return made(Flop::special, std::cos(a.value_)); }
  friend Number sqrt(Number a) { return made(Flop::special, std::sqrt(a.value_)); }
  friend Number pow(Number a, Number b) { return made(Flop::special, std::pow(a.value_, b.value_)); }
  friend Number abs(Number a) { return a < 0 ? Number(-a.value_) : a; }
  friend Number max(Number a, Number b) { return a > b ? a : b; }
  friend Number min(Number a, Number b) { return a < b ? a : b; }

  /// sum += a * b as one multiply-accumulate of a contraction.
  friend void accumulate(Number& sum, Number a, Number b) {
    ++current_sum.macs;
    sum.value_ += a.value_ * b.value_;
  }

 private:
  static Number made(Flop kind, double value) {
    ++current_sum.flops[static_cast<std::size_t>(kind)];
    return value;
  }
  static bool compared(bool result) {
    ++current_sum.flops[static_cast<std::size_t>(Flop::compare)];
    return result;
  }

  double value_;
};

/// What `implementation` does when it is run.
template <typename Implementation>
GroupedSum counted(Implementation implementation) {
  current_sum = {};
  implementation();
  return current_sum;
}

}  // namespace macroscope::testing
