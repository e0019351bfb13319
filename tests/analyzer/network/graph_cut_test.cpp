#include "analyzer/network/graph_cut.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <numeric>
#include <random>

#include "catch.h"

namespace macroscope {
namespace {

struct Sample {
  std::vector<Wire> wires;
  std::vector<Side> sides;
  std::vector<NodeId> order;
  std::vector<NodeId> last;
};

/// Nodes in order; each takes wires made before it.
Sample random_sample(std::mt19937& random, NodeId count) {
  Sample sample;
  const auto width = [&] { return static_cast<std::int64_t>(random() % 20); };
  for (std::size_t inputs = 1 + random() % 2; inputs > 0; --inputs) sample.wires.push_back({kOutside, {}, width()});
  for (NodeId node = 0; node < count; ++node) {
    for (std::size_t operands = 1 + random() % 2; operands > 0; --operands) {
      const std::size_t wire = random() % 3 == 0 ? random() % sample.wires.size() : sample.wires.size() - 1;
      sample.wires[wire].consumers.push_back(node);
    }
    for (std::size_t outputs = 1 + static_cast<std::size_t>(random() % 6 == 0); outputs > 0; --outputs)
      sample.wires.push_back({node, {}, width()});
  }
  sample.sides.assign(count, Side::free);
  const std::size_t ends = count / 4;
  for (std::size_t i = 0; i < ends; ++i) sample.sides[i] = Side::before;
  for (std::size_t i = 0; i < ends; ++i) sample.sides[count - 1 - i] = Side::after;
  sample.order.resize(count);
  std::iota(sample.order.begin(), sample.order.end(), NodeId{0});
  for (const Wire& wire : sample.wires)
    if (wire.consumers.empty() && wire.producer != kOutside) sample.last.push_back(wire.producer);
  return sample;
}

bool is_in(unsigned set, NodeId node) { return ((set >> node) & 1U) != 0; }

/// The least width over all sets of nodes that nothing flows back into.
std::int64_t least_width(const Sample& sample) {
  std::int64_t least = -1;
  const auto count = static_cast<unsigned>(sample.sides.size());
  for (unsigned before = 0; before < (1U << count); ++before) {
    bool fits = true;
    std::int64_t width = 0;
    for (NodeId node = 0; node < count; ++node)
      fits = fits && !(sample.sides[node] == Side::before && !is_in(before, node)) &&
             !(sample.sides[node] == Side::after && is_in(before, node));
    for (const Wire& wire : sample.wires) {
      const bool starts_before = wire.producer == kOutside || is_in(before, wire.producer);
      bool is_taken_after = false;
      for (const NodeId consumer : wire.consumers) {
        is_taken_after = is_taken_after || !is_in(before, consumer);
        fits = fits && (starts_before || !is_in(before, consumer));
      }
      if (starts_before && is_taken_after) width += wire.width;
    }
    if (fits && (least < 0 || width < least)) least = width;
  }
  return least;
}

/// Wires that dominate the end, by Boost's algorithm: vertices are the outside, the end, nodes, then wires.
std::vector<std::uint32_t> dominating_wires(const Sample& sample) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
  const std::size_t nodes = sample.sides.size();
  Graph graph(2 + nodes + sample.wires.size());
  for (std::size_t wire = 0; wire < sample.wires.size(); ++wire) {
    add_edge(sample.wires[wire].producer == kOutside ? 0 : 2 + sample.wires[wire].producer, 2 + nodes + wire, graph);
    for (const NodeId consumer : sample.wires[wire].consumers) add_edge(2 + nodes + wire, 2 + consumer, graph);
  }
  for (const NodeId node : sample.last) add_edge(2 + node, 1, graph);
  std::vector<std::size_t> dominator(num_vertices(graph), static_cast<std::size_t>(-1));
  lengauer_tarjan_dominator_tree(graph, 0, make_iterator_property_map(dominator.begin(), get(boost::vertex_index, graph)));
  std::vector<std::uint32_t> wires;
  for (std::size_t at = dominator[1]; at != 0 && at != static_cast<std::size_t>(-1); at = dominator[at])
    if (at >= 2 + nodes) wires.push_back(static_cast<std::uint32_t>(at - 2 - nodes));
  std::reverse(wires.begin(), wires.end());
  return wires;
}

}  // namespace

TEST_CASE("The narrowest cut is the least of all cuts") {
  std::mt19937 random(3);
  for (int run = 0; run < 200; ++run) {
    const Sample sample = random_sample(random, static_cast<NodeId>(3 + random() % 8));
    const std::optional<GraphCut> cut = narrowest_cut(sample.sides, sample.wires);
    REQUIRE(cut);
    INFO("run " << run);
    CHECK(cut->width == least_width(sample));
    std::int64_t width = 0;
    for (const std::uint32_t wire : cut->crossing) width += sample.wires[wire].width;
    CHECK(width == cut->width);
    for (const Wire& wire : sample.wires)
      for (const NodeId consumer : wire.consumers)
        CHECK((wire.producer == kOutside || cut->is_before[wire.producer] || !cut->is_before[consumer]));
  }
}

TEST_CASE("Nodes between those that are given a side, and widths near the end of the numbers, are cut as any others") {
  std::mt19937 random(5);
  int count = 0;
  for (int run = 0; run < 600; ++run) {
    Sample sample = random_sample(random, static_cast<NodeId>(3 + random() % 7));
    // Sides that leave out nodes on the way: what comes before takes from those that are free.
    for (std::size_t node = 0; node < sample.sides.size(); ++node)
      sample.sides[node] = random() % 2 == 0 ? Side::free : 2 * node < sample.sides.size() ? Side::before : Side::after;
    // Wires that run backwards make cycles.
    if (random() % 2 == 0)
      sample.wires[random() % sample.wires.size()].consumers.push_back(static_cast<NodeId>(random() % sample.sides.size()));
    const bool is_wide = random() % 2 == 0;
    if (is_wide)
      for (Wire& wire : sample.wires) wire.width += (std::int64_t{1} << 61U) / static_cast<std::int64_t>(sample.wires.size());
    const std::optional<GraphCut> cut = narrowest_cut(sample.sides, sample.wires);
    const std::int64_t least = least_width(sample);
    INFO("run " << run);
    REQUIRE(cut.has_value() == (least >= 0));
    if (!cut) continue;
    ++count;
    CHECK(cut->width == least);
  }
  CHECK(count > 300);
}

TEST_CASE("No cut where what stands before takes something of what stands after") {
  const std::vector<Wire> wires{{kOutside, {0}, 1}, {0, {1}, 1}};
  CHECK_FALSE(narrowest_cut(std::vector<Side>{Side::after, Side::before}, wires));
  CHECK(narrowest_cut(std::vector<Side>{Side::before, Side::after}, wires));
  const std::vector<Wire> between{{kOutside, {0}, 1}, {0, {1}, 1}, {1, {2}, 1}};
  CHECK_FALSE(narrowest_cut(std::vector<Side>{Side::after, Side::free, Side::before}, between));
  CHECK_FALSE(narrowest_cut(std::vector<Side>{Side::before, Side::after},
                            std::vector<Wire>{{0, {1}, std::int64_t{1} << 62U}, {0, {1}, 1}}));
}

TEST_CASE("Single wires that cut are those that dominate the end") {
  std::mt19937 random(11);
  for (int run = 0; run < 500; ++run) {
    const Sample sample = random_sample(random, static_cast<NodeId>(1 + random() % 12));
    INFO("run " << run);
    CHECK(single_wire_cuts(sample.order, sample.wires, sample.last) == dominating_wires(sample));
  }
}

}  // namespace macroscope
