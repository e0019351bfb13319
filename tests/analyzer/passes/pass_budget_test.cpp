// Which passes share a counter, and which have one of their own?
#include "analyzer/passes/pass_budget.h"

#include <cstdint>

#include "catch.h"

namespace macroscope {
namespace {

using algebra::BudgetInForce;

constexpr std::uint64_t kPlenty = algebra::WorkBudget::kMaxSteps;

bool is_spent() { return algebra::is_budget_spent(); }

}  // namespace

TEST_CASE("what is too much for one pass is too much for all behind it", "[passes]") {
  AlgebraBudget budget;
  budget.within_first([] { CHECK_FALSE(is_spent()); });
  CHECK_FALSE(budget.apart(is_spent));
  CHECK_FALSE(budget.was_spent());
  budget.within([] { algebra::charge(kPlenty); });
  CHECK(budget.was_spent());
  CHECK(budget.within(is_spent));
  CHECK(budget.apart(is_spent));
}

TEST_CASE("the first pass has a part, and passes share what is left", "[passes]") {
  std::uint64_t first = 0;
  AlgebraBudget budget;
  budget.within_first([&] {
    for (; !is_spent(); ++first) algebra::charge(1);
  });
  CHECK(budget.within(is_spent));
  AlgebraBudget other;
  std::uint64_t second = 0;
  other.within([&] {
    for (; second < first; ++second) algebra::charge(1);
    CHECK_FALSE(is_spent());
  });
  other.within([&] {
    for (; !is_spent(); ++second) algebra::charge(1);
  });
  CHECK(second > 3 * first);
  CHECK(second < 5 * first);
}

TEST_CASE("what is asked for later depends on nothing else that is", "[passes]") {
  const AlgebraBudget budget;
  budget.apart([] {
    algebra::charge(kPlenty);
    CHECK(is_spent());
  });
  CHECK_FALSE(budget.apart(is_spent));
  CHECK_FALSE(budget.was_spent());
  CHECK(BudgetInForce::current() == nullptr);
}

TEST_CASE("a model of more parts may do more, up to a bound", "[passes]") {
  const auto steps_of = [](std::size_t nodes) {
    Network network;
    network.graphs.emplace_back().nodes.resize(nodes);
    AlgebraBudget budget(network);
    return budget.within([] {
      std::uint64_t steps = 0;
      for (; !is_spent(); steps += 1000) algebra::charge(1000);
      return steps;
    });
  };
  CHECK(steps_of(10'000) > steps_of(10));
  CHECK(steps_of(1'000'000) <= algebra::WorkBudget::kMaxSteps + 1000);
}

}  // namespace macroscope
