#include "analyzer/algebra/running_sum.h"

#include <string>

#include "analyzer/algebra/evaluation.h"
#include "catch.h"

namespace macroscope {

TEST_CASE("A running sum is the sum, written as if each had been added to the last") {
  const Dim n = Dim::symbol("N"), h = Dim::symbol("H");
  RunningSum running;
  Dim sum;
  CHECK(running.value() == sum);
  for (int i = -20; i < 20; ++i)
    for (const Dim& term : {Dim(i), n * h, h * i, floor_div(h + i, 2), max(n, h)}) {
      running.add(term);
      sum += term;
      CHECK(running.value() == sum);
    }
  running.add(n, 7);
  running.add(-3, 5);
  CHECK(running.value() == sum + n * 7 - 15);
}

TEST_CASE("A running sum of more than an expression holds has the name that the sum has") {
  RunningSum running;
  Dim sum;
  Bindings sizes;
  std::int64_t total = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string name = "s" + std::to_string(i);
    running.add(Dim::symbol(name), 2);
    sum += Dim::symbol(name) * 2;
    sizes.emplace(name, i);
    total += std::int64_t{2} * i;
  }
  CHECK(running.value().has_definitions());
  CHECK(running.value() == sum);
  CHECK(SizePoint(sizes).value_of(running.value()) == Dim(total));
}

TEST_CASE("A running sum past 128 bits is an error") {
  RunningSum running;
  const Dim large = Dim::of_int128(Int128{1} << 126) * Dim::symbol("N");
  running.add(large);
  running.add(large);
  CHECK_THROWS_AS(running.value(), AlgebraError);
  RunningSum numbers;
  numbers.add(Dim::of_int128(Int128{1} << 126));
  numbers.add(Dim::of_int128(Int128{1} << 126));
  CHECK_THROWS_AS(numbers.value(), AlgebraError);
}

}  // namespace macroscope
