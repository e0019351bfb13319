#include "analyzer/passes/structure/elementwise_provenance.h"

#include <algorithm>
#include <numeric>

#include "analyzer/operators/constant_node.h"

namespace macroscope {
namespace {

/// In training, statistics of the batch mix its elements.
bool is_training(const Operator* row, const NodeAttributes& attributes) {
  return has(row, Trait::normalization) && attributes.integer("training_mode", 0) != 0;
}

/// One factor for each channel: every extent but the first two is 1.
bool is_gate(const Shape& gate, const Shape& data) {
  if (!gate.known() || gate.rank() != data.rank() || gate.rank() < 3) return false;
  return std::all_of(gate.begin() + 2, gate.end(), [](const Dim& extent) { return extent.is(1); });
}

}  // namespace

bool is_random(const Operator* row, const Node& node) noexcept {
  return has(row, Trait::random) || (has(row, Trait::random_in_training) && node.inputs.size() > 2);
}

bool has_nested_graph(const Node& node) noexcept {
  return std::any_of(node.attributes.begin(), node.attributes.end(),
                     [](const Attribute& attribute) { return std::holds_alternative<GraphId>(attribute.content); });
}

ElementwiseProvenance::ElementwiseProvenance(const Network& network, const Scope& scope)
    : network_(&network),
      graph_(&network.graphs[scope.graph]),
      readers_(network, *graph_),
      stored_(graph_->tensors.size()),
      origin_(graph_->tensors.size()),
      affine_(graph_->tensors.size(), true),
      passes_on_(graph_->nodes.size()),
      leaves_(graph_->tensors.size()),
      first_consumer_(graph_->tensors.size() + 1, 0) {
  find_stored(scope);
  find_origins(scope);
  find_consumers();
}

ElementwiseProvenances::ElementwiseProvenances(const Network& network, const Shapes& shapes) : of_scope_(shapes.scopes.size()) {
  for (ScopeId id = 0; id < shapes.scopes.size(); ++id) {
    const Scope& scope = shapes.scopes[id];
    if (id == 0 || (!scope.internal && !scope.multiplicity.is(0)))
      of_scope_[id] = std::make_unique<const ElementwiseProvenance>(network, scope);
  }
}

void ElementwiseProvenance::find_stored(const Scope& scope) {
  for (TensorId id = 0; id < graph_->tensors.size(); ++id) {
    const Graph* graph = graph_;
    TensorId tensor = id;
    while (graph->tensors[tensor].outer != kAbsent && graph->parent != kNone) {
      tensor = graph->tensors[tensor].outer;
      graph = &network_->graphs[graph->parent];
    }
    const Tensor& made = graph->tensors[tensor];
    const Node* producer = made.producer == kNone ? nullptr : &graph->nodes[made.producer];
    stored_[id] = made.stored != kNone || (producer != nullptr && holds_constant(*producer));
  }
  for (const NodeId id : graph_->order) {
    const Node& node = graph_->nodes[id];
    if (node.inputs.empty() || has_nested_graph(node) || is_random(scope.operators[id], node)) continue;
    const bool is_stored =
        std::all_of(node.inputs.begin(), node.inputs.end(), [&](TensorId input) { return input == kAbsent || stored_[input]; });
    if (!is_stored) continue;
    for (const TensorId output : node.outputs)
      if (output != kAbsent) stored_[output] = true;
  }
}

bool ElementwiseProvenance::works_on_elements(const Scope& scope, NodeId node) const {
  const Operator* row = scope.operators[node];
  return (is_elementwise(row) || has(row, Trait::pads)) && !is_training(row, attributes_of(scope, graph_->nodes[node]));
}

/// The operand whose elements the node's result holds, changed one by one; kAbsent if there is none.
TensorId ElementwiseProvenance::passed_on(const Scope& scope, NodeId id) const {
  const Node& node = graph_->nodes[id];
  TensorId data = kAbsent;
  for (const TensorId input : node.inputs) {
    if (input == kAbsent || stored_[input]) continue;
    if (data != kAbsent && origin_[input] != origin_[data]) return gated(scope, id);
    data = input;
  }
  return data;
}

TensorId ElementwiseProvenance::gated(const Scope& scope, NodeId id) const {
  const Node& node = graph_->nodes[id];
  if (!has(scope.operators[id], Trait::products) || node.inputs.size() != 2) return kAbsent;
  for (const auto& [data, gate] : {std::pair(node.inputs[0], node.inputs[1]), std::pair(node.inputs[1], node.inputs[0])}) {
    const Shape& shape = scope.facts[data].type.shape;
    if (shape.known() && shape == scope.facts[node.outputs.front()].type.shape && is_gate(scope.facts[gate].type.shape, shape))
      return data;
  }
  return kAbsent;
}

void ElementwiseProvenance::find_origins(const Scope& scope) {
  std::iota(origin_.begin(), origin_.end(), TensorId{0});
  for (const NodeId id : graph_->order) {
    const Node& node = graph_->nodes[id];
    if (node.outputs.empty() || node.outputs.front() == kAbsent || !works_on_elements(scope, id)) continue;
    const TensorId output = node.outputs.front();
    const TensorId data = passed_on(scope, id);
    if (data == kAbsent) continue;
    const bool is_padding = has(scope.operators[id], Trait::pads);
    if (!is_padding && !(scope.facts[data].type.shape == scope.facts[output].type.shape)) continue;
    passes_on_[id] = true;
    origin_[output] = origin_[data];
    const auto operands = std::count_if(node.inputs.begin(), node.inputs.end(),
                                        [&](TensorId input) { return input != kAbsent && !stored_[input]; });
    affine_[output] = affine_[data] && has(scope.operators[id], Trait::affine) && operands == 1;
  }
  for (const std::vector<TensorId>* outputs : {&graph_->outputs, &graph_->auxiliary_outputs})
    for (const TensorId output : *outputs) leaves_[origin_[output]] = true;
}

void ElementwiseProvenance::find_consumers() {
  const auto for_each = [&](auto visit) {
    for (TensorId tensor = 0; tensor < graph_->tensors.size(); ++tensor)
      for (const Reader& reader : readers_.of(tensor)) {
        const Node& node = graph_->nodes[reader.node];
        if (!passes_on_[reader.node] || origin_[node.outputs.front()] != origin_[tensor]) visit(origin_[tensor], reader.node);
      }
  };
  for_each([&](TensorId origin, NodeId) { ++first_consumer_[origin + 1]; });
  std::partial_sum(first_consumer_.begin(), first_consumer_.end(), first_consumer_.begin());
  consumers_.resize(first_consumer_.back());
  std::vector<std::uint32_t> next(first_consumer_.begin(), first_consumer_.end() - 1);
  for_each([&](TensorId origin, NodeId node) { consumers_[next[origin]++] = node; });
}

}  // namespace macroscope
