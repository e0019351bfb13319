// Nodes that could go: dead ones, those that give back their input, those that undo another, norms that fold into the layer before.
#include <algorithm>
#include <array>
#include <optional>

#include "analyzer/passes/memory/storage.h"
#include "analyzer/passes/structure/redundancy_search.h"

namespace macroscope::redundancies {
namespace {

constexpr std::array<std::string_view, 3> kTakesNorm{"Conv", "ConvTranspose", "Gemm"};

const Shape& shape_of(const Place& place, TensorId tensor) { return place.scope.facts[tensor].type.shape; }
DataType dtype_of(const Place& place, TensorId tensor) { return place.scope.facts[tensor].type.dtype; }

bool is_known_and_equal(const Shape& a, const Shape& b) { return a.known() && b.known() && a == b; }

TensorId first(std::span<const TensorId> tensors) { return tensors.empty() ? kAbsent : tensors.front(); }

/// Only this node reads the tensor.
bool is_read_once(const Place& place, TensorId tensor) {
  return place.provenance.readers().of(tensor).size() == 1 && !place.is_output[tensor];
}

// Folding of norms.

bool is_norm(const Place& place, const Node& node) {
  if (!node.domain.empty() || node.op != "BatchNormalization" || node.inputs.size() != 5 ||
      integer_attribute(node, "training_mode", 0) != 0)
    return false;
  return std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](TensorId input) { return input != kAbsent && place.provenance.is_stored(input); });
}

/// Scale and shift fold into weight and bias: of four numbers a channel the bias stays, and of the work on each element its sum.
void fold(const Place& place, NodeId norm, Found& found) {
  const Node& node = place.graph.nodes[norm];
  const TensorId data = node.inputs.front();
  const NodeId before = data == kAbsent ? kNone : place.graph.tensors[data].producer;
  if (before == kNone || !is_one_of(place.graph.nodes[before], kTakesNorm) || !is_read_once(place, data)) return;
  const Node& layer = place.graph.nodes[before];
  if (layer.inputs.size() < 2 || layer.inputs[1] == kAbsent || !place.provenance.is_stored(layer.inputs[1])) return;
  if (!is_read_once(place, layer.inputs[1])) return;  // the weight would have to be stored twice
  const bool has_bias = layer.inputs.size() > 2 && layer.inputs[2] != kAbsent;
  if (has_bias && !place.provenance.is_stored(layer.inputs[2])) return;
  const Shape& scale = shape_of(place, node.inputs[1]);
  const Shape& map = shape_of(place, node.outputs.front());
  if (!scale.known() || !map.known()) return;
  const Dim channels = scale.elements();
  Opportunity opportunity = without(place, Redundancy::foldable, {norm});
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
bool is_all(const Place& place, const Node& node, std::size_t input, std::int64_t number) {
  if (input >= node.inputs.size() || node.inputs[input] == kAbsent) return false;
  const ValuePointer& value = place.scope.facts[node.inputs[input]].value;
  const Integers* integers = value == nullptr ? nullptr : value->integers();
  return integers != nullptr && !integers->empty() &&
         std::all_of(integers->begin(), integers->end(), [&](const auto& element) { return element && element->is(number); });
}

bool gives_back(const Place& place, const Node& node) {
  if (!node.domain.empty() || first(node.inputs) == kAbsent || first(node.outputs) == kAbsent) return false;
  const TensorId input = node.inputs.front();
  const TensorId output = node.outputs.front();
  const bool same_shape = is_known_and_equal(shape_of(place, input), shape_of(place, output));
  const bool same_type = dtype_of(place, input) == dtype_of(place, output) && dtype_of(place, input) != DataType::unknown;
  if (node.op == "Identity") return true;
  if (node.op == "Dropout") return node.outputs.size() == 1 && (node.inputs.size() < 3 || node.inputs[2] == kAbsent);
  if (node.op == "Cast" || node.op == "CastLike") return same_type;
  if (node.op == "Concat" || node.op == "Sum" || node.op == "Max" || node.op == "Min" || node.op == "Mean")
    return node.inputs.size() == 1;
  if (node.op == "Transpose") return is_same_order(integers_attribute(node, "perm"));
  if (node.op == "Reshape" || node.op == "Expand" || node.op == "Squeeze" || node.op == "Flatten" || node.op == "Tile")
    return same_shape && same_type;
  if (node.op == "Pad") return same_shape && is_all(place, node, 1, 0);
  if (node.op == "Slice") return same_shape && (node.inputs.size() < 5 || is_all(place, node, 4, 1));
  return false;
}

/// One that only gives an input or a stored tensor the name of an output has to stay.
bool must_stay(const Place& place, const Node& node) {
  const TensorId input = node.inputs.front();
  return place.is_output[node.outputs.front()] && (place.graph.tensors[input].producer == kNone || place.is_output[input]);
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

bool only_renames(const Node& node) {
  static constexpr std::array<std::string_view, 4> kRenames{"Flatten", "Reshape", "Squeeze", "Unsqueeze"};
  return is_one_of(node, kRenames);
}

/// \param source what the first of them reads
bool cancel(const Place& place, const Node& before, const Node& node, TensorId source) {
  const TensorId result = node.outputs.front();
  if (node.op == "Transpose" && before.op == "Transpose")
    return undoes(integers_attribute(before, "perm"), integers_attribute(node, "perm"));
  if (node.op == "Cast" && before.op == "Cast")
    return dtype_of(place, result) == dtype_of(place, source) &&
           is_wider(dtype_of(place, source), dtype_of(place, before.outputs.front()));
  return only_renames(node) && only_renames(before) && is_known_and_equal(shape_of(place, source), shape_of(place, result));
}

/// The node that made what `tensor` holds, past work on single elements that nothing else takes part in; kNone if there is none.
NodeId producer_past_elementwise(const Place& place, TensorId tensor, bool& is_alone) {
  static constexpr std::size_t kFarthest = 16;
  for (std::size_t step = 0; step < kFarthest; ++step) {
    is_alone = is_alone && is_read_once(place, tensor);
    const NodeId producer = place.graph.tensors[tensor].producer;
    if (producer == kNone) return kNone;
    const Node& node = place.graph.nodes[producer];
    const Operator* row = place.scope.operators[producer];
    const bool is_unary = row != nullptr && std::holds_alternative<PerElement>(row->meaning) && node.inputs.size() == 1;
    if (!is_unary || node.inputs.front() == kAbsent) return producer;
    if (!is_alone) return kNone;  // the work would be done in two layouts
    tensor = node.inputs.front();
  }
  return kNone;
}

}  // namespace

void find_foldable(const Place& place, Found& found) {
  for (NodeId id = 0; id < place.graph.nodes.size(); ++id)
    if (is_norm(place, place.graph.nodes[id])) fold(place, id, found);
}

void find_dead(const Place& place, Found& found) {
  std::vector<bool> is_needed = place.is_output;
  std::vector<bool> is_dead(place.graph.nodes.size(), false);
  bool any = false;
  for (auto id = place.graph.order.rbegin(); id != place.graph.order.rend(); ++id) {
    const Node& node = place.graph.nodes[*id];
    is_dead[*id] = !node.outputs.empty() && std::none_of(node.outputs.begin(), node.outputs.end(),
                                                         [&](TensorId output) { return output != kAbsent && is_needed[output]; });
    any = any || is_dead[*id];
    if (is_dead[*id]) continue;
    for (const TensorId input : node.inputs)
      if (input != kAbsent) is_needed[input] = true;
    for (const Attribute& attribute : node.attributes)
      if (const auto* nested = std::get_if<GraphId>(&attribute.content))
        for (const Tensor& tensor : place.network.graphs[*nested].tensors)
          if (tensor.outer != kAbsent) is_needed[tensor.outer] = true;
  }
  if (!any) return;
  for (std::vector<NodeId>& group : connected(place, is_dead))
    found.push_back(without(place, Redundancy::dead, std::move(group)));
}

void find_identities(const Place& place, Found& found) {
  for (NodeId id = 0; id < place.graph.nodes.size(); ++id) {
    const Node& node = place.graph.nodes[id];
    if (!gives_back(place, node) || must_stay(place, node)) continue;
    found.push_back(without(place, Redundancy::identity, {id}));
    if (place.provenance.is_stored(node.inputs.front())) found.back().bytes = 0;  // moved when the model is loaded, if at all
  }
}

void find_cancelling(const Place& place, Found& found) {
  std::vector<bool> is_gone(place.graph.nodes.size(), false);
  for (const NodeId id : place.graph.order) {
    const Node& node = place.graph.nodes[id];
    if (!node.domain.empty() || first(node.inputs) == kAbsent || first(node.outputs) == kAbsent) continue;
    if (node.op != "Transpose" && node.op != "Cast" && !only_renames(node)) continue;
    bool is_alone = true;
    const NodeId producer = node.op == "Transpose" ? producer_past_elementwise(place, node.inputs.front(), is_alone)
                                                   : place.graph.tensors[node.inputs.front()].producer;
    if (node.op != "Transpose") is_alone = is_read_once(place, node.inputs.front());
    if (producer == kNone || is_gone[producer]) continue;
    const Node& before = place.graph.nodes[producer];
    if (!before.domain.empty() || first(before.inputs) == kAbsent || first(before.outputs) == kAbsent) continue;
    if (!cancel(place, before, node, before.inputs.front())) continue;
    // What others read as well has to be made all the same.
    Opportunity opportunity =
        without(place, Redundancy::cancelling, is_alone ? std::vector<NodeId>{producer, id} : std::vector<NodeId>{id});
    opportunity.layers = {producer, id};
    is_gone[id] = true;
    found.push_back(std::move(opportunity));
  }
}

}  // namespace macroscope::redundancies
