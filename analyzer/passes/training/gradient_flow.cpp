#include "analyzer/passes/training/gradient_flow.h"

#include <algorithm>

namespace macroscope {
namespace {

Paths through(Paths paths, bool is_weighted) {
  ++paths.shortest;
  ++paths.longest;
  paths.fewest_weighted += static_cast<std::uint32_t>(is_weighted);
  paths.most_weighted += static_cast<std::uint32_t>(is_weighted);
  return paths;
}

const Paths kHere{PathCount(1), 0, 0, 0, 0};

class Tracing {
 public:
  Tracing(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances, const Costs& costs)
      : network_(network),
        graph_(network.main()),
        scope_(shapes.scopes.front()),
        costs_(costs.nodes.front()),
        provenance_(provenances.main()) {}

  GradientFlow run(std::span<const TensorId> outputs) {
    flow_.is_weighted.resize(graph_.nodes.size());
    for (const NodeId node : graph_.order) flow_.is_weighted[node] = is_weighted(node);
    back(outputs);
    forth(outputs);
    return std::move(flow_);
  }

 private:
  bool is_weighted(NodeId id) const {
    const bool has_macs = costs_[id].status == Status::unknown || !costs_[id].macs.is(0);
    return has_macs && std::any_of(graph_.nodes[id].inputs.begin(), graph_.nodes[id].inputs.end(),
                                   [&](TensorId input) { return input != kAbsent && is_stored_weight(input); });
  }

  bool is_stored_weight(TensorId tensor) const {
    const Type& type = scope_.facts[tensor].type;
    const bool is_number =
        type.shape.known() && std::all_of(type.shape.begin(), type.shape.end(), [](const Dim& d) { return d.is(1); });
    return provenance_.is_stored(tensor) && !is_number;
  }

  /// What is not known may carry one.
  bool carries(TensorId tensor) const {
    const Type& type = scope_.facts[tensor].type;
    return !type.is_tensor() || type.dtype == DataType::unknown || is_floating(type.dtype);
  }

  /// Calls visit(operand, result) for every pair of them that a gradient passes between.
  template <typename Visit>
  void for_each_operand(NodeId id, Visit visit) const {
    const Node& node = graph_.nodes[id];
    const Operator* row = scope_.operators[id];
    if (has(row, Trait::level)) return;
    for (std::size_t place = 0; place < node.inputs.size(); ++place) {
      const OperandRole role = role_of(row, place);
      const bool steers = role == OperandRole::constant || role == OperandRole::type;
      if (node.inputs[place] != kAbsent && !steers && carries(node.inputs[place])) visit(node.inputs[place]);
    }
    for (const Attribute& attribute : node.attributes) {
      const auto* nested = std::get_if<GraphId>(&attribute.content);
      if (nested == nullptr) continue;
      for (const Tensor& tensor : network_.graphs[*nested].tensors)
        if (tensor.outer != kAbsent && carries(tensor.outer)) visit(tensor.outer);
    }
  }

  void back(std::span<const TensorId> outputs) {
    flow_.from_tensor.resize(graph_.tensors.size());
    flow_.from_node.resize(graph_.nodes.size());
    for (const TensorId output : outputs)
      if (carries(output)) add_paths(flow_.from_tensor[output], kHere);
    for (auto id = graph_.order.rbegin(); id != graph_.order.rend(); ++id) {
      Paths& paths = flow_.from_node[*id];
      for (const TensorId output : graph_.nodes[*id].outputs)
        if (output != kAbsent && carries(output)) add_paths(paths, flow_.from_tensor[output]);
      if (paths.count.is_zero()) continue;
      const Paths longer = through(paths, flow_.is_weighted[*id]);
      for_each_operand(*id, [&](TensorId operand) { add_paths(flow_.from_tensor[operand], longer); });
    }
  }

  void forth(std::span<const TensorId> outputs) {
    std::vector<Paths> to_tensor(graph_.tensors.size());
    for (const TensorId input : graph_.inputs)
      if (carries(input)) to_tensor[input] = kHere;
    for (const NodeId id : graph_.order) {
      Paths paths;
      for_each_operand(id, [&](TensorId operand) { add_paths(paths, to_tensor[operand]); });
      if (paths.count.is_zero()) continue;
      const Paths longer = through(paths, flow_.is_weighted[id]);
      for (const TensorId output : graph_.nodes[id].outputs)
        if (output != kAbsent && carries(output)) to_tensor[output] = longer;
    }
    for (const TensorId output : outputs) flow_.to_outputs.emplace_back(output, to_tensor[output]);
  }

  const Network& network_;
  const Graph& graph_;
  const Scope& scope_;
  const std::vector<Cost>& costs_;
  const ElementwiseProvenance& provenance_;
  GradientFlow flow_;
};

}  // namespace

void add_paths(Paths& sum, const Paths& paths) {
  if (paths.count.is_zero()) return;
  if (sum.count.is_zero()) {
    sum = paths;
    return;
  }
  sum.count += paths.count;
  sum.shortest = std::min(sum.shortest, paths.shortest);
  sum.longest = std::max(sum.longest, paths.longest);
  sum.fewest_weighted = std::min(sum.fewest_weighted, paths.fewest_weighted);
  sum.most_weighted = std::max(sum.most_weighted, paths.most_weighted);
}

GradientFlow trace_gradients(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                             const Costs& costs, std::span<const TensorId> outputs) {
  return Tracing(network, shapes, provenances, costs).run(outputs);
}

GradientFlow trace_gradients(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                             const Costs& costs) {
  std::vector<TensorId> outputs = network.main().outputs;
  outputs.insert(outputs.end(), network.main().auxiliary_outputs.begin(), network.main().auxiliary_outputs.end());
  return trace_gradients(network, shapes, provenances, costs, outputs);
}

}  // namespace macroscope
