// Element-wise provenance: which layer produced what a tensor holds, looking through element-wise work?
//
// Activations, normalisation by stored statistics, casts, biases and gates stand between layers without mixing positions or channels.
// Structures (a 1x1 before a 3x3, a depthwise layer before a pointwise one) are found across them: a tensor's origin is the tensor that
// the last other layer made.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analyzer/network/readers.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

class ElementwiseProvenance {
 public:
  ElementwiseProvenance(const Network& network, const Scope& scope);

  [[nodiscard]] const Readers& readers() const noexcept { return readers_; }
  /// True for what is stored with the model, and for what is computed from that alone, the same in each run.
  [[nodiscard]] bool is_stored(TensorId tensor) const noexcept { return stored_[tensor]; }
  /// The tensor itself, if a layer that does more than work on elements made it.
  [[nodiscard]] TensorId origin(TensorId tensor) const noexcept { return origin_[tensor]; }
  /// Between the origin and the tensor stand only sums and products with stored numbers.
  [[nodiscard]] bool is_affine(TensorId tensor) const noexcept { return affine_[tensor]; }
  /// The node passes one of its inputs on, element by element.
  [[nodiscard]] bool passes_on(NodeId node) const noexcept { return passes_on_[node]; }
  /// What reads a tensor of this origin and does more than pass it on.
  [[nodiscard]] std::span<const NodeId> consumers(TensorId origin) const noexcept {
    return std::span(consumers_).subspan(first_consumer_[origin], first_consumer_[origin + 1] - first_consumer_[origin]);
  }
  /// Some tensor of this origin is an output of the graph.
  [[nodiscard]] bool leaves(TensorId origin) const noexcept { return leaves_[origin]; }

 private:
  void find_stored(const Scope& scope);
  void find_origins(const Scope& scope);
  void find_consumers();
  [[nodiscard]] bool works_on_elements(const Scope& scope, NodeId node) const;
  [[nodiscard]] TensorId passed_on(const Scope& scope, NodeId id) const;
  [[nodiscard]] TensorId gated(const Scope& scope, NodeId id) const;

  const Network* network_;
  const Graph* graph_;
  Readers readers_;
  std::vector<bool> stored_;
  std::vector<TensorId> origin_;
  std::vector<bool> affine_;
  std::vector<bool> passes_on_;
  std::vector<bool> leaves_;
  std::vector<std::uint32_t> first_consumer_;
  std::vector<NodeId> consumers_;
};

/// Of every graph that runs and is in reports.
class ElementwiseProvenances {
 public:
  ElementwiseProvenances(const Network& network, const Shapes& shapes);
  /// Null for a scope that never runs, or that only defines an operator.
  [[nodiscard]] const ElementwiseProvenance* of(ScopeId scope) const noexcept { return of_scope_[scope].get(); }
  /// Of the main graph, which always runs.
  [[nodiscard]] const ElementwiseProvenance& main() const noexcept { return *of_scope_.front(); }

 private:
  std::vector<std::unique_ptr<const ElementwiseProvenance>> of_scope_;
};

/// Two runs of the node may differ: random numbers.
[[nodiscard]] bool is_random(const Operator* row, const Node& node) noexcept;
/// The node runs graphs of its own: a branch, a loop's body.
[[nodiscard]] bool has_nested_graph(const Node& node) noexcept;

}  // namespace macroscope
