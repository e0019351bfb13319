#include "analyzer/algebra/real.h"

#include <numeric>
#include <random>

#include "catch.h"

namespace macroscope {
namespace {

/// An exact fraction, for comparison.
struct Fraction {
  std::int64_t over = 0, under = 1;
  [[nodiscard]] std::int64_t floor() const { return over >= 0 ? over / under : -((-over + under - 1) / under); }
};

Fraction reduced(std::int64_t over, std::int64_t under) {
  const std::int64_t common = std::gcd(over, under) * (under < 0 ? -1 : 1);
  return {over / common, under / common};
}

std::int64_t at(const Dim& dim, std::int64_t h, std::int64_t w) {
  return dim.substitute({{"H", Dim(h)}, {"W", Dim(w)}}).number().value_or(-1);
}

}  // namespace

TEST_CASE("numbers are computed as double computes them") {
  CHECK(sum(Real(0.1), Real(0.2))->number() == 0.1 + 0.2);
  CHECK(quotient(Real(1.0), Real(3.0))->number() == 1.0 / 3.0);
  CHECK(floor(Real(-2.5))->number() == -3.0);
  CHECK(ceil(Real(-2.5))->number() == -2.0);
  CHECK(Real::ratio(7, 2).number() == 3.5);
  CHECK(Real(3.0).whole() == Dim(3));
  CHECK_FALSE(Real(3.5).whole());
  CHECK_FALSE(Real(1e300).whole());
  CHECK(truncated(Real(-2.5)) == Dim(-2));
}

TEST_CASE("sizes scaled and divided stay exact") {
  const Real h = Real::ratio(Dim::symbol("H"));
  const Real w = Real::ratio(Dim::symbol("W"));
  const auto scaled = product(h, Real(1.5));
  REQUIRE(scaled);
  CHECK_FALSE(scaled->number());
  CHECK(floor(*scaled)->whole() == floor_div(Dim::symbol("H") * 3, 2));
  CHECK(product(*quotient(w, h), h) == w);
  CHECK(quotient(*product(h, Real(2.0)), h) == Real(2.0));
  CHECK(sum(h, *negated(h)) == Real(0.0));
}

TEST_CASE("a product with a number that floating point rounds is not followed") {
  const Real h = Real::ratio(Dim::symbol("H"));
  CHECK_FALSE(product(h, Real(0.7)));
  CHECK_FALSE(sum(h, Real(1e-9)));
  CHECK_FALSE(quotient(h, Real(0.0)));
  CHECK(quotient(h, Real(3.0)));
}

TEST_CASE("random arithmetic on sizes agrees with exact fractions") {
  std::mt19937 random(20241124);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  for (int round = 0; round < 2000; ++round) {
    const std::int64_t h = pick(1, 40);
    const std::int64_t w = pick(1, 40);
    Real real = Real::ratio(Dim::symbol("H"));
    Fraction fraction{h, 1};
    for (int step = 0; step < 3; ++step) {
      const std::int64_t quarters = pick(1, 12);
      const Real operand = pick(0, 1) == 0 ? Real(static_cast<double>(quarters) / 4) : Real::ratio(Dim::symbol("W"), quarters);
      const Fraction other = operand.number() ? reduced(quarters, 4) : reduced(w, quarters);
      std::optional<Real> result;
      switch (pick(0, 2)) {
        case 0:
          result = sum(real, operand);
          fraction = reduced(fraction.over * other.under + other.over * fraction.under, fraction.under * other.under);
          break;
        case 1:
          result = product(real, operand);
          fraction = reduced(fraction.over * other.over, fraction.under * other.under);
          break;
        default:
          result = quotient(real, operand);
          fraction = reduced(fraction.over * other.under, fraction.under * other.over);
      }
      REQUIRE(result);
      real = *result;
    }
    const auto down = floor(real);
    const auto up = ceil(real);
    REQUIRE((down && down->whole() && up && up->whole()));
    CHECK(at(*down->whole(), h, w) == fraction.floor());
    CHECK(at(*up->whole(), h, w) == -Fraction{-fraction.over, fraction.under}.floor());
  }
}

}  // namespace macroscope
