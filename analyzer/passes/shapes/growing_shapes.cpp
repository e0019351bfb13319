#include "analyzer/passes/shapes/growing_shapes.h"

#include <utility>

#include "analyzer/passes/shapes/inference.h"

namespace macroscope {

struct GrowingShapes::State {
  explicit State(Network& grown) : network(grown), inference(grown, bindings, shapes, diagnostics) {}

  Network& network;
  Bindings bindings;
  Shapes shapes;
  Diagnostics diagnostics;
  Inference inference;
};

GrowingShapes::GrowingShapes(Network& network) : state_(std::make_unique<State>(network)) {}
GrowingShapes::~GrowingShapes() = default;

ScopeId GrowingShapes::open(GraphId graph) { return state_->inference.begin(graph); }

void GrowingShapes::state(ScopeId scope, TensorId tensor, Fact fact) {
  std::vector<Fact>& facts = state_->shapes.scopes[scope].facts;
  if (facts.size() <= tensor) facts.resize(tensor + 1);
  facts[tensor] = std::move(fact);
}

void GrowingShapes::state_stored(ScopeId scope, TensorId tensor) {
  const Graph& graph = state_->network.graphs[state_->shapes.scopes[scope].graph];
  const StoredTensor& stored = graph.stored[graph.tensors[tensor].stored];
  state(scope, tensor, Fact::tensor(stored.dtype, shape_of(stored)));
}

Diagnostics GrowingShapes::infer(ScopeId scope, NodeId node) {
  state_->inference.step(scope, node);
  return std::exchange(state_->diagnostics, {});
}

const Fact& GrowingShapes::fact(ScopeId scope, TensorId tensor) const { return state_->shapes.scopes[scope].facts[tensor]; }

void GrowingShapes::shorten(ScopeId id, std::size_t tensors, std::size_t nodes) {
  Scope& scope = state_->shapes.scopes[id];
  if (scope.facts.size() > tensors) scope.facts.resize(tensors);
  if (scope.operators.size() > nodes) {
    scope.operators.resize(nodes);
    scope.inferred.resize(nodes);
  }
  std::erase_if(scope.calls, [&](const Call& call) { return call.node >= nodes; });
  std::erase_if(scope.remembered, [&](const auto& entry) { return entry.first >= nodes; });
}

const std::vector<Assumption>& GrowingShapes::assumptions() const noexcept { return state_->shapes.assumptions; }

}  // namespace macroscope
