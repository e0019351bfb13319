// Topological order: in which order can the nodes of a graph be evaluated, and where is the cycle if there is none?
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace macroscope {

using NodeId = std::uint32_t;

struct Order {
  /// Every node once, producers first; the file's order where that is one.  Empty if there is a cycle.
  std::vector<NodeId> nodes;
  /// The nodes of one cycle, in order; empty if there is none.
  std::vector<NodeId> cycle;
};

/// Orders `node_count` nodes by edges (producer, consumer).
Order order_of(std::uint32_t node_count, std::span<const std::pair<NodeId, NodeId>> edges);

}  // namespace macroscope
