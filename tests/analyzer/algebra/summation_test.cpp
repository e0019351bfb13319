#include "analyzer/algebra/summation.h"

#include "catch.h"

namespace macroscope {

TEST_CASE("a sum over all rounds is what adding up gives") {
  const Dim i = Dim::symbol("i"), a = Dim::symbol("a"), n = Dim::symbol("n");
  for (const Dim& term : {Dim(7), a, i, a * i + 3, i * i, 5 * a * i * i * i - 2 * i + a * a, power(i, 6)}) {
    const Dim closed = sum_over_repeats(term, "i", n);
    Dim sum;
    for (int count = 0; count < 9; ++count) {
      CAPTURE(closed.text(), count);
      CHECK(closed.substitute({{"n", count}}) == sum);
      sum += term.substitute({{"i", count}});
    }
  }
}

TEST_CASE("floors that leave no remainder are quotients") {
  const Dim n = Dim::symbol("n");
  CHECK(equal(2 * floor_div(n * n - n, 2), n * n - n) == Certainty::always);
  CHECK(equal(6 * floor_div(n * (n - 1) * (n - 2), 6), n * (n - 1) * (n - 2)) == Certainty::always);
  CHECK(equal(2 * floor_div(n, 2), n) == Certainty::unknown);
  const Dim i = Dim::symbol("i");
  const Dim triangle = floor_div(i * i + i, 2);
  CHECK(sum_over_repeats(triangle, "i", n) == floor_div((n - 1) * n * (n + 1), 6));
}

TEST_CASE("a sum of what is no polynomial has no closed form") {
  const Dim i = Dim::symbol("i"), n = Dim::symbol("n");
  CHECK_THROWS_AS(sum_over_repeats(floor_div(i + 1, 2), "i", n), AlgebraError);
  CHECK(sum_over_repeats(floor_div(n, 2), "i", n) == n * floor_div(n, 2));
}

}  // namespace macroscope
