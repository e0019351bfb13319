#include "reports/pictures/skip_connections.h"

#include "catch.h"

using namespace macroscope;

namespace {

/// By definition: is there a path of at least two edges?  From every box to every other by repeated products.
std::vector<bool> by_closure(std::size_t boxes, const std::vector<LayoutEdge>& edges) {
  std::vector<std::vector<bool>> reaches(boxes, std::vector<bool>(boxes));
  for (const LayoutEdge& edge : edges) reaches[edge.from][edge.to] = true;
  for (std::size_t via = 0; via < boxes; ++via)
    for (std::size_t from = 0; from < boxes; ++from)
      for (std::size_t to = 0; to < boxes; ++to)
        if (reaches[from][via] && reaches[via][to]) reaches[from][to] = true;
  std::vector<bool> skips;
  for (const LayoutEdge& edge : edges) {
    bool has_way = false;
    for (std::size_t via = 0; via < boxes; ++via)
      has_way = has_way || (via != edge.to && via != edge.from && reaches[edge.from][via] && reaches[via][edge.to]);
    skips.push_back(has_way);
  }
  return skips;
}

}  // namespace

TEST_CASE("a residual block has one skip connection") {
  // 0 -> 1 -> 2 -> 3 and 0 -> 3
  const std::vector<LayoutEdge> edges{{0, 1}, {0, 3}, {1, 2}, {2, 3}};
  CHECK(skip_connections(4, edges) == std::vector<bool>{false, true, false, false});
}

TEST_CASE("branches that meet are no skip connections") {
  const std::vector<LayoutEdge> edges{{0, 1}, {0, 2}, {1, 3}, {2, 3}};
  CHECK(skip_connections(4, edges) == std::vector<bool>(4));
}

TEST_CASE("skip connections of any graph are those of its closure") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    std::uint32_t state = seed * 2654435761U;
    const auto next = [&] { return (state = state * 1664525U + 1013904223U) >> 16U; };
    const std::uint32_t boxes = 3 + next() % 9;
    std::vector<LayoutEdge> edges;
    for (std::uint32_t from = 0; from < boxes; ++from)
      for (std::uint32_t to = from + 1; to < boxes; ++to)
        if (next() % 3 == 0) edges.push_back({from, to});
    CHECK(skip_connections(boxes, edges) == by_closure(boxes, edges));
  }
}
