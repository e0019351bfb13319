#include "analyzer/passes/structure/weighted_layers.h"

#include <algorithm>

#include "analyzer/operators/access/channel_axis.h"
#include "analyzer/operators/activation.h"
#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/notation/window.h"

namespace macroscope {
namespace {

TensorId operand(const Node& node, int place) {
  return place >= 0 && static_cast<std::size_t>(place) < node.inputs.size() ? node.inputs[static_cast<std::size_t>(place)]
                                                                            : kAbsent;
}

std::vector<std::int64_t> per_axis(const OpContext& context, std::string_view name, std::size_t axes) {
  const std::span<const std::int64_t> numbers = context.attributes().integers(name);
  if (numbers.size() != axes) return std::vector<std::int64_t>(axes, 1);
  return {numbers.begin(), numbers.end()};
}

bool has_window(const Operand& operand) {
  return std::any_of(operand.axes.begin(), operand.axes.end(),
                     [](const AxisIndex& index) { return index.form == AxisIndex::Form::window; });
}

bool walks(const Operand& operand, std::uint8_t loop) {
  return std::any_of(operand.axes.begin(), operand.axes.end(), [loop](const AxisIndex& index) {
    return index.loop == loop || (index.form == AxisIndex::Form::groups && index.inner == loop);
  });
}

/// What the axes of a weight stand for, read off the nest: an axis that the result walks holds output channels, one that only the data walks
/// input channels of a group, the repeated ones the kernel.
struct WeightAxes {
  std::size_t outputs = 0;
  std::size_t inputs = 0;
  /// The first of the kernel; those behind it come as many later as there are more.
  std::size_t kernel = 0;
  std::size_t kernel_rank = 0;
};

std::optional<WeightAxes> axes_of(const Operand& weight, const Operand& output, std::size_t rank) {
  const bool has_kernel = weight.repeated_at >= 0;
  if (weight.axes.size() != (has_kernel ? 3U : 2U) || rank + 1 < weight.axes.size()) return std::nullopt;
  WeightAxes axes;
  axes.kernel_rank = has_kernel ? rank - 2 : 0;
  std::size_t at = 0;
  int outputs = 0;
  for (const AxisIndex& index : weight.axes) {
    if (index.repeated) {
      axes.kernel = at;
      at += axes.kernel_rank;
      continue;
    }
    const bool is_output = walks(output, index.form == AxisIndex::Form::groups ? index.inner : index.loop);
    (is_output ? axes.outputs : axes.inputs) = at++;
    outputs += is_output ? 1 : 0;
  }
  return outputs == 1 ? std::optional(axes) : std::nullopt;
}

class LayerReading {
 public:
  LayerReading(const Network& network, const Scope& scope, const std::vector<Cost>& costs,
               const ElementwiseProvenance& provenance)
      : network_(network), graph_(network.graphs[scope.graph]), scope_(scope), costs_(costs), provenance_(provenance) {}

  /// \throws AlgebraError, RuleError, Unknown
  [[nodiscard]] std::optional<WeightedLayer> read(NodeId id) const {
    const Node& node = graph_.nodes[id];
    const Operator* row = scope_.operators[id];
    const bool is_convolution = has(row, Trait::convolution);
    if (!is_convolution && !has(row, Trait::matrix_product)) return std::nullopt;
    const auto* loops = std::get_if<Loops>(&row->meaning);
    if (loops == nullptr || loops->offsets >= 0 || node.outputs.empty() || node.outputs.front() == kAbsent ||
        !scope_.inferred[id] || costs_[id].status != Status::counted)
      return std::nullopt;
    const OpContext context = site_of(network_, scope_, id);
    const Formula& formula = formula_of(nest_of(*loops, context).formula);
    if (formula.operands.size() != 2 || (is_convolution && !has_window(formula.operands.front()))) return std::nullopt;
    // Of two operands the weight is the second, unless the row says that it is the first.
    const bool is_first =
        row->roles.of(loops->operands[0]) == OperandRole::weight && row->roles.of(loops->operands[1]) == OperandRole::data;
    const std::size_t at = is_first ? 0 : 1;
    WeightedLayer layer;
    layer.node = id;
    layer.input = operand(node, loops->operands[1 - at]);
    layer.weight = operand(node, loops->operands[at]);
    layer.output = node.outputs.front();
    if (layer.input == kAbsent || layer.weight == kAbsent || !provenance_.is_stored(layer.weight)) return std::nullopt;
    const Shape weight = loops->logical != nullptr ? loops->logical(context, at) : shape_of(layer.weight);
    const Shape& output = shape_of(layer.output);
    if (!weight.known() || !output.known()) return std::nullopt;
    const std::optional<WeightAxes> axes = axes_of(formula.operands[at], formula.output, weight.rank());
    if (!axes) return std::nullopt;
    layer.macs = costs_[id].macs;
    layer.has_activation = activation_of(*row, context).has_value();
    layer.weights = weight.elements();
    if (const TensorId bias = operand(node, loops->bias); bias != kAbsent && shape_of(bias).known())
      layer.bias = shape_of(bias).elements();
    const bool is_whole = is_convolution ? read_convolution(layer, context, *row, *axes, weight, output)
                                         : read_product(layer, *axes, weight, output);
    return is_whole ? std::optional(std::move(layer)) : std::nullopt;
  }

 private:
  [[nodiscard]] const Shape& shape_of(TensorId tensor) const { return scope_.facts[tensor].type.shape; }

  [[nodiscard]] bool read_convolution(WeightedLayer& layer, const OpContext& context, const Operator& row, const WeightAxes& axes,
                                      const Shape& weight, const Shape& output) const {
    if (axes.kernel_rank == 0 || output.rank() != weight.rank()) return false;
    layer.groups = std::max<std::int64_t>(context.attributes().integer("group", 1), 1);
    layer.inputs = weight[axes.inputs] * layer.groups;
    layer.outputs = weight[axes.outputs];
    layer.weights_of_tap = weight[axes.outputs] * weight[axes.inputs];
    const auto kernel = weight.dims().subspan(axes.kernel, axes.kernel_rank);
    layer.kernel.assign(kernel.begin(), kernel.end());
    const std::uint32_t stored = graph_.tensors[layer.weight].stored;
    const TapMask mask = stored == kNone ? TapMask::none : graph_.stored[stored].mask;
    layer.taps = mask == TapMask::none ? layer.kernel_elements() : taps_kept(layer.kernel, mask);
    layer.strides = per_axis(context, "strides", layer.kernel.size());
    layer.dilations = per_axis(context, "dilations", layer.kernel.size());
    const bool is_last = channel_axis_of(row, context) == ChannelAxis::last;
    layer.positions = output[0] * product(output.dims().subspan(is_last ? 1 : 2, axes.kernel_rank));
    const Shape& input = shape_of(layer.input);
    if (!input.known() || input.rank() != weight.rank()) return false;
    layer.samples = output[0];
    layer.sample_inputs = product(input.dims().subspan(1));
    layer.sample_outputs = product(output.dims().subspan(1));
    return true;
  }

  /// Only whole matrices: a stack of them is no layer that others can stand for.
  [[nodiscard]] static bool read_product(WeightedLayer& layer, const WeightAxes& axes, const Shape& weight, const Shape& output) {
    if (weight.rank() != 2 || output.rank() < 2) return false;
    layer.inputs = weight[axes.inputs];
    layer.outputs = weight[axes.outputs];
    layer.weights_of_tap = layer.weights;
    layer.positions = product(output.dims().first(output.rank() - 1));
    return true;
  }

  const Network& network_;
  const Graph& graph_;
  const Scope& scope_;
  const std::vector<Cost>& costs_;
  const ElementwiseProvenance& provenance_;
};

/// A mean over the map or over given axes, as gates for channels are made of.
bool averages_map(const Operator* row) {
  const auto* loops = row == nullptr ? nullptr : std::get_if<Loops>(&row->meaning);
  return loops != nullptr && loops->mean && !has_window(formula_of(loops->nests.front().formula).operands.front());
}

}  // namespace

bool WeightedLayer::is_pointwise() const {
  return std::all_of(kernel.begin(), kernel.end(), [](const Dim& extent) { return extent.is(1); });
}

bool WeightedLayer::has_unit_strides() const {
  return std::all_of(strides.begin(), strides.end(), [](std::int64_t stride) { return stride == 1; });
}

bool WeightedLayer::is_dilated() const {
  for (std::size_t axis = 0; axis < kernel.size(); ++axis)
    if (dilations[axis] > 1 && !kernel[axis].is(1)) return true;
  return false;
}

WeightedLayers::WeightedLayers(const Network& network, const Scope& scope, const std::vector<Cost>& costs,
                               const ElementwiseProvenance& provenance)
    : graph_(network.graphs[scope.graph]), scope_(scope), provenance_(provenance), of_node_(graph_.nodes.size(), kNone) {
  const LayerReading access(network, scope, costs, provenance);
  for (const NodeId node : graph_.order) {
    try {
      std::optional<WeightedLayer> layer = access.read(node);
      if (!layer) continue;
      of_node_[node] = static_cast<std::uint32_t>(layers_.size());
      layers_.push_back(std::move(*layer));
    } catch (const AlgebraError&) {  // its cost is past 128 bits, too: reported there
    } catch (const RuleError&) {     // reported when its shape was inferred
    } catch (const Unknown&) {}
  }
}

const WeightedLayer* WeightedLayers::consumer(const WeightedLayer& layer, bool averages_may) const {
  const TensorId origin = provenance_.origin(layer.output);
  if (origin != layer.output || provenance_.leaves(origin)) return nullptr;
  const WeightedLayer* next = nullptr;
  for (const NodeId id : provenance_.consumers(origin)) {
    if (averages_may && averages_map(scope_.operators[id])) continue;
    const WeightedLayer* found = at(id);
    if (found == nullptr || provenance_.origin(found->input) != origin || (next != nullptr && next != found)) return nullptr;
    next = found;
  }
  return next;
}

}  // namespace macroscope
