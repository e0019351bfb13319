#include "analyzer/passes/training/path_count.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <random>

#include "catch.h"

namespace macroscope {

using Exact = boost::multiprecision::cpp_int;

TEST_CASE("Path counts are exact up to 2^256: as integers of any length say") {
  std::mt19937_64 random(1);
  for (int run = 0; run < 50; ++run) {
    PathCount a(random() >> (random() % 64)), b(random() >> (random() % 64));
    Exact x(a.decimal()), y(b.decimal());
    for (int step = 0; step < 150; ++step) {
      if (random() % 2 == 0) {
        a += b;
        x += y;
      } else {
        b += a;
        y += x;
      }
      REQUIRE(a.is_exact() == (x < (Exact(1) << 256)));
      if (!a.is_exact() || !b.is_exact()) break;
      REQUIRE(a.decimal() == x.str());
      REQUIRE(b.decimal() == y.str());
      REQUIRE(a.number().has_value() == (x < (Exact(1) << 64)));
    }
  }
}

TEST_CASE("Beyond 2^256 a path count is its logarithm") {
  PathCount count(1);
  for (int doubling = 0; doubling < 255; ++doubling) count += PathCount(count);
  CHECK(count.is_exact());
  CHECK(Exact(count.decimal()) == Exact(1) << 255);
  CHECK(count.log2() == 255);
  for (int doubling = 255; doubling < 1000; ++doubling) count += PathCount(count);
  CHECK_FALSE(count.is_exact());
  CHECK(count.log2() == 1000);
  count += PathCount(1);
  CHECK(count.log2() == 1000);
  CHECK(PathCount().is_zero());
  CHECK(std::isinf(PathCount().log2()));
  PathCount sum;
  sum += count;
  CHECK(sum.log2() == 1000);
}

}  // namespace macroscope
