#include "analyzer/network/graph_order.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>

namespace macroscope {
namespace {

using Dependencies = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                        boost::no_property, std::uint32_t, std::uint32_t>;

bool is_file_order(std::span<const std::pair<NodeId, NodeId>> edges) {
  return std::all_of(edges.begin(), edges.end(), [](const auto& edge) { return edge.first < edge.second; });
}

/// Kahn's algorithm; among the nodes that are ready the one that comes first in the file comes first.
std::vector<NodeId> sorted(const Dependencies& graph, std::vector<std::uint32_t> waiting_for) {
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> ready;
  const auto count = static_cast<NodeId>(num_vertices(graph));
  for (NodeId node = 0; node < count; ++node)
    if (waiting_for[node] == 0) ready.push(node);
  std::vector<NodeId> order;
  order.reserve(count);
  while (!ready.empty()) {
    const NodeId node = ready.top();
    ready.pop();
    order.push_back(node);
    const auto [begin, end] = adjacent_vertices(node, graph);
    for (auto next = begin; next != end; ++next)
      if (--waiting_for[*next] == 0) ready.push(*next);
  }
  return order;
}

/// Walks backwards from a node that was never ready, along predecessors that were not either, until one repeats.
std::vector<NodeId> find_cycle(std::span<const std::pair<NodeId, NodeId>> edges, std::uint32_t node_count,
                               const std::vector<NodeId>& order) {
  constexpr NodeId kNothing = std::numeric_limits<NodeId>::max();
  std::vector<bool> done(node_count, false);
  for (const NodeId node : order) done[node] = true;
  std::vector<NodeId> before(node_count, kNothing);
  for (const auto& [producer, consumer] : edges)
    if (!done[producer] && !done[consumer]) before[consumer] = producer;
  auto node =
      static_cast<NodeId>(std::find_if(before.begin(), before.end(), [](NodeId b) { return b != kNothing; }) - before.begin());
  std::vector<bool> seen(node_count, false);
  while (!seen[node]) {
    seen[node] = true;
    node = before[node];
  }
  std::vector<NodeId> cycle{node};
  for (NodeId next = before[node]; next != node; next = before[next]) cycle.push_back(next);
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

}  // namespace

Order order_of(std::uint32_t node_count, std::span<const std::pair<NodeId, NodeId>> edges) {
  Order result;
  if (is_file_order(edges)) {
    result.nodes.resize(node_count);
    std::iota(result.nodes.begin(), result.nodes.end(), NodeId{0});
    return result;
  }
  const Dependencies graph(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(), node_count);
  std::vector<std::uint32_t> waiting_for(node_count, 0);
  for (const auto& [producer, consumer] : edges) ++waiting_for[consumer];
  result.nodes = sorted(graph, std::move(waiting_for));
  if (result.nodes.size() != node_count) {
    result.cycle = find_cycle(edges, node_count, result.nodes);
    result.nodes.clear();
  }
  return result;
}

}  // namespace macroscope
