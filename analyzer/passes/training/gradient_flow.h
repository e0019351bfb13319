// Gradient paths: by how many paths, how long, through how many weighted layers does a gradient reach each layer?
//
// A path leads from a tensor forward, from node to node, to an output of the model; the gradient takes it backward.  It passes every node
// between them; the layer that makes the tensor is not on it.  Only floating operands that the result depends on smoothly carry a gradient:
// not shapes, indices, conditions.  A node with a graph of its own (a loop, a function) is one layer.
//
// If each weighted layer scales what passes by at most sigma (its largest singular value), a path through L of them scales it by at most
// sigma^L: 0.9^100 = 2.656e-5.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/elementwise_provenance.h"
#include "analyzer/passes/training/path_count.h"

namespace macroscope {

/// All paths between a tensor and the outputs.
struct Paths {
  PathCount count;             // 0: no gradient comes here, and nothing below says anything
  std::uint32_t shortest = 0;  // nodes on it
  std::uint32_t longest = 0;
  std::uint32_t fewest_weighted = 0;  // weighted layers on the path that has fewest of them
  std::uint32_t most_weighted = 0;

  friend bool operator==(const Paths&, const Paths&) = default;
};

/// Takes further paths to those that there are.
void add_paths(Paths& sum, const Paths& paths);

struct GradientFlow {
  /// By TensorId of the main graph: paths from it to the outputs.
  std::vector<Paths> from_tensor;
  /// By NodeId of the main graph: those from all that it makes.
  std::vector<Paths> from_node;
  /// For each output, paths from all inputs to it.
  std::vector<std::pair<TensorId, Paths>> to_outputs;
  /// By NodeId: a layer with MACs and a stored operand.
  std::vector<bool> is_weighted;
};

/// Of the main graph, back from `outputs` of it; each of them once.
GradientFlow trace_gradients(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                             const Costs& costs, std::span<const TensorId> outputs);
/// Back from all outputs, those of side heads too: training uses them.
GradientFlow trace_gradients(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                             const Costs& costs);

}  // namespace macroscope
