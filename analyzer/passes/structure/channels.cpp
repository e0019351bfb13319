#include "analyzer/passes/structure/channels.h"

#include <algorithm>
#include <array>

namespace macroscope {
namespace {

/// Operators whose first input and output have their channels along axis 1.
constexpr std::array<std::string_view, 22> kSecond{"AveragePool",   "BatchNormalization",
                                                   "Conv",          "ConvInteger",
                                                   "ConvTranspose", "DeformConv",
                                                   "DepthToSpace",  "GlobalAveragePool",
                                                   "GlobalLpPool",  "GlobalMaxPool",
                                                   "GridSample",    "GroupNormalization",
                                                   "LRN",           "LpPool",
                                                   "MaxPool",       "InstanceNormalization",
                                                   "MaxRoiPool",    "MaxUnpool",
                                                   "QLinearConv",   "RoiAlign",
                                                   "SpaceToDepth",  "Upsample"};
constexpr std::array<std::string_view, 4> kProducts{"Gemm", "MatMul", "MatMulInteger", "QLinearMatMul"};
constexpr std::array<std::string_view, 2> kNormsOfLast{"LayerNormalization", "RMSNormalization"};
/// Operators that may give axes another meaning.
constexpr std::array<std::string_view, 7> kRearrange{"Einsum", "Expand", "Flatten", "Gather", "Reshape", "Squeeze", "Unsqueeze"};

class Axes {
 public:
  Axes(const Graph& graph, const Scope& scope, const ElementwiseProvenance& provenance)
      : graph_(graph), scope_(scope), provenance_(provenance), axes_(graph.tensors.size(), kNoAxis) {}

  std::vector<std::uint32_t> find() {
    for (const NodeId node : graph_.order) note_read(graph_.nodes[node]);
    for (const NodeId node : graph_.order) carry(graph_.nodes[node]);
    return std::move(axes_);
  }

 private:
  [[nodiscard]] const Shape& shape_of(TensorId tensor) const { return scope_.facts[tensor].type.shape; }
  [[nodiscard]] bool has_rank(TensorId tensor, std::size_t least) const {
    return shape_of(tensor).known() && shape_of(tensor).rank() >= least;
  }

  /// What a convolution reads has its channels where the convolution looks for them, whoever made it.
  void note_read(const Node& node) {
    if (!is_one_of(node, kSecond) || node.inputs.empty() || node.inputs.front() == kAbsent) return;
    if (has_rank(node.inputs.front(), 2)) axes_[node.inputs.front()] = 1;
  }

  void carry(const Node& node) {
    if (node.outputs.empty()) return;
    for (const TensorId output : node.outputs) {
      if (output == kAbsent || axes_[output] != kNoAxis || !has_rank(output, 2)) continue;
      axes_[output] = axis_of_result(node, output);
    }
  }

  [[nodiscard]] std::uint32_t axis_of_result(const Node& node, TensorId output) const {
    const std::size_t rank = shape_of(output).rank();
    if (is_one_of(node, kSecond)) return 1;
    if (is_one_of(node, kNormsOfLast) || (is_one_of(node, kProducts) && has_stored_operand(node)))
      return static_cast<std::uint32_t>(rank - 1);
    if (node.domain.empty() && node.op == "Transpose") return permuted(node);
    if (is_one_of(node, kRearrange) || is_one_of(node, kProducts)) return kNoAxis;
    for (const TensorId input : node.inputs)
      if (input != kAbsent && axes_[input] != kNoAxis && has_rank(input, 2) && shape_of(input).rank() == rank)
        return axes_[input];
    return kNoAxis;
  }

  [[nodiscard]] bool has_stored_operand(const Node& node) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(),
                       [&](TensorId input) { return input != kAbsent && provenance_.is_stored(input); });
  }

  [[nodiscard]] std::uint32_t permuted(const Node& node) const {
    const std::span<const std::int64_t> permutation = integers_attribute(node, "perm");
    if (node.inputs.empty() || node.inputs.front() == kAbsent) return kNoAxis;
    const auto found = std::find(permutation.begin(), permutation.end(), std::int64_t{axes_[node.inputs.front()]});
    return found == permutation.end() ? kNoAxis : static_cast<std::uint32_t>(found - permutation.begin());
  }

  const Graph& graph_;
  const Scope& scope_;
  const ElementwiseProvenance& provenance_;
  std::vector<std::uint32_t> axes_;
};

}  // namespace

std::vector<std::uint32_t> channel_axes(const Network& network, const Scope& scope, const ElementwiseProvenance& provenance) {
  return Axes(network.graphs[scope.graph], scope, provenance).find();
}

}  // namespace macroscope
