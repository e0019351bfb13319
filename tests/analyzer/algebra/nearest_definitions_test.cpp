// Definitions for people: all of them where they are few, those nearest to the quantities where not?
#include "analyzer/algebra/nearest_definitions.h"

#include <algorithm>
#include <map>
#include <string>

#include "analyzer/algebra/work_budget.h"
#include "catch.h"

namespace macroscope {
namespace {

/// Each a floor of the last, in a name of its own: what a budget that is spent makes of a chain of layers.
std::vector<Dim> chain_of_names(int length) {
  algebra::WorkBudget spent(0, true);
  const algebra::BudgetInForce in_force(spent);
  std::vector<Dim> chain{Dim::symbol("H")};
  while (static_cast<int>(chain.size()) <= length) {
    const Dim& last = chain.back();
    chain.push_back(floor_div(last * Dim::symbol("a") + last * Dim::symbol("b") + 1, 2) * Dim::symbol("c") + last +
                    Dim::symbol("d"));
  }
  return chain;
}

constexpr std::size_t kAll = 1'000'000;

}  // namespace

TEST_CASE("few definitions are all there, each after those that it spells", "[algebra]") {
  const std::vector<Dim> chain = chain_of_names(20);
  const std::vector<Dim> quantities{chain[20], 7, chain[12], chain[20] * 2};
  const NearestDefinitions nearest = nearest_definitions(quantities, kAll);
  CHECK(nearest.are_all);
  REQUIRE(!nearest.innermost_first.empty());
  CHECK(nearest.innermost_first == chain[20].definitions());
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < nearest.innermost_first.size(); ++i) {
    const auto& [name, meaning] = nearest.innermost_first[i];
    CHECK(places.emplace(name, i).second);
    for (const auto& [inner, inner_meaning] : meaning.definitions()) CHECK(places.contains(inner));
  }
  CHECK(nearest_definitions(quantities, nearest.innermost_first.size()).are_all);
}

TEST_CASE("of many definitions those nearest to the quantities are there", "[algebra]") {
  const std::vector<Dim> chain = chain_of_names(200);
  const std::vector<Dim> quantities{chain[200]};
  const auto all = nearest_definitions(quantities, kAll).innermost_first;
  REQUIRE(all.size() > 100);
  CHECK_FALSE(names_more_than(chain[200], all.size()));
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{100}, all.size() - 1}) {
    const NearestDefinitions nearest = nearest_definitions(quantities, most);
    CHECK_FALSE(nearest.are_all);
    CHECK(names_more_than(chain[200], most));
    REQUIRE(nearest.innermost_first.size() == most);
    for (const auto& definition : nearest.innermost_first) CHECK(std::count(all.begin(), all.end(), definition) == 1);
    // Each is spelled by a quantity or by another that is there.
    for (const auto& [name, meaning] : nearest.innermost_first) {
      const auto spells = [name = name](const Dim& dim) { return dim.text().find(name) != std::string::npos; };
      const auto others = std::count_if(nearest.innermost_first.begin(), nearest.innermost_first.end(),
                                        [&](const auto& other) { return spells(other.second); });
      CHECK((others > 0 || spells(chain[200])));
    }
  }
}

}  // namespace macroscope
