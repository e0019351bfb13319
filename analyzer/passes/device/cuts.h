// Pipeline cuts: where can a model be split across two devices, and how many bytes have to go from one to the other?
#pragma once

#include <optional>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {

/// A split of the main graph: everything flows from the first part to the second.
struct Cut {
  /// What crosses.
  std::vector<TensorId> tensors;
  Dim bytes;
  Dim macs_before;
  Dim macs_after;
  std::size_t nodes_before = 0;
};

struct Cuts {
  /// The fewest bytes that cross if each part has at least a tenth of the MACs (of the nodes, where there are no MACs); empty if no such
  /// split exists, or the size of some tensor is not known.
  std::optional<Cut> narrowest;
  /// Each tensor that every path from the inputs to the outputs passes, in their order.
  std::vector<Cut> single;
  /// Some sizes are symbols: what is narrowest was decided by nominal_value().
  bool is_at_nominal_sizes = false;
};

/// Of a hundred parts of the MACs, how many each side has at least.
inline constexpr std::int64_t kLeastShare = 10;

/// Stored tensors, and sizes that follow from those of the inputs, are at hand on both devices and do not count.  The inputs are on the first.
Cuts find_cuts(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances, const Costs& costs);

}  // namespace macroscope
