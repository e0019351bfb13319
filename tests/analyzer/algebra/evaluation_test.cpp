// Is a quantity worked out at sizes what it is once its symbols are replaced by them?
#include "analyzer/algebra/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "analyzer/algebra/work_budget.h"
#include "catch.h"

using namespace macroscope;

namespace {

const Dim N = Dim::symbol("N");
const Dim H = Dim::symbol("H");

}  // namespace

TEST_CASE("a quantity at sizes of its symbols", "[evaluation]") {
  const SizePoint point({{"N", 3}, {"H", 10}, {"other", N}});
  CHECK(point.value_of(7) == Dim(7));
  CHECK(point.value_of(2 * N * N - H) == Dim(8));
  CHECK(point.value_of(floor_div(H, N)) == Dim(3));
  CHECK(point.value_of(max(N, H) - min(N, H)) == Dim(7));
  CHECK(point.value_of(floor_div(1 - H, N)) == Dim(-3));
  CHECK(point.sizes().size() == 3);
}

TEST_CASE("there is no number without a size of each symbol, past 128 bits and over 0", "[evaluation]") {
  const SizePoint point({{"N", 0}, {"H", Dim::of_size(std::size_t{1} << 62U)}, {"other", N}});
  CHECK_FALSE(point.value_of(Dim::symbol("unheard_of")));
  CHECK_FALSE(point.value_of(Dim::symbol("other")));
  CHECK_FALSE(point.value_of(H * H * H));
  CHECK_FALSE(point.value_of(floor_div(H, N)));
  CHECK(point.value_of(N * Dim::symbol("unheard_of")) == Dim(0));
  CHECK_FALSE(SizePoint().value_of(N));
}

TEST_CASE("names within names are worked out once, whatever asks for them", "[evaluation]") {
  Dim chain = N;
  algebra::WorkBudget spent(algebra::WorkBudget::kMaxSteps, true);
  const algebra::BudgetInForce in_force(spent);
  std::vector<Dim> links;
  std::int64_t value = 1000;
  for (int i = 0; i < 20000; ++i) {
    chain = max(floor_div(chain * 2 + H, 3), N);
    value = std::max<std::int64_t>((value * 2 + 7) / 3, 1000);
    links.push_back(chain);
  }
  const SizePoint point({{"N", 1000}, {"H", 7}});
  const auto start = std::chrono::steady_clock::now();
  for (const Dim& link : links) REQUIRE(point.value_of(link).has_value());
  CHECK(point.value_of(chain) == Dim(value));
  // A walk over all names for each of them would take minutes.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}
