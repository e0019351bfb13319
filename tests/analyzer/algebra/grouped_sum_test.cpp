#include "analyzer/algebra/grouped_sum.h"

#include "catch.h"

namespace macroscope {

TEST_CASE("A tally is the sum, term by term") {
  const Dim n = Dim::symbol("N"), h = Dim::symbol("H");
  GroupedSum grouped_sum;
  Dim sum;
  for (int i = 0; i < 50; ++i)
    for (const Dim& term : {Dim(i), n * h, h * 3 + i % 4, max(n, h)}) {
      grouped_sum.add(term);
      sum += term;
    }
  CHECK(grouped_sum.sum() == sum);
  CHECK(GroupedSum().sum().is(0));
}

TEST_CASE("A tally past 128 bits is an error") {
  GroupedSum grouped_sum;
  const Dim large = Dim::of_int128(Int128{1} << 126) * Dim::symbol("N");
  grouped_sum.add(large);
  CHECK(grouped_sum.sum() == large);
  grouped_sum.add(large);
  grouped_sum.add(large);
  CHECK_THROWS_AS(grouped_sum.sum(), AlgebraError);
}

}  // namespace macroscope
