#include "analyzer/passes/structure/weighted_layers.h"

#include <algorithm>
#include <array>

#include "analyzer/operators/notation/window.h"

namespace macroscope {
namespace {

/// Where the operands of a layer stand.
struct Places {
  std::size_t data = 0;
  std::size_t weight = 1;
  std::size_t bias = 2;
};

std::optional<Places> convolution_places(const Node& node) {
  static constexpr std::array<std::string_view, 2> kPlain{"Conv", "ConvInteger"};
  if (is_one_of(node, kPlain)) return Places{0, 1, node.op == "Conv" ? 2U : node.inputs.size()};
  if (node.domain.empty() && node.op == "QLinearConv") return Places{0, 3, 8};
  if (node.domain == "com.microsoft" && node.op == "FusedConv") return Places{};
  return std::nullopt;
}

std::optional<Places> product_places(const Node& node) {
  if (!node.domain.empty()) return std::nullopt;
  if (node.op == "MatMul" || node.op == "MatMulInteger") return Places{0, 1, node.inputs.size()};
  if (node.op == "QLinearMatMul") return Places{0, 3, node.inputs.size()};
  if (node.op == "Gemm") return Places{};
  return std::nullopt;
}

TensorId operand(const Node& node, std::size_t place) { return place < node.inputs.size() ? node.inputs[place] : kAbsent; }

std::vector<std::int64_t> per_axis(const Node& node, std::string_view name, std::size_t axes) {
  const std::span<const std::int64_t> numbers = integers_attribute(node, name);
  if (numbers.size() != axes) return std::vector<std::int64_t>(axes, 1);
  return {numbers.begin(), numbers.end()};
}

class LayerReading {
 public:
  LayerReading(const Graph& graph, const Scope& scope, const std::vector<Cost>& costs, const ElementwiseProvenance& provenance)
      : graph_(graph), scope_(scope), costs_(costs), provenance_(provenance) {}

  [[nodiscard]] std::optional<WeightedLayer> read(NodeId id) const {
    const Node& node = graph_.nodes[id];
    const std::optional<Places> convolution = convolution_places(node);
    const std::optional<Places> places = convolution ? convolution : product_places(node);
    if (!places || node.outputs.empty() || node.outputs.front() == kAbsent || !scope_.inferred[id] ||
        costs_[id].status != Status::counted)
      return std::nullopt;
    WeightedLayer layer;
    layer.node = id;
    layer.input = operand(node, places->data);
    layer.weight = operand(node, places->weight);
    layer.output = node.outputs.front();
    if (layer.input == kAbsent || layer.weight == kAbsent || !provenance_.is_stored(layer.weight)) return std::nullopt;
    const Shape& weight = shape_of(layer.weight);
    const Shape& output = shape_of(layer.output);
    if (!weight.known() || !output.known()) return std::nullopt;
    layer.macs = costs_[id].macs;
    layer.weights = weight.elements();
    if (const TensorId bias = operand(node, places->bias); bias != kAbsent && shape_of(bias).known())
      layer.bias = shape_of(bias).elements();
    const bool is_whole = convolution ? read_convolution(layer, node, weight, output) : read_product(layer, node, weight, output);
    return is_whole ? std::optional(std::move(layer)) : std::nullopt;
  }

 private:
  [[nodiscard]] const Shape& shape_of(TensorId tensor) const { return scope_.facts[tensor].type.shape; }

  [[nodiscard]] bool read_convolution(WeightedLayer& layer, const Node& node, const Shape& weight, const Shape& output) const {
    if (weight.rank() < 3 || output.rank() != weight.rank()) return false;
    layer.groups = std::max<std::int64_t>(integer_attribute(node, "group", 1), 1);
    layer.inputs = weight[1] * layer.groups;
    layer.outputs = weight[0];
    layer.weights_of_tap = weight[0] * weight[1];
    layer.kernel.assign(weight.begin() + 2, weight.end());
    const std::uint32_t stored = graph_.tensors[layer.weight].stored;
    const TapMask mask = stored == kNone ? TapMask::none : graph_.stored[stored].mask;
    layer.taps = mask == TapMask::none ? layer.kernel_elements() : taps_kept(layer.kernel, mask);
    layer.strides = per_axis(node, "strides", layer.kernel.size());
    layer.dilations = per_axis(node, "dilations", layer.kernel.size());
    layer.positions = output[0] * product(output.dims().subspan(2));
    const Shape& input = shape_of(layer.input);
    if (!input.known() || input.rank() != weight.rank()) return false;
    layer.samples = output[0];
    layer.sample_inputs = product(input.dims().subspan(1));
    layer.sample_outputs = product(output.dims().subspan(1));
    return true;
  }

  /// Only whole matrices: a stack of them is no layer that others can stand for.
  [[nodiscard]] static bool read_product(WeightedLayer& layer, const Node& node, const Shape& weight, const Shape& output) {
    if (weight.rank() != 2 || output.rank() < 2) return false;
    const bool is_transposed = node.op == "Gemm" && integer_attribute(node, "transB", 0) != 0;
    layer.inputs = weight[is_transposed ? 1 : 0];
    layer.outputs = weight[is_transposed ? 0 : 1];
    layer.weights_of_tap = layer.weights;
    layer.positions = product(output.dims().first(output.rank() - 1));
    return true;
  }

  const Graph& graph_;
  const Scope& scope_;
  const std::vector<Cost>& costs_;
  const ElementwiseProvenance& provenance_;
};

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
    : graph_(network.graphs[scope.graph]), provenance_(provenance), of_node_(graph_.nodes.size(), kNone) {
  const LayerReading access(graph_, scope, costs, provenance);
  for (const NodeId node : graph_.order) {
    try {
      std::optional<WeightedLayer> layer = access.read(node);
      if (!layer) continue;
      of_node_[node] = static_cast<std::uint32_t>(layers_.size());
      layers_.push_back(std::move(*layer));
    } catch (const AlgebraError&) {
      continue;  // its cost is past 128 bits, too: reported there
    }
  }
}

const WeightedLayer* WeightedLayers::consumer(const WeightedLayer& layer, bool averages_may) const {
  static constexpr std::array<std::string_view, 2> kAverages{"GlobalAveragePool", "ReduceMean"};
  const TensorId origin = provenance_.origin(layer.output);
  if (origin != layer.output || provenance_.leaves(origin)) return nullptr;
  const WeightedLayer* next = nullptr;
  for (const NodeId id : provenance_.consumers(origin)) {
    if (averages_may && is_one_of(graph_.nodes[id], kAverages)) continue;
    const WeightedLayer* found = at(id);
    if (found == nullptr || provenance_.origin(found->input) != origin || (next != nullptr && next != found)) return nullptr;
    next = found;
  }
  return next;
}

}  // namespace macroscope
