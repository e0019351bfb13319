#include "analyzer/passes/structure/channels.h"

#include <algorithm>

#include "analyzer/operators/access/channel_axis.h"

namespace macroscope {
namespace {

class Axes {
 public:
  Axes(const Network& network, const Scope& scope, const ElementwiseProvenance& provenance)
      : network_(network),
        graph_(network.graphs[scope.graph]),
        scope_(scope),
        provenance_(provenance),
        axes_(graph_.tensors.size(), kNoAxis) {}

  std::vector<std::uint32_t> find() {
    for (const NodeId node : graph_.order) note_read(node);
    for (const NodeId node : graph_.order) carry(node);
    return std::move(axes_);
  }

 private:
  [[nodiscard]] const Shape& shape_of(TensorId tensor) const { return scope_.facts[tensor].type.shape; }
  [[nodiscard]] bool has_rank(TensorId tensor, std::size_t least) const {
    return shape_of(tensor).known() && shape_of(tensor).rank() >= least;
  }

  /// What a convolution reads has its channels where the convolution looks for them, whoever made it.
  void note_read(NodeId id) {
    const Node& node = graph_.nodes[id];
    if (node.inputs.empty() || node.inputs.front() == kAbsent || !has_rank(node.inputs.front(), 2)) return;
    const ChannelAxis channels = channels_of(id);
    const bool looks_last = channels == ChannelAxis::last && has(scope_.operators[id], Trait::convolution);
    if (channels == ChannelAxis::second) axes_[node.inputs.front()] = 1;
    if (looks_last) axes_[node.inputs.front()] = static_cast<std::uint32_t>(shape_of(node.inputs.front()).rank() - 1);
  }

  [[nodiscard]] ChannelAxis channels_of(NodeId id) const {
    const Operator* row = scope_.operators[id];
    return row == nullptr ? ChannelAxis::as_operand : channel_axis_of(*row, site_of(network_, scope_, id));
  }

  void carry(NodeId id) {
    const Node& node = graph_.nodes[id];
    if (node.outputs.empty()) return;
    for (const TensorId output : node.outputs) {
      if (output == kAbsent || axes_[output] != kNoAxis || !has_rank(output, 2)) continue;
      axes_[output] = axis_of_result(id, output);
    }
  }

  [[nodiscard]] std::uint32_t axis_of_result(NodeId id, TensorId output) const {
    const Node& node = graph_.nodes[id];
    const std::size_t rank = shape_of(output).rank();
    const bool is_of_activations = has(scope_.operators[id], Trait::matrix_product) && !has_stored_operand(node);
    switch (channels_of(id)) {
      case ChannelAxis::second:
        return 1;
      case ChannelAxis::last:
        return is_of_activations ? kNoAxis : static_cast<std::uint32_t>(rank - 1);
      case ChannelAxis::permuted:
        return permuted(node);
      case ChannelAxis::lost:
        return kNoAxis;
      case ChannelAxis::as_operand:
        break;
    }
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
    const std::span<const std::int64_t> permutation = attributes_of(scope_, node).integers("perm");
    if (node.inputs.empty() || node.inputs.front() == kAbsent) return kNoAxis;
    const auto found = std::find(permutation.begin(), permutation.end(), std::int64_t{axes_[node.inputs.front()]});
    return found == permutation.end() ? kNoAxis : static_cast<std::uint32_t>(found - permutation.begin());
  }

  const Network& network_;
  const Graph& graph_;
  const Scope& scope_;
  const ElementwiseProvenance& provenance_;
  std::vector<std::uint32_t> axes_;
};

}  // namespace

std::vector<std::uint32_t> channel_axes(const Network& network, const Scope& scope, const ElementwiseProvenance& provenance) {
  return Axes(network, scope, provenance).find();
}

}  // namespace macroscope
