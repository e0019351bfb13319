#include "analyzer/network/assumption.h"

#include "catch.h"

namespace macroscope {
namespace {

const Dim kN = Dim::symbol("N");

}  // namespace

TEST_CASE("An assumption reads as what must hold") {
  CHECK(Assumption::equal(kN, Dim::symbol("M")).text() == "N == M");
  CHECK(Assumption::different(kN, 1).text() == "N != 1");
  CHECK(Assumption::at_least(kN - 3, 0).text() == "N - 3 >= 0");
  CHECK(Assumption::divisible(7 * kN, 2).text() == "mod(7*N, 2) == 0");
  CHECK(Assumption::stated("axes == [0, 1]").text() == "axes == [0, 1]");
}

TEST_CASE("An assumption holds at some sizes and not at others") {
  const auto at = [](std::int64_t n) { return Bindings{{"N", Dim(n)}}; };
  CHECK(Assumption::equal(kN, 4).holds_at(at(4)) == Certainty::always);
  CHECK(Assumption::equal(kN, 4).holds_at(at(5)) == Certainty::never);
  CHECK(Assumption::different(kN, 1).holds_at(at(1)) == Certainty::never);
  CHECK(Assumption::different(kN, 1).holds_at(at(2)) == Certainty::always);
  CHECK(Assumption::at_least(kN, 7).holds_at(at(7)) == Certainty::always);
  CHECK(Assumption::at_least(kN, 7).holds_at(at(6)) == Certainty::never);
  CHECK(Assumption::divisible(7 * kN, 2).holds_at(at(4)) == Certainty::always);
  CHECK(Assumption::divisible(7 * kN, 2).holds_at(at(3)) == Certainty::never);
  CHECK(Assumption::divisible(4, kN).holds_at(at(0)) == Certainty::never);
  CHECK(Assumption::equal(kN, Dim::symbol("M")).holds_at(at(4)) == Certainty::unknown);
  CHECK(Assumption::stated("axes == [0, 1]").holds_at(at(4)) == Certainty::unknown);
}

TEST_CASE("Assumptions are the same where relation and sides are") {
  CHECK(Assumption::equal(kN, 4) == Assumption::equal(kN, 4));
  CHECK(Assumption::equal(kN, 4).hash() == Assumption::equal(kN, 4).hash());
  CHECK(!(Assumption::equal(kN, 4) == Assumption::at_least(kN, 4)));
  CHECK(!(Assumption::stated("a") == Assumption::stated("b")));
}

}  // namespace macroscope
