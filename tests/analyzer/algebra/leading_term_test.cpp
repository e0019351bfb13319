#include "analyzer/algebra/leading_term.h"

#include <cmath>
#include <string>

#include "analyzer/algebra/nominal_estimate.h"
#include "catch.h"

namespace macroscope {
namespace {

Dim parsed(std::string_view text) { return std::get<Dim>(Dim::parse(text)); }

double value_of(const LeadingTerm& term, const Bindings& point) {
  double value = term.coefficient;
  for (const auto& [symbol, power] : term.powers) value *= std::pow(approximate(point.at(symbol)), power);
  return value;
}

}  // namespace

TEST_CASE("the leading term of a polynomial is its largest at the point") {
  const Dim cost = parsed("2048*B*S^2 + 3145728*B*S + 65536*B");
  const auto at_short = leading_term(cost, {{"B", 1}, {"S", 128}});
  REQUIRE(at_short);
  CHECK(at_short->coefficient == 3145728);
  CHECK(at_short->powers == std::map<std::string, unsigned>{{"B", 1}, {"S", 1}});
  const auto at_long = leading_term(cost, {{"B", 1}, {"S", 4096}});
  REQUIRE(at_long);
  CHECK(at_long->powers == std::map<std::string, unsigned>{{"B", 1}, {"S", 2}});
}

TEST_CASE("floors divide, and extrema are what they take at the point") {
  const auto windows =
      leading_term(parsed("1053696*N*floor((H + 31)/32)*floor((W + 31)/32) + 2*N"), {{"N", 1}, {"H", 224}, {"W", 224}});
  REQUIRE(windows);
  CHECK(windows->coefficient == Approx(1029));
  CHECK(windows->powers == std::map<std::string, unsigned>{{"H", 1}, {"N", 1}, {"W", 1}});
  const auto capped = leading_term(parsed("7*min(S, 512)*B"), {{"B", 2}, {"S", 100}});
  REQUIRE(capped);
  CHECK(capped->powers == std::map<std::string, unsigned>{{"B", 1}, {"S", 1}});
}

TEST_CASE("of one term with large sizes the leading term is close to the value itself") {
  const Bindings point{{"H", 4096}, {"W", 8192}, {"N", 3}};
  for (const char* text :
       {"64*N*floor((H - 1)/2)*floor((W + 5)/4)", "max(N*H, N*W)*12", "floor((N*H*W)/(H))", "(H + 3)*(W - 2)*N^2"}) {
    const Dim quantity = parsed(text);
    const auto term = leading_term(quantity, point);
    REQUIRE(term);
    CHECK(value_of(*term, point) == Approx(approximate(quantity.substitute(point))).epsilon(0.01));
  }
}

TEST_CASE("a product of very many symbols is nobody's leading term, and stops no other one") {
  Dim product = 1;
  for (int i = 0; i < 400; ++i) product *= Dim::symbol("s" + std::to_string(i)) + 1;
  LeadingTerms terms({});
  CHECK_FALSE(terms.of(product));
  CHECK_FALSE(terms.of(product * Dim::symbol("N")));
  CHECK(terms.of(parsed("3*N + 2")));
}

TEST_CASE("a plain number has no leading term") { CHECK_FALSE(leading_term(Dim(12), {})); }

}  // namespace macroscope
