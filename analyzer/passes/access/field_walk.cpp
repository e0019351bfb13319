#include "analyzer/passes/access/field_walk.h"

#include <algorithm>
#include <optional>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/access/nest_access.h"
#include "analyzer/passes/access/field_iterations.h"
#include "analyzer/passes/access/joined_access.h"

namespace macroscope {
namespace {

using AccessMaps = ReceptiveFields::AccessMaps;
using SourceReading = ReceptiveFields::SourceReading;
using Joined = JoinedReadings;

bool is_all(const AccessMaps& accesses) {
  return std::all_of(accesses->begin(), accesses->end(),
                     [](const SourceReading& access) { return access.access.kind == AccessMap::Kind::all; });
}

/// The axis map that a meaning gives away or names; empty where there is none.
std::optional<AxisMap> map_by_meaning(const Operator& row, const OpContext& context) {
  struct Visitor {
    const OpContext& context;
    std::optional<AxisMap> operator()(const Loops& loops) const { return axes_of(loops, context); }
    std::optional<AxisMap> operator()(const PerElement&) const { return axis_maps::elementwise(context); }
    std::optional<AxisMap> operator()(const Body&) const { return std::nullopt; }
    std::optional<AxisMap> operator()(const Moves& moves) const { return by(moves.axes); }
    std::optional<AxisMap> operator()(const Rules& rules) const { return by(rules.axes); }
    std::optional<AxisMap> by(AxisRule rule) const { return rule == nullptr ? std::nullopt : std::optional(rule(context)); }
  };
  return std::visit(Visitor{context}, row.meaning);
}

AxisRule rule_of(const Operator& row) {
  if (const auto* moves = std::get_if<Moves>(&row.meaning)) return moves->axes;
  if (const auto* rules = std::get_if<Rules>(&row.meaning)) return rules->axes;
  return std::holds_alternative<PerElement>(row.meaning) ? &axis_maps::elementwise : nullptr;
}

bool has_map(const Operator& row) { return rule_of(row) != nullptr || std::holds_alternative<Loops>(row.meaning); }

/// Some element reads nothing, or from before or up to before what its neighbour reads: the first and the last of a span do not bound it.
bool is_uneven(const AccessTerm& step) {
  const auto falls = [&](const std::vector<Dim>& bounds) {
    for (std::size_t digit = 1; digit < bounds.size(); ++digit)
      if (at_least(bounds[digit], bounds[digit - 1]) != Certainty::always) return true;
    return !bounds.empty() && at_least(bounds.front() + step.step, bounds.back()) != Certainty::always;
  };
  return !step.gaps.empty() || falls(step.lows) || falls(step.highs);
}

/// A kernel with holes over such elements: which of them its taps meet, the span that it reaches over does not tell.
bool misses_some(const OpContext& context, const AccessMap& access) {
  if (std::none_of(access.steps.begin(), access.steps.end(), is_uneven)) return false;
  const std::optional<Sizes> dilations = context.size_list("dilations");
  return dilations && std::any_of(dilations->begin(), dilations->end(), [](const Dim& dilation) { return !dilation.is(1); });
}

}  // namespace

std::span<const Call> FieldWalk::calls_of(const Scope& scope, NodeId node) {
  const auto first =
      std::lower_bound(scope.calls.begin(), scope.calls.end(), node, [](const Call& call, NodeId at) { return call.node < at; });
  auto last = first;
  while (last != scope.calls.end() && last->node == node) ++last;
  return std::span(scope.calls)
      .subspan(static_cast<std::size_t>(first - scope.calls.begin()), static_cast<std::size_t>(last - first));
}

void FieldWalk::run(ScopeId id, States& states) {
  const Scope& scope = shapes_.scopes[id];
  Maps maps(scope.classes);
  for (const NodeId node : network_.graphs[scope.graph].order) run_node(scope, node, maps, states);
}

void FieldWalk::run_node(const Scope& scope, NodeId id, Maps& maps, States& states) {
  const Node& node = network_.graphs[scope.graph].nodes[id];
  const Operator* row = scope.operators[id];
  const std::span<const Call> calls = scope.calls.empty() ? std::span<const Call>() : calls_of(scope, id);
  const bool depends = std::any_of(node.inputs.begin(), node.inputs.end(),
                                   [&](TensorId input) { return input != kAbsent && states[input] != nullptr; });
  if (!depends && calls.empty()) return;
  try {
    if (row != nullptr && has_map(*row)) {
      if (!scope.inferred[id]) throw Unknown();  // its map relies on what its shapes were checked for
      if (!run_in_place(scope, node, *row, states)) run_by_map(scope, id, *row, maps, states);
    } else if (!calls.empty() && calls.front().nesting == Nesting::alternative) {
      run_branches(scope, id, calls, states);
    } else if (calls.size() == 1 && (row == nullptr || std::holds_alternative<Body>(row->meaning))) {
      run_call(scope, id, calls.front().scope, states);
    } else if (calls.size() == 1) {
      FieldIterations(network_, shapes_, *this, scope, calls.front(), states).run();
    } else {
      mark_unknown(scope, id, states);
    }
  } catch (const Unknown&) {
    mark_unknown(scope, id, states);
  } catch (const RuleError&) {
    mark_unknown(scope, id, states);  // reported when its shape was inferred
  } catch (const AlgebraError&) {
    mark_unknown(scope, id, states);
  }
}

bool FieldWalk::run_in_place(const Scope& scope, const Node& node, const Operator& row, States& states) const {
  const AxisRule rule = rule_of(row);
  if (rule == &axis_maps::nothing) return true;
  if (node.outputs.size() != 1 || node.outputs.front() == kAbsent) return false;
  const Shape& result = scope.facts[node.outputs.front()].type.shape;
  const bool is_loops = std::holds_alternative<Loops>(row.meaning);
  if (!result.known() || (rule != &axis_maps::elementwise && !is_loops)) return false;
  Joined joined(result, extents_);
  for (const TensorId input : node.inputs) {
    if (input == kAbsent || states[input] == nullptr) continue;
    const bool is_in_place = !is_loops && scope.facts[input].type.shape == result;
    if (!is_in_place && !is_all(states[input])) return false;
    joined.add(states[input]);
  }
  states[node.outputs.front()] = joined.take();
  return true;
}

const AxisMap& FieldWalk::map_of(const OpContext& context, NodeId id, const Operator& row, Maps& maps) {
  if (const AxisMap* known = maps.find(id)) return *known;
  std::optional<AxisMap> map = map_by_meaning(row, context);
  if (!map) throw Unknown();
  return maps.keep(id, std::move(*map));
}

void FieldWalk::run_by_map(const Scope& scope, NodeId id, const Operator& row, Maps& maps, States& states) const {
  const OpContext context = site_of(network_, scope, id);
  const AxisMap& map = map_of(context, id, row, maps);
  if (map.reads_nothing) return;
  const Node& node = context.node();
  for (std::size_t output = 0; output < node.outputs.size(); ++output) {
    if (node.outputs[output] == kAbsent) continue;
    const Shape& result = context.output(output).type.shape;
    Joined joined(result, extents_);
    for (std::size_t operand = 0; operand < node.inputs.size(); ++operand) {
      const TensorId input = node.inputs[operand];
      if (input == kAbsent || states[input] == nullptr) continue;
      const AxisMap::Entry* entry = map.find(output, operand);
      if (entry != nullptr && entry->is_ignored) continue;
      const bool is_known = entry != nullptr && result.known() && context.shape(operand).known();
      for (const auto& [source, access] : *states[input]) {
        const bool is_traced = is_known && !misses_some(context, access);
        joined.add(source, is_traced ? compose(access, entry->axes, context.shape(operand), result) : after_unknown(access));
      }
    }
    states[node.outputs[output]] = joined.take();
  }
}

const FieldWalk::Transfer& FieldWalk::transfer_of(ScopeId id) {
  if (const auto found = transfers_.find(id); found != transfers_.end()) return found->second;
  const Scope& scope = shapes_.scopes[id];
  const Graph& graph = network_.graphs[scope.graph];
  Transfer transfer;
  States states(graph.tensors.size());
  std::vector<Dim> extents;
  std::uint32_t source = 0;
  for (const TensorId input : graph.inputs) {
    transfer.first_source.push_back(source);
    const Shape& shape = scope.facts[input].type.shape;
    std::vector<SourceReading> accesses{{source++, AccessMap::at(0)}};
    for (std::size_t axis = 0; shape.known() && axis < shape.rank(); ++axis)
      accesses.push_back({source++, AccessMap::along(axis)});
    if (!shape.known()) accesses.front().access = AccessMap::unknown();
    states[input] = std::make_shared<const std::vector<SourceReading>>(std::move(accesses));
    extents.emplace_back(1);
    if (shape.known()) extents.insert(extents.end(), shape.begin(), shape.end());
  }
  transfer.first_source.push_back(source);
  extents.swap(extents_);
  run(id, states);
  extents.swap(extents_);
  for (const TensorId output : graph.outputs) transfer.outputs.push_back(output == kAbsent ? nullptr : states[output]);
  return transfers_.emplace(id, std::move(transfer)).first->second;
}

void FieldWalk::run_call(const Scope& scope, NodeId id, ScopeId callee, States& states) {
  const Transfer& transfer = transfer_of(callee);
  const Node& node = network_.graphs[scope.graph].nodes[id];
  for (std::size_t output = 0; output < node.outputs.size() && output < transfer.outputs.size(); ++output) {
    const AccessMaps& accesses = transfer.outputs[output];
    if (node.outputs[output] == kAbsent || accesses == nullptr) continue;
    const Shape& result = scope.facts[node.outputs[output]].type.shape;
    Joined joined(result, extents_);
    for (std::size_t operand = 0; operand < node.inputs.size() && operand + 1 < transfer.first_source.size(); ++operand) {
      const TensorId input = node.inputs[operand];
      if (input == kAbsent || states[input] == nullptr) continue;
      const std::uint32_t first = transfer.first_source[operand], end = transfer.first_source[operand + 1];
      std::vector<AccessMap> axes;
      bool is_read = false, is_known = result.known();
      for (const auto& [source, access] : *accesses) {
        if (source < first || source >= end) continue;
        is_read = true;
        if (source == first) {
          is_known = is_known && access.is_range();
        } else {
          axes.push_back(access);
        }
      }
      if (!is_read) continue;
      for (const auto& [source, access] : *states[input])
        joined.add(source, is_known ? compose(access, axes, scope.facts[input].type.shape, result) : after_unknown(access));
    }
    states[node.outputs[output]] = joined.take();
  }
}

void FieldWalk::run_branches(const Scope& scope, NodeId id, std::span<const Call> calls, States& states) {
  const Node& node = network_.graphs[scope.graph].nodes[id];
  std::vector<Joined> outputs;
  for (const TensorId output : node.outputs)
    outputs.emplace_back(output == kAbsent ? Shape() : scope.facts[output].type.shape, extents_);
  for (const Call& call : calls) {
    const Graph& branch = network_.graphs[shapes_.scopes[call.scope].graph];
    States inner(branch.tensors.size());
    for (TensorId tensor = 0; tensor < branch.tensors.size(); ++tensor)
      if (branch.tensors[tensor].outer != kAbsent) inner[tensor] = states[branch.tensors[tensor].outer];
    run(call.scope, inner);
    for (std::size_t output = 0; output < outputs.size() && output < branch.outputs.size(); ++output)
      if (branch.outputs[output] != kAbsent) outputs[output].add(inner[branch.outputs[output]]);
  }
  // Which branch is taken depends on all that the condition reads.
  for (const TensorId input : node.inputs) {
    if (input == kAbsent || states[input] == nullptr) continue;
    for (const auto& [source, access] : *states[input])
      for (Joined& output : outputs) output.add(source, access.steps.empty() ? access : AccessMap::everything());
  }
  for (std::size_t output = 0; output < outputs.size(); ++output)
    if (node.outputs[output] != kAbsent) states[node.outputs[output]] = outputs[output].take();
}

void FieldWalk::mark_unknown(const Scope& scope, NodeId id, States& states) const {
  const Graph& graph = network_.graphs[scope.graph];
  const Node& node = graph.nodes[id];
  Joined joined(Shape(), extents_);  // none of what is unknown has steps
  const auto take = [&](TensorId tensor) {
    if (tensor == kAbsent || states[tensor] == nullptr) return;
    for (const auto& [source, access] : *states[tensor]) joined.add(source, after_unknown(access));
  };
  for (const TensorId input : node.inputs) take(input);
  for (const Attribute& attribute : node.attributes)
    if (const auto* nested = std::get_if<GraphId>(&attribute.content))
      for (const Tensor& tensor : network_.graphs[*nested].tensors) take(tensor.outer);
  const AccessMaps accesses = joined.take();
  for (const TensorId output : node.outputs)
    if (output != kAbsent) states[output] = accesses;
}

}  // namespace macroscope
