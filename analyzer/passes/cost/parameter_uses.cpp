#include "analyzer/passes/cost/parameter_uses.h"

#include "analyzer/operators/custom.h"

namespace macroscope {

UseSearch::UseSearch(const Network& network, const Shapes& shapes)
    : network_(network),
      custom_(shapes.custom_operators.get()),
      readers_(network.graphs.size()),
      results_(network.graphs.size()),
      scopes_(network.graphs.size(), nullptr) {
  for (const Scope& scope : shapes.scopes) scopes_[scope.graph] = &scope;
}

Following UseSearch::follow(GraphId graph, TensorId tensor) {
  Following found;
  found.graph = graph;
  visited_.clear();
  alone_.clear();
  pending_.push_back({graph, tensor, kNone, false, false, false});
  while (!pending_.empty()) {
    const Step step = pending_.back();
    pending_.pop_back();
    const bool is_start = step.graph == graph && step.tensor == tensor;
    if (pending_.empty() && found.is_nothing() && !is_start) {
      const Alone key{graph, step.graph, step.tensor, step.entered_at, step.dequantised, step.spread, step.picked};
      if (const auto before = found_from_.find(key); before != found_from_.end()) {
        found = before->second;
        break;
      }
      alone_.push_back(key);
    }
    if (visited_.emplace(step.graph, step.tensor).second) visit(step, found);
  }
  for (const Alone& key : alone_) found_from_.emplace(key, found);
  return found;
}

const Readers& UseSearch::readers_of(GraphId graph) {
  if (!readers_[graph]) readers_[graph] = std::make_unique<const Readers>(network_, network_.graphs[graph]);
  return *readers_[graph];
}

bool UseSearch::is_result(GraphId id, TensorId tensor) {
  std::vector<bool>& results = results_[id];
  if (results.empty()) {
    const Graph& graph = network_.graphs[id];
    results.resize(graph.tensors.size());
    for (const std::vector<TensorId>* outputs : {&graph.outputs, &graph.auxiliary_outputs})
      for (const TensorId output : *outputs)
        if (output != kAbsent) results[output] = true;
  }
  return results[tensor];
}

void UseSearch::visit(const Step& step, Following& found) {
  for (const Reader& reader : readers_of(step.graph).of(step.tensor)) read_by(step, reader, found);
  if (step.picked) return;
  if (is_result(step.graph, step.tensor)) note(Use::anything, step, kNone, found);
}

void UseSearch::read_by(const Step& step, const Reader& reader, Following& found) {
  const Node& node = network_.graphs[step.graph].nodes[reader.node];
  const NodeId at = step.entered_at != kNone ? step.entered_at : reader.node;
  if (reader.input == kNone) {
    enter_nested(step, node, at);
  } else if (const Function* function = network_.find_function(node.domain, node.op, node.overload)) {
    const Graph& body = network_.graphs[function->body];
    if (reader.input < body.inputs.size())
      pending_.push_back({function->body, body.inputs[reader.input], at, step.dequantised, step.spread, step.picked});
  } else {
    read_by_operator(step, reader, at, found);
  }
}

void UseSearch::enter_nested(const Step& step, const Node& node, NodeId at) {
  for (const Attribute& attribute : node.attributes) {
    const auto* nested = std::get_if<GraphId>(&attribute.content);
    if (nested == nullptr) continue;
    const Graph& graph = network_.graphs[*nested];
    for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor)
      if (graph.tensors[tensor].outer == step.tensor)
        pending_.push_back({*nested, tensor, at, step.dequantised, step.spread, step.picked});
  }
}

void UseSearch::read_by_operator(const Step& step, const Reader& reader, NodeId at, Following& found) {
  const Node& node = network_.graphs[step.graph].nodes[reader.node];
  const Operator* row = row_of(step.graph, reader.node);
  const OperandRole role = role_of(row, reader.input);
  if (step.picked) {
    if (role == OperandRole::view || role == OperandRole::elements) pass_on(step, row, node, true, found);
    return;
  }
  switch (role) {
    case OperandRole::view:
      pass_on(step, row, node, false, found);
      break;
    case OperandRole::elements:
      note(Use::anything, step, at, found);
      pass_on(step, row, node, true, found);
      break;
    case OperandRole::type:
      break;
    case OperandRole::packed:
      found.packed_elements = packed_elements(node, step);
      note(Use::by_position, step, at, found);
      break;
    case OperandRole::bias:
      if (!has(row, Trait::normalization)) ++found.readers_as_bias;
      note(Use::by_position, step, at, found);
      break;
    case OperandRole::weight:
      note(Use::by_position, step, at, found);
      break;
    case OperandRole::statistic:
      note(Use::statistic, step, at, found);
      break;
    case OperandRole::quantisation:
      note(Use::quantisation, step, at, found);
      break;
    case OperandRole::constant:
      note(Use::constant, step, at, found);
      break;
    case OperandRole::data:
      if (has(row, Trait::sums) && adds_to_product(step.graph, node, reader.input)) ++found.readers_as_bias;
      note(Use::anything, step, at, found);
  }
}

void UseSearch::pass_on(Step step, const Operator* row, const Node& node, bool picked, Following& found) {
  step.picked = picked;
  step.spread = step.spread || has(row, Trait::spreads);
  step.dequantised = step.dequantised || has(row, Trait::dequantizes);
  if (step.picked) found.dequantised = found.dequantised || step.dequantised;
  for (const TensorId output : node.outputs)
    if (output != kAbsent) pending_.push_back({step.graph, output, step.entered_at, step.dequantised, step.spread, step.picked});
}

bool UseSearch::adds_to_product(GraphId graph, const Node& node, std::uint32_t input) const {
  if (node.inputs.size() != 2) return false;
  const Graph& in = network_.graphs[graph];
  const TensorId other = node.inputs[1 - input], own = node.inputs[input];
  const NodeId producer = other == kAbsent ? kNone : in.tensors[other].producer;
  const std::uint32_t stored = in.tensors[own].stored;
  const bool is_vector = stored != kNone && shape_of(in.stored[stored]).rank() == 1;
  return is_vector && producer != kNone && has(row_of(graph, producer), Trait::matrix_product);
}

const Operator* UseSearch::row_of(GraphId graph, NodeId node) const {
  const Scope* const scope = scopes_[graph];
  if (scope != nullptr && scope->operators[node] != nullptr) return scope->operators[node];
  // Nothing runs the graph, or nothing came to the node, as in a cycle.
  const Node& reader = network_.graphs[graph].nodes[node];
  return find_row(custom_, reader,
                  version_in(scope == nullptr ? std::span<const OperatorSet>() : scope->operator_sets, reader.domain));
}

void UseSearch::note(Use use, const Step& step, NodeId at, Following& found) const {
  ++found.readers;
  if (at != kNone) {
    const bool is_side = network_.graphs[found.graph].is_side(at);
    const bool replaces_side = found.side && !is_side;
    if (found.first_reader == kNone || replaces_side || (found.side == is_side && at < found.first_reader)) {
      found.first_reader = at;
      found.side = is_side;
    }
  }
  if (use > found.use) return;
  found.use = use;
  found.dequantised = found.dequantised || step.dequantised;
  found.spread = found.spread || step.spread;
}

std::optional<Dim> UseSearch::packed_elements(const Node& node, const Step& step) const {
  const std::uint32_t stored = network_.graphs[step.graph].tensors[step.tensor].stored;
  const StoredTensor* tensor = stored == kNone ? nullptr : &network_.graphs[step.graph].stored[stored];
  const Scope* const scope = scopes_[step.graph];
  const NodeAttributes attributes(node, scope == nullptr ? std::span<const Attribute>() : scope->attributes);
  const auto* const inputs = attributes.holds<std::int64_t>("K");
  const auto* const outputs = attributes.holds<std::int64_t>("N");
  const bool is_matrix = tensor != nullptr && tensor->dims.size() > 1;
  if (inputs != nullptr && outputs != nullptr && (!is_matrix || tensor->dims.front() == *outputs)) return Dim(*inputs) * *outputs;
  if (inputs != nullptr && is_matrix) return Dim(*inputs) * tensor->dims.front();
  const std::int64_t bits = attributes.integer("bits", attributes.integer("expert_weight_bits", 4));
  if (tensor == nullptr || bits <= 0 || bits > 8 || tensor->dtype != DataType::uint8) return std::nullopt;
  Dim elements = 8 / bits;
  for (const std::int64_t dim : tensor->dims) elements *= dim;
  return elements;
}

}  // namespace macroscope
