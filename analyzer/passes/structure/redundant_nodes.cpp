// Nodes that could go: dead ones, those that give back their input, those that undo another, norms that fold into the layer before.
#include <algorithm>
#include <optional>

#include "analyzer/operators/access/channel_axis.h"
#include "analyzer/passes/cost/storage.h"
#include "analyzer/passes/structure/redundancy_search.h"

namespace macroscope::redundancies {
namespace {

const Shape& shape_of(const ScopedGraph& scoped, TensorId tensor) { return scoped.scope.facts[tensor].type.shape; }
DataType dtype_of(const ScopedGraph& scoped, TensorId tensor) { return scoped.scope.facts[tensor].type.dtype; }

bool is_known_and_equal(const Shape& a, const Shape& b) { return a.known() && b.known() && a == b; }

TensorId first(std::span<const TensorId> tensors) { return tensors.empty() ? kAbsent : tensors.front(); }

/// Only this node reads the tensor.
bool is_read_once(const ScopedGraph& scoped, TensorId tensor) {
  return scoped.provenance.readers().of(tensor).size() == 1 && !scoped.is_output[tensor];
}

// Folding of norms.

bool is_norm(const ScopedGraph& scoped, NodeId id) {
  const Node& node = scoped.graph.nodes[id];
  const Operator* row = scoped.scope.operators[id];
  const bool scales_channels = has(row, Trait::normalization) && has(row, Trait::affine);
  if (!scales_channels || node.inputs.size() != 5 || attributes_of(scoped.scope, node).integer("training_mode", 0) != 0)
    return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](TensorId input) { return input != kAbsent && scoped.provenance.is_stored(input); });
}

/// Where the weight and the bias of a layer stand that a scale and a shift of its output channels fold into; empty for other layers.
std::optional<std::pair<std::size_t, std::size_t>> foldable_operands(const Operator* row) {
  if (!has(row, Trait::convolution) && !has(row, Trait::matrix_product)) return std::nullopt;
  const auto* loops = std::get_if<Loops>(&row->meaning);
  const bool is_scaled = loops != nullptr && !loops->product_scale.empty();
  const bool is_plain = loops != nullptr && loops->bias >= 0 && loops->summand < 0 && loops->logical == nullptr &&
                        (loops->further == nullptr || is_scaled) && loops->result == Result::as_first_input;
  if (!is_plain || row->activation.is_given()) return std::nullopt;
  return std::pair<std::size_t, std::size_t>{loops->operands[1], static_cast<std::size_t>(loops->bias)};
}

/// Scale and shift fold into weight and bias: of four numbers a channel the bias stays, and of the work on each element its sum.
void fold(const ScopedGraph& scoped, NodeId norm, Found& found) {
  const Node& node = scoped.graph.nodes[norm];
  const TensorId data = node.inputs.front();
  const NodeId before = data == kAbsent ? kNone : scoped.graph.tensors[data].producer;
  if (before == kNone || !is_read_once(scoped, data)) return;
  const Operator* row = scoped.scope.operators[before];
  const auto operands = foldable_operands(row);
  const bool is_last =
      row != nullptr && channel_axis_of(*row, site_of(scoped.network, scoped.scope, before)) == ChannelAxis::last;
  if (!operands || (is_last && has(row, Trait::convolution))) return;  // the norm scales axis 1
  const std::span<const TensorId> inputs = scoped.graph.nodes[before].inputs;
  const auto operand = [&](std::size_t index) { return index < inputs.size() ? inputs[index] : kAbsent; };
  const TensorId weight = operand(operands->first), bias = operand(operands->second);
  if (weight == kAbsent || !scoped.provenance.is_stored(weight)) return;
  if (!is_read_once(scoped, weight)) return;  // the weight would have to be stored twice
  const bool has_bias = bias != kAbsent;
  if (has_bias && !scoped.provenance.is_stored(bias)) return;
  const Shape& scale = shape_of(scoped, node.inputs[1]);
  const Shape& map = shape_of(scoped, node.outputs.front());
  if (!scale.known() || !map.known()) return;
  const Dim channels = scale.elements();
  Opportunity opportunity = without(scoped, Redundancy::foldable, {norm});
  opportunity.layers = {before, norm};
  opportunity.parameters = has_bias ? channels * 2 : channels;
  opportunity.statistics = channels * 2;
  opportunity.flops = has_bias ? map.elements() * 2 : map.elements();
  found.push_back(std::move(opportunity));
}

// Nodes that give back their input.

bool is_same_order(std::span<const std::int64_t> permutation) {
  for (std::size_t axis = 0; axis < permutation.size(); ++axis)
    if (permutation[axis] != static_cast<std::int64_t>(axis)) return false;
  return !permutation.empty();
}

/// Known pads or shifts that are all zero.
bool is_all(const ScopedGraph& scoped, const Node& node, std::size_t input, std::int64_t number) {
  if (input >= node.inputs.size() || node.inputs[input] == kAbsent) return false;
  const ValuePointer& value = scoped.scope.facts[node.inputs[input]].value;
  const Integers* integers = value == nullptr ? nullptr : value->integers();
  return integers != nullptr && !integers->empty() &&
         std::all_of(integers->begin(), integers->end(), [&](const auto& element) { return element && element->is(number); });
}

bool gives_back(const ScopedGraph& scoped, NodeId id) {
  const Node& node = scoped.graph.nodes[id];
  const Operator* row = scoped.scope.operators[id];
  if (row == nullptr || first(node.inputs) == kAbsent || first(node.outputs) == kAbsent) return false;
  const TensorId input = node.inputs.front();
  const TensorId output = node.outputs.front();
  const bool same_shape = is_known_and_equal(shape_of(scoped, input), shape_of(scoped, output));
  const bool same_type = dtype_of(scoped, input) == dtype_of(scoped, output) && dtype_of(scoped, input) != DataType::unknown;
  switch (row->identity) {
    case IdentityWhen::always:
      return true;
    case IdentityWhen::not_training:
      return node.outputs.size() == 1 && (node.inputs.size() < 3 || node.inputs[2] == kAbsent);
    case IdentityWhen::same_type:
      return same_type;
    case IdentityWhen::only_operand:
      return node.inputs.size() == 1;
    case IdentityWhen::same_order:
      return is_same_order(attributes_of(scoped.scope, node).integers("perm"));
    case IdentityWhen::same_type_shape:
      return same_shape && same_type;
    case IdentityWhen::nothing_added:
      return same_shape && is_all(scoped, node, 1, 0);
    case IdentityWhen::nothing_taken_out:
      return same_shape && (node.inputs.size() < 5 || is_all(scoped, node, 4, 1));
    case IdentityWhen::never:
      break;
  }
  return false;
}

/// One that only gives an input or a stored tensor the name of an output has to stay.
bool must_stay(const ScopedGraph& scoped, const Node& node) {
  const TensorId input = node.inputs.front();
  return scoped.is_output[node.outputs.front()] && (scoped.graph.tensors[input].producer == kNone || scoped.is_output[input]);
}

// Nodes that undo another.

bool is_wider(DataType narrow, DataType wide) {
  if (is_floating(narrow) && is_floating(wide)) {
    const bool is_simple = (narrow == DataType::float16 || narrow == DataType::bfloat16 || narrow == DataType::float32) &&
                           (wide == DataType::float32 || wide == DataType::float64);
    return is_simple && bits_of(narrow) < bits_of(wide);
  }
  const bool are_integers = (narrow == DataType::int8 || narrow == DataType::int16 || narrow == DataType::int32) &&
                            (wide == DataType::int16 || wide == DataType::int32 || wide == DataType::int64);
  return are_integers && bits_of(narrow) < bits_of(wide);
}

bool undoes(std::span<const std::int64_t> first, std::span<const std::int64_t> second) {
  if (first.empty() || first.size() != second.size()) return false;
  for (std::size_t axis = 0; axis < second.size(); ++axis) {
    const std::int64_t between = second[axis];
    if (between < 0 || between >= static_cast<std::int64_t>(first.size())) return false;
    if (first[static_cast<std::size_t>(between)] != static_cast<std::int64_t>(axis)) return false;
  }
  return true;
}

/// \param source what the first of them reads
bool cancel(const ScopedGraph& scoped, NodeId first, NodeId second, TensorId source) {
  const Node &before = scoped.graph.nodes[first], &node = scoped.graph.nodes[second];
  const TensorId result = node.outputs.front();
  const auto both = [&](Trait trait) {
    return has(scoped.scope.operators[first], trait) && has(scoped.scope.operators[second], trait);
  };
  if (both(Trait::permutes))
    return undoes(attributes_of(scoped.scope, before).integers("perm"), attributes_of(scoped.scope, node).integers("perm"));
  if (both(Trait::converts))
    return dtype_of(scoped, result) == dtype_of(scoped, source) &&
           is_wider(dtype_of(scoped, source), dtype_of(scoped, before.outputs.front()));
  return both(Trait::regroups) && is_known_and_equal(shape_of(scoped, source), shape_of(scoped, result));
}

/// The node that made what `tensor` holds, past work on single elements that nothing else takes part in; kNone if there is none.
NodeId producer_past_elementwise(const ScopedGraph& scoped, TensorId tensor, bool& is_alone) {
  static constexpr std::size_t kFarthest = 16;
  for (std::size_t step = 0; step < kFarthest; ++step) {
    is_alone = is_alone && is_read_once(scoped, tensor);
    const NodeId producer = scoped.graph.tensors[tensor].producer;
    if (producer == kNone) return kNone;
    const Node& node = scoped.graph.nodes[producer];
    const Operator* row = scoped.scope.operators[producer];
    const bool is_unary = row != nullptr && std::holds_alternative<PerElement>(row->meaning) && node.inputs.size() == 1;
    if (!is_unary || node.inputs.front() == kAbsent) return producer;
    if (!is_alone) return kNone;  // the work would be done in two layouts
    tensor = node.inputs.front();
  }
  return kNone;
}

}  // namespace

void find_foldable(const ScopedGraph& scoped, Found& found) {
  for (NodeId id = 0; id < scoped.graph.nodes.size(); ++id)
    if (is_norm(scoped, id)) fold(scoped, id, found);
}

void find_dead(const ScopedGraph& scoped, Found& found) {
  std::vector<bool> is_needed = scoped.is_output;
  std::vector<bool> is_dead(scoped.graph.nodes.size(), false);
  bool any = false;
  for (auto id = scoped.graph.order.rbegin(); id != scoped.graph.order.rend(); ++id) {
    const Node& node = scoped.graph.nodes[*id];
    is_dead[*id] = !node.outputs.empty() && std::none_of(node.outputs.begin(), node.outputs.end(),
                                                         [&](TensorId output) { return output != kAbsent && is_needed[output]; });
    any = any || is_dead[*id];
    if (is_dead[*id]) continue;
    for (const TensorId input : node.inputs)
      if (input != kAbsent) is_needed[input] = true;
    for (const Attribute& attribute : node.attributes)
      if (const auto* nested = std::get_if<GraphId>(&attribute.content))
        for (const Tensor& tensor : scoped.network.graphs[*nested].tensors)
          if (tensor.outer != kAbsent) is_needed[tensor.outer] = true;
  }
  if (!any) return;
  for (std::vector<NodeId>& group : connected(scoped, is_dead))
    found.push_back(without(scoped, Redundancy::dead, std::move(group)));
}

void find_identities(const ScopedGraph& scoped, Found& found) {
  for (NodeId id = 0; id < scoped.graph.nodes.size(); ++id) {
    const Node& node = scoped.graph.nodes[id];
    if (!gives_back(scoped, id) || must_stay(scoped, node)) continue;
    found.push_back(without(scoped, Redundancy::identity, {id}));
    if (scoped.provenance.is_stored(node.inputs.front())) found.back().bytes = 0;  // moved when the model is loaded, if at all
  }
}

void find_cancelling(const ScopedGraph& scoped, Found& found) {
  std::vector<bool> is_gone(scoped.graph.nodes.size(), false);
  for (const NodeId id : scoped.graph.order) {
    const Node& node = scoped.graph.nodes[id];
    const Operator* row = scoped.scope.operators[id];
    if (first(node.inputs) == kAbsent || first(node.outputs) == kAbsent) continue;
    const bool permutes = has(row, Trait::permutes);
    if (!permutes && !has(row, Trait::converts) && !has(row, Trait::regroups)) continue;
    bool is_alone = true;
    const NodeId producer = permutes ? producer_past_elementwise(scoped, node.inputs.front(), is_alone)
                                     : scoped.graph.tensors[node.inputs.front()].producer;
    if (!permutes) is_alone = is_read_once(scoped, node.inputs.front());
    if (producer == kNone || is_gone[producer]) continue;
    const Node& before = scoped.graph.nodes[producer];
    if (first(before.inputs) == kAbsent || first(before.outputs) == kAbsent) continue;
    if (!cancel(scoped, producer, id, before.inputs.front())) continue;
    // What others read as well has to be made all the same.
    Opportunity opportunity =
        without(scoped, Redundancy::cancelling, is_alone ? std::vector<NodeId>{producer, id} : std::vector<NodeId>{id});
    opportunity.layers = {producer, id};
    is_gone[id] = true;
    found.push_back(std::move(opportunity));
  }
}

}  // namespace macroscope::redundancies
