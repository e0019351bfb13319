// Node schedule: in which order do the nodes need the least memory?
//
// Exact for up to 20 nodes, and far beyond for networks whose branches meet again; where the search would take too long, a heuristic.  Never
// worse than the file's order, whatever the symbols are.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/passes/memory/memory.h"

namespace macroscope {

struct Schedule {
  /// The order found; the file's where none is better.
  std::vector<NodeId> order;
  /// No order needs less.
  bool is_optimal = false;
  /// Memory in the file's order.
  Memory in_file_order;
  /// Bytes that are saved against it: 0 where the file's order is kept; empty where a peak is left open.
  std::optional<Dim> saved;
};

/// Measures both orders.
/// \param memory is set to the memory in the order found
Schedule best_schedule(const Network& network, const Shapes& shapes, const Parameters& parameters, bool in_place, Memory& memory);

}  // namespace macroscope
