#include "analyzer/algebra/grouped_sum.h"

#include "catch.h"

namespace macroscope {

TEST_CASE("A tally is the sum, term by term") {
  const Dim n = Dim::symbol("N"), h = Dim::symbol("H");
  Tally tally;
  Dim sum;
  for (int i = 0; i < 50; ++i)
    for (const Dim& term : {Dim(i), n * h, h * 3 + i % 4, max(n, h)}) {
      tally.add(term);
      sum += term;
    }
  CHECK(tally.sum() == sum);
  CHECK(Tally().sum().is(0));
}

TEST_CASE("A tally past 128 bits is an error") {
  Tally tally;
  const Dim large = Dim::of_int128(Int128{1} << 126) * Dim::symbol("N");
  tally.add(large);
  CHECK(tally.sum() == large);
  tally.add(large);
  tally.add(large);
  CHECK_THROWS_AS(tally.sum(), AlgebraError);
}

}  // namespace macroscope
