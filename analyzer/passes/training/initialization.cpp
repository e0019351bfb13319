#include "analyzer/passes/training/initialization.h"

#include <algorithm>
#include <cmath>

#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

using Form = AxisIndex::Form;

/// Whether a loop walks an operand by itself, or as a part of a cut axis; not as a tap of a window.
bool walks(const Operand& operand, std::uint8_t loop) {
  return std::any_of(operand.axes.begin(), operand.axes.end(), [&](const AxisIndex& index) {
    return index.loop == loop || (index.form == Form::groups && index.inner == loop);
  });
}

/// Product of the weight's loops that `other` does not walk.
Dim loops_beside(const Operand& weight, const Shape& shape, const Operand& other, const Dim& groups) {
  Dim product = 1;
  const std::size_t fixed = weight.axes.size() - (weight.repeated_at >= 0 ? 1 : 0);
  if (shape.rank() < fixed || (weight.repeated_at < 0 && shape.rank() > fixed)) throw Unknown();
  std::size_t axis = 0;
  for (const AxisIndex& index : weight.axes) {
    const std::size_t count = index.repeated ? shape.rank() - fixed : 1;
    for (std::size_t which = 0; which < count; ++which, ++axis) {
      if (index.form == Form::groups) {
        if (!walks(other, index.loop)) product *= groups;
        if (!walks(other, index.inner)) product *= floor_div(shape[axis], groups);
      } else if (!walks(other, index.loop)) {
        product *= shape[axis];
      }
    }
  }
  return product;
}

class FindingFans {
 public:
  FindingFans(const Network& network, const Shapes& shapes, const Parameters& parameters, Initialization& found)
      : network_(network), shapes_(shapes), found_(found), is_weight_(shapes.scopes.size()) {
    stored_.resize(network.graphs.size());
    for (std::size_t graph = 0; graph < stored_.size(); ++graph) stored_[graph].resize(network.graphs[graph].tensors.size());
    for (const Parameter& parameter : parameters.rows)
      if (parameter.role == Role::weight) stored_[parameter.graph][parameter.tensor] = true;
  }

  void find() {
    for (std::size_t id = 0; id < shapes_.scopes.size(); ++id) is_weight_[id] = stored_[shapes_.scopes[id].graph];
    // A scope comes before those that it calls.
    for (ScopeId id = 0; id < shapes_.scopes.size(); ++id) find_in(id);
  }

 private:
  void find_in(ScopeId id) {
    const Scope& scope = shapes_.scopes[id];
    const Graph& graph = network_.graphs[scope.graph];
    std::vector<bool>& is_weight = is_weight_[id];
    found_.nodes[id].resize(graph.nodes.size());
    for (const NodeId at : graph.order) {
      const Node& node = graph.nodes[at];
      const Operator* row = scope.operators[at];
      if (role_of(row, 0) == OperandRole::view && !node.inputs.empty() && node.inputs.front() != kAbsent &&
          is_weight[node.inputs.front()])
        for (const TensorId output : node.outputs)
          if (output != kAbsent) is_weight[output] = true;
      if (row != nullptr && scope.inferred[at]) found_.nodes[id][at] = fan_of(scope, at, *row, is_weight);
    }
    for (const Call& call : scope.calls) hand_on(id, call);
  }

  void hand_on(ScopeId id, const Call& call) {
    const Graph& graph = network_.graphs[shapes_.scopes[id].graph];
    const Graph& body = network_.graphs[shapes_.scopes[call.scope].graph];
    const Node& node = graph.nodes[call.node];
    for (std::size_t index = 0; index < body.inputs.size() && index < node.inputs.size(); ++index)
      if (node.inputs[index] != kAbsent && is_weight_[id][node.inputs[index]]) is_weight_[call.scope][body.inputs[index]] = true;
    for (TensorId tensor = 0; tensor < body.tensors.size(); ++tensor)
      if (body.tensors[tensor].outer != kAbsent && body.parent == shapes_.scopes[id].graph &&
          is_weight_[id][body.tensors[tensor].outer])
        is_weight_[call.scope][tensor] = true;
  }

  std::optional<FanOfLayer> fan_of(const Scope& scope, NodeId at, const Operator& row, const std::vector<bool>& is_weight) const {
    const Node& node = network_.graphs[scope.graph].nodes[at];
    const auto holds_weight = [&](std::size_t input) {
      return input < node.inputs.size() && node.inputs[input] != kAbsent && is_weight[node.inputs[input]];
    };
    try {
      if (row.traits.has(Trait::recurrent) && holds_weight(1)) {
        const OpContext context = site_of(network_, scope, at);
        const Shape &weight = context.known_shape(1), &recurrence = context.known_shape(2);
        if (weight.rank() != 3 || recurrence.rank() != 3) return std::nullopt;
        return FanOfLayer{weight[2] + recurrence[2], recurrence[2]};
      }
      const auto* loops = std::get_if<Loops>(&row.meaning);
      if (loops == nullptr || !formula_of(loops->nests.front().formula).is_contraction()) return std::nullopt;
      for (const std::size_t operand : {std::size_t{1}, std::size_t{0}})
        if (holds_weight(loops->operands[operand])) return fan_of(*loops, site_of(network_, scope, at), operand);
    } catch (const Unknown&) {
      return std::nullopt;
    } catch (const RuleError&) {
      return std::nullopt;  // reported when its shape was inferred
    } catch (const AlgebraError&) {
      return std::nullopt;
    }
    return std::nullopt;
  }

  static FanOfLayer fan_of(const Loops& loops, const OpContext& context, std::size_t operand) {
    const Formula& formula = formula_of(nest_of(loops, context).formula);
    const Shape shape = loops.logical != nullptr ? loops.logical(context, operand) : context.known_shape(loops.operands[operand]);
    const Dim groups = context.integer("group", context.integer("groups", 1));
    const Operand& weight = formula.operands[operand];
    return {loops_beside(weight, shape, formula.output, groups),
            loops_beside(weight, shape, formula.operands[1 - operand], groups)};
  }

  const Network& network_;
  const Shapes& shapes_;
  Initialization& found_;
  std::vector<std::vector<bool>> stored_;     // by graph
  std::vector<std::vector<bool>> is_weight_;  // by scope
};

std::optional<double> root_of_two_over(const Dim& dim) {
  const std::optional<std::int64_t> number = dim.number();
  if (!number || *number <= 0) return std::nullopt;
  return std::sqrt(2.0 / static_cast<double>(*number));
}

}  // namespace

std::optional<double> FanOfLayer::he() const { return root_of_two_over(in); }
std::optional<double> FanOfLayer::xavier() const { return root_of_two_over(in + out); }

Initialization find_fans(const Network& network, const Shapes& shapes, const Parameters& parameters) {
  Initialization found;
  found.nodes.resize(shapes.scopes.size());
  FindingFans(network, shapes, parameters, found).find();
  return found;
}

}  // namespace macroscope
