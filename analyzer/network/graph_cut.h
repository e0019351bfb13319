// Minimum cut: where can a graph be cut in two, so that all data flows one way and as little as possible crosses?
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/network/graph_order.h"

namespace macroscope {

/// What a node sends to others: crosses a cut once, however many take it behind the cut.
struct Wire {
  /// Stands for the world outside, which is always before the cut, where it is kOutside.
  NodeId producer = 0;
  std::vector<NodeId> consumers;
  std::int64_t width = 0;
};
inline constexpr NodeId kOutside = static_cast<NodeId>(-1);

enum class Side : std::uint8_t { free, before, after };

struct GraphCut {
  /// By node: it comes before the cut.
  std::vector<bool> is_before;
  /// Wires that cross, by their index.
  std::vector<std::uint32_t> crossing;
  std::int64_t width = 0;
};

/// The cut of least width among those that keep each node on the side that it is given, by a maximum flow (push-relabel).  Empty if a node
/// that is to come before takes something, over however many nodes, of one that is to come after, or if the widths together are past 62 bits.
/// \pre widths are at least 0; nodes are given sides, one each
std::optional<GraphCut> narrowest_cut(std::span<const Side> sides, std::span<const Wire> wires);

/// The wires that every path from outside to one of the nodes `last` passes, in order of the way: each of them alone is a cut.
/// \param order every node once, producers first
std::vector<std::uint32_t> single_wire_cuts(std::span<const NodeId> order, std::span<const Wire> wires,
                                            std::span<const NodeId> last);

}  // namespace macroscope
