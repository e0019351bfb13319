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
  CHECK(grouped_sum.sum() == Quantity{sum});
  CHECK(GroupedSum().sum() == Quantity{});
}

TEST_CASE("A tally past 128 bits is a lower bound, and says so") {
  GroupedSum grouped_sum;
  const Dim large = Dim::of_int128(Int128{1} << 126) * Dim::symbol("N");
  grouped_sum.add(large);
  CHECK(grouped_sum.sum() == Quantity{large});
  grouped_sum.add(large);
  grouped_sum.add(large);
  grouped_sum.add(Dim::symbol("M"));
  CHECK(grouped_sum.sum() == Quantity{large + Dim::symbol("M"), true});  // some of it rather than nothing

  GroupedSum numbers;
  const Dim number = Dim::of_int128(Int128{1} << 126);
  numbers.add(number);
  numbers.add(number);
  CHECK(numbers.sum() == Quantity{number, true});
}

}  // namespace macroscope
