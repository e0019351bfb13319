// Shapes of a graph being built: what are the results of a node before its graph is complete?
//
// The shapes pass for front ends that add one node after another and want to know at once what it gives.  What it finds is what
// infer_shapes() will find for the finished network.
#pragma once

#include <memory>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

class GrowingShapes {
 public:
  /// \pre the network stays where it is
  explicit GrowingShapes(Network& network);
  GrowingShapes(const GrowingShapes&) = delete;
  GrowingShapes& operator=(const GrowingShapes&) = delete;
  ~GrowingShapes();

  /// Begins with a graph that has no nodes yet.
  ScopeId open(GraphId graph);
  /// What an input, a stored tensor or a tensor of an enclosing graph is.
  void state(ScopeId scope, TensorId tensor, Fact fact);
  /// What a stored tensor is, by its own words.
  void state_stored(ScopeId scope, TensorId tensor);
  /// Infers the results of a node whose operands stand. \returns what there is to say about it; after an error the results are unknown
  Diagnostics infer(ScopeId scope, NodeId node);
  [[nodiscard]] const Fact& fact(ScopeId scope, TensorId tensor) const;
  /// Forgets tensors and nodes past these numbers.
  void shorten(ScopeId scope, std::size_t tensors, std::size_t nodes);
  [[nodiscard]] const std::vector<Assumption>& assumptions() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace macroscope
