#include "reports/pictures/graph_layout.h"

#include <chrono>
#include <random>

#include "catch.h"

namespace macroscope {
namespace {

struct Picture {
  std::vector<int> widths;
  std::vector<LayoutEdge> edges;
};

/// Boxes of random widths, arrows mostly to near ones.
Picture random_picture(std::uint32_t boxes, std::uint32_t arrows, unsigned seed) {
  std::mt19937 random(seed);
  Picture picture;
  for (std::uint32_t i = 0; i < boxes; ++i) picture.widths.push_back(static_cast<int>(60 + random() % 100));
  for (std::uint32_t i = 0; i < arrows; ++i) {
    const auto from = static_cast<std::uint32_t>(random() % boxes);
    const std::uint32_t step =
        random() % 10 == 0 ? static_cast<std::uint32_t>(random() % boxes) : 1 + static_cast<std::uint32_t>(random() % 5);
    picture.edges.push_back({from, std::min(boxes - 1, from + step)});
  }
  return picture;
}

bool overlap(const Picture& picture, const GraphLayout& layout, std::size_t a, std::size_t b) {
  return layout.boxes[a].y == layout.boxes[b].y && layout.boxes[a].x < layout.boxes[b].x + picture.widths[b] &&
         layout.boxes[b].x < layout.boxes[a].x + picture.widths[a];
}

}  // namespace

TEST_CASE("A chain stands straight, one box a rank") {
  const GraphLayout layout = lay_out(std::vector<int>{100, 60, 80}, std::vector<LayoutEdge>{{0, 1}, {1, 2}});
  REQUIRE(layout.boxes.size() == 3);
  CHECK(layout.boxes[1].y == layout.boxes[0].y + kRankPitch);
  CHECK(layout.boxes[2].y == layout.boxes[1].y + kRankPitch);
  CHECK(layout.boxes[0].x + 50 == layout.boxes[1].x + 30);
  CHECK(layout.boxes[1].x + 30 == layout.boxes[2].x + 40);
  CHECK(layout.height == 3 * kRankPitch);
}

TEST_CASE("Nothing, boxes without arrows, an arrow to itself, arrows against the order") {
  CHECK(lay_out({}, {}).boxes.empty());
  const GraphLayout alone = lay_out(std::vector<int>{60, 60}, {});
  CHECK(alone.boxes[0].y == alone.boxes[1].y);
  const GraphLayout own = lay_out(std::vector<int>{60}, std::vector<LayoutEdge>{{0, 0}});
  REQUIRE(own.edges.size() == 1);
  CHECK(own.edges[0].empty());
  const GraphLayout cycle = lay_out(std::vector<int>{60, 60}, std::vector<LayoutEdge>{{0, 1}, {1, 0}});
  CHECK(cycle.boxes[0].y < cycle.boxes[1].y);
  CHECK(cycle.edges[1].front().y > cycle.edges[1].back().y);
}

TEST_CASE("What begins stands just above what needs it") {
  const GraphLayout layout = lay_out(std::vector<int>{60, 60, 60, 60}, std::vector<LayoutEdge>{{0, 1}, {1, 3}, {2, 3}});
  CHECK(layout.boxes[1].y == layout.boxes[2].y);
}

TEST_CASE("Boxes never overlap, arrows lead downwards through every rank between, and all stands inside") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Picture picture = random_picture(2 + seed * 3, seed * 6, seed);
    const GraphLayout layout = lay_out(picture.widths, picture.edges);
    REQUIRE(layout.boxes.size() == picture.widths.size());
    for (std::size_t a = 0; a < layout.boxes.size(); ++a) {
      CHECK(layout.boxes[a].x >= 0);
      CHECK(layout.boxes[a].x + picture.widths[a] <= layout.width);
      CHECK(layout.boxes[a].y + kBoxHeight <= layout.height);
      for (std::size_t b = a + 1; b < layout.boxes.size(); ++b) CHECK_FALSE(overlap(picture, layout, a, b));
    }
    for (std::size_t e = 0; e < picture.edges.size(); ++e) {
      const auto& points = layout.edges[e];
      if (picture.edges[e].from == picture.edges[e].to) continue;
      REQUIRE(points.size() >= 2);
      CHECK(points.front().y == layout.boxes[picture.edges[e].from].y + kBoxHeight / 2);
      CHECK(points.back().y == layout.boxes[picture.edges[e].to].y + kBoxHeight / 2);
      for (std::size_t i = 1; i < points.size(); ++i) CHECK(points[i].y == points[i - 1].y + kRankPitch);
    }
  }
}

TEST_CASE("A picture that can be drawn without crossings is") {
  // Two chains side by side from one box, joined at the end, entered in mixed order.
  const std::vector<LayoutEdge> edges{{0, 1}, {0, 2}, {1, 4}, {2, 3}, {3, 5}, {4, 5}};
  const GraphLayout layout = lay_out(std::vector<int>(6, 60), edges);
  CHECK((layout.boxes[1].x < layout.boxes[2].x) == (layout.boxes[4].x < layout.boxes[3].x));
}

TEST_CASE("Twenty thousand boxes and arrows over all ranks take seconds at most") {
  const auto start = std::chrono::steady_clock::now();
  const Picture picture = random_picture(20000, 40000, 1);
  CHECK(lay_out(picture.widths, picture.edges).boxes.size() == 20000);
  std::vector<LayoutEdge> dense;
  for (std::uint32_t i = 0; i + 1 < 20000; ++i) {
    dense.push_back({i, i + 1});
    dense.push_back({0, i + 1});
  }
  CHECK(lay_out(std::vector<int>(20000, 60), dense).boxes.size() == 20000);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

}  // namespace macroscope
