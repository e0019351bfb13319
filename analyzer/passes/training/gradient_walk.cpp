#include "analyzer/passes/training/gradient_walk.h"

#include <algorithm>

#include "analyzer/algebra/summation.h"

#include "analyzer/operators/gradients/gradient_macs.h"
#include "analyzer/passes/cost/storage.h"

namespace macroscope {
namespace {

using Source = GradientState::Source;

/// Loops are run until what their bodies hand on stays the same; states only grow, so that soon it does.
constexpr int kMaxRounds = 4;

/// What is past 128 bits is not known.
template <typename Compute>
void compute_or_leave(bool& is_known, const Compute& compute) {
  try {
    compute();
  } catch (const AlgebraError&) {
    is_known = false;
  }
}

void add(GradientCost& sum, const GradientCost& cost) {
  sum.is_known = sum.is_known && cost.is_known;
  compute_or_leave(sum.is_known, [&] { sum.input_macs += cost.input_macs; });
  compute_or_leave(sum.is_known, [&] { sum.weight_macs += cost.weight_macs; });
}

void take_dearer(GradientCost& cost, const GradientCost& other) {
  cost.is_known = cost.is_known && other.is_known;
  compute_or_leave(cost.is_known, [&] { cost.input_macs = max(cost.input_macs, other.input_macs); });
  compute_or_leave(cost.is_known, [&] { cost.weight_macs = max(cost.weight_macs, other.weight_macs); });
}

void join(GradientState& state, const GradientState& other) {
  state.source = std::max(state.source, other.source);
  state.needs = state.needs || other.needs;
}

/// Operands come before the inputs of a body that take them, in its order; some operators have more of them in front.
std::size_t surplus(std::size_t operands, std::size_t inputs) { return operands > inputs ? operands - inputs : 0; }

bool is_function(const Operator* row) { return row == nullptr || std::holds_alternative<Body>(row->meaning); }

}  // namespace

Dim GradientWalk::kept_bytes(const Type& type) const {
  const bool is_halved = options_.mixed_precision && type.dtype == DataType::float32;
  return is_halved ? bytes_of(DataType::float16, type.shape.known() ? type.shape.elements() : throw Unknown()) : bytes_of(type);
}

std::vector<TensorId> GradientWalk::storage_of(const Graph& graph, const Scope& scope) {
  std::vector<TensorId> storage(graph.tensors.size());
  for (TensorId tensor = 0; tensor < storage.size(); ++tensor) storage[tensor] = tensor;
  for (const NodeId id : graph.order) {
    const Node& node = graph.nodes[id];
    if (!is_view(scope.operators[id]) || node.inputs.empty() || node.inputs.front() == kAbsent) continue;
    if (node.outputs.empty() || node.outputs.front() == kAbsent) continue;
    storage[node.outputs.front()] = storage[node.inputs.front()];
  }
  return storage;
}

/// By NodeId: whether some result of the model depends on it, side outputs included.
std::vector<bool> GradientWalk::used_in(const Graph& graph) const {
  std::vector<bool> tensors(graph.tensors.size(), false), nodes(graph.nodes.size(), false);
  const auto use = [&](TensorId tensor) {
    if (tensor != kAbsent) tensors[tensor] = true;
  };
  for (const TensorId output : graph.outputs) use(output);
  for (const TensorId output : graph.auxiliary_outputs) use(output);
  for (auto id = graph.order.rbegin(); id != graph.order.rend(); ++id) {
    const Node& node = graph.nodes[*id];
    nodes[*id] = std::any_of(node.outputs.begin(), node.outputs.end(),
                             [&](TensorId output) { return output != kAbsent && tensors[output]; });
    if (!nodes[*id]) continue;
    for (const TensorId input : node.inputs) use(input);
    for (const Attribute& attribute : node.attributes)
      if (const auto* nested = std::get_if<GraphId>(&attribute.content))
        for (const Tensor& tensor : network_.graphs[*nested].tensors) use(tensor.outer);
  }
  return nodes;
}

GradientRun GradientWalk::run(ScopeId id, const std::vector<GradientState>& inputs, const std::vector<GradientState>* outer) {
  const Scope& scope = shapes_.scopes[id];
  const Graph& graph = network_.graphs[scope.graph];
  GradientRun run;
  run.states.resize(graph.tensors.size());
  run.kept.resize(graph.tensors.size(), false);
  for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor) {
    if (outer != nullptr && graph.tensors[tensor].outer != kAbsent) run.states[tensor] = (*outer)[graph.tensors[tensor].outer];
    if (learned_[scope.graph][tensor]) run.states[tensor] = {Source::parameter, true};
  }
  for (std::size_t index = 0; index < graph.inputs.size() && index < inputs.size(); ++index)
    run.states[graph.inputs[index]] = inputs[index];
  nodes_[id].assign(graph.nodes.size(), {});
  const std::vector<bool> used = used_in(graph);
  for (const NodeId node : graph.order) {
    if (!used[node]) continue;
    const auto first = std::lower_bound(scope.calls.begin(), scope.calls.end(), node,
                                        [](const Call& call, NodeId at) { return call.node < at; });
    auto last = first;
    while (last != scope.calls.end() && last->node == node) ++last;
    const std::span<const Call> calls =
        std::span(scope.calls)
            .subspan(static_cast<std::size_t>(first - scope.calls.begin()), static_cast<std::size_t>(last - first));
    run_node(id, node, calls, run);
    add(run.cost, nodes_[id][node]);
  }
  add_saved(scope, run);
  return run;
}

void GradientWalk::run_node(ScopeId id, NodeId at, std::span<const Call> calls, GradientRun& run) {
  const Scope& scope = shapes_.scopes[id];
  const Node& node = network_.graphs[scope.graph].nodes[at];
  const Cost& forward = costs_.nodes[id][at];
  NeedsGradient& needs = needs_;
  needs.assign(node.inputs.size(), false);
  GradientState result;
  for (std::size_t operand = 0; operand < node.inputs.size(); ++operand) {
    if (node.inputs[operand] == kAbsent) continue;
    const GradientState& state = run.states[node.inputs[operand]];
    needs[operand] = state.needs && is_floating(scope.facts[node.inputs[operand]].type.dtype);
    join(result, state);
  }
  const bool has_gradient = std::find(needs.begin(), needs.end(), true) != needs.end();
  // What has been contracted is no parameter any more, though it may be made of parameters alone.
  if (result.source == Source::parameter && !forward.macs.is(0)) result.source = Source::activation;
  GradientCost cost;
  if (!calls.empty()) {
    run_calls(id, at, calls, run, cost);
  } else {
    for (const TensorId output : node.outputs) {
      if (output == kAbsent || learned_[scope.graph][output]) continue;
      GradientState state = result;
      state.needs = has_gradient && is_floating(scope.facts[output].type.dtype);
      run.states[output] = state;
    }
    if (has_gradient) {
      if (forward.status == Status::unknown) cost.is_known = false;
      add_own(scope, at, forward.macs, needs, run, cost);
      keep(scope, at, needs, run);
    }
  }
  nodes_[id][at] = cost;
}

void GradientWalk::keep(const Scope& scope, NodeId at, const NeedsGradient& needs, GradientRun& run) const {
  const Node& node = network_.graphs[scope.graph].nodes[at];
  Kept kept;
  try {
    kept = kept_by(site_of(network_, scope, at), scope.operators[at], needs);
  } catch (const RuleError&) {
    run.are_bytes_known = false;  // reported when its work was counted
  }
  for (const std::uint32_t operand : kept.inputs) run.kept[node.inputs[operand]] = true;
  if (node.outputs.empty() || node.outputs.front() == kAbsent) return;
  if (kept.output) run.kept[node.outputs.front()] = true;
  if (kept.before_activation) run.kept_inside.push_back(node.outputs.front());
}

void GradientWalk::add_own(const Scope& scope, NodeId at, const Dim& macs, const NeedsGradient& needs, const GradientRun& run,
                           GradientCost& cost) const {
  const Node& node = network_.graphs[scope.graph].nodes[at];
  if (scope.operators[at] == nullptr || !may_contract_backwards(*scope.operators[at], macs)) return;
  try {
    if (!scope.inferred[at]) throw Unknown();
    const std::vector<OperandGradient> gradients =
        contraction_gradients(*scope.operators[at], site_of(network_, scope, at), macs, needs);
    for (const OperandGradient& gradient : gradients) {
      const bool is_parameter = run.states[node.inputs[gradient.operand]].source == Source::parameter && !gradient.is_state;
      (is_parameter ? cost.weight_macs : cost.input_macs) += gradient.macs;
    }
  } catch (const Unknown&) {
    cost.is_known = false;
  } catch (const RuleError&) {
    cost.is_known = false;
  } catch (const AlgebraError&) {
    cost.is_known = false;
  }
}

const GradientRun& GradientWalk::run_nested(const Node& node, const Call& call, const GradientRun& around, GradientRun& own) {
  const Graph& body = network_.graphs[shapes_.scopes[call.scope].graph];
  const std::size_t skipped = surplus(node.inputs.size(), body.inputs.size());
  std::vector<GradientState> inputs(body.inputs.size());
  for (std::size_t index = 0; index < inputs.size() && index + skipped < node.inputs.size(); ++index)
    if (node.inputs[index + skipped] != kAbsent) inputs[index] = around.states[node.inputs[index + skipped]];
  const bool nests_in_function = body.parent == kNone;
  if (nests_in_function) {
    const auto key = std::pair(call.scope, inputs);
    if (const auto found = functions_.find(key); found != functions_.end()) return found->second;
    return functions_.emplace(key, run(call.scope, inputs, nullptr)).first->second;
  }
  GradientRun& nested = own = run(call.scope, inputs, &around.states);
  const bool is_loop = call.nesting == Nesting::sum;
  for (int round = 1; is_loop && round < kMaxRounds; ++round) {
    // What a body hands on comes back as its input: outputs and inputs are in one order.
    const std::size_t ahead = surplus(body.inputs.size(), body.outputs.size());
    std::vector<GradientState> next = inputs;
    for (std::size_t index = 0; index < body.outputs.size() && index + ahead < next.size(); ++index)
      if (body.outputs[index] != kAbsent) join(next[index + ahead], nested.states[body.outputs[index]]);
    if (next == inputs) break;
    inputs = std::move(next);
    nested = run(call.scope, inputs, &around.states);
  }
  return nested;
}

void GradientWalk::run_calls(ScopeId id, NodeId at, std::span<const Call> calls, GradientRun& run, GradientCost& cost) {
  const Scope& scope = shapes_.scopes[id];
  const Node& node = network_.graphs[scope.graph].nodes[at];
  GradientCost dearest;
  Dim most_saved;
  bool is_first = true;
  for (const Call& call : calls) {
    GradientRun own;
    const GradientRun& nested = run_nested(node, call, run, own);
    const Graph& body = network_.graphs[shapes_.scopes[call.scope].graph];
    const std::size_t skipped = surplus(node.inputs.size(), body.inputs.size());
    for (std::size_t index = 0; index < body.inputs.size() && index + skipped < node.inputs.size(); ++index)
      if (nested.kept[body.inputs[index]] && node.inputs[index + skipped] != kAbsent)
        run.kept[node.inputs[index + skipped]] = true;
    const bool takes_from_around = body.parent != kNone;
    for (TensorId tensor = 0; takes_from_around && tensor < body.tensors.size(); ++tensor)
      if (nested.kept[tensor] && body.tensors[tensor].outer != kAbsent) run.kept[body.tensors[tensor].outer] = true;
    const std::size_t ahead = surplus(body.outputs.size(), node.outputs.size());
    for (std::size_t index = 0; index < node.outputs.size() && index + ahead < body.outputs.size(); ++index) {
      const TensorId output = node.outputs[index], inner = body.outputs[index + ahead];
      if (output == kAbsent || inner == kAbsent) continue;
      join(run.states[output], nested.states[inner]);
      if (nested.kept[inner]) run.kept[output] = true;
    }
    run.are_bytes_known = run.are_bytes_known && nested.are_bytes_known;
    if (call.nesting == Nesting::sum) {
      const auto& repetition = body.repetition;
      const auto in_all = [&](const Dim& each) {
        if (each.is(0)) return each;
        return repetition ? sum_over_repeats(each, repetition->index, repetition->count) : each * call.iterations;
      };
      cost.is_known = cost.is_known && nested.cost.is_known;
      compute_or_leave(cost.is_known, [&] { add(cost, {in_all(nested.cost.input_macs), in_all(nested.cost.weight_macs)}); });
      compute_or_leave(run.are_bytes_known, [&] { run.saved_bytes += in_all(nested.saved_bytes); });
      if (repetition) compute_or_leave(run.are_bytes_known, [&] { add_handed_on(call.scope, nested, run); });
    } else {
      if (is_first) dearest = nested.cost;
      take_dearer(dearest, nested.cost);
      compute_or_leave(run.are_bytes_known, [&] { most_saved = max(most_saved, nested.saved_bytes); });
      is_first = false;
    }
  }
  add(cost, dearest);
  compute_or_leave(run.are_bytes_known, [&] { run.saved_bytes += most_saved; });
  // An operator that enters graphs and contracts besides has work of its own that no row of gradients tells.
  if (!is_function(scope.operators[at]) && calls.front().nesting == Nesting::sum &&
      costs_.nodes[id][at].status == Status::unknown)
    cost.is_known = false;
}

/// What is kept of the tensors that one round of a repetition hands to the next.
void GradientWalk::add_handed_on(ScopeId id, const GradientRun& round, GradientRun& run) const {
  const Scope& scope = shapes_.scopes[id];
  const Graph& body = network_.graphs[scope.graph];
  const Repetition& repetition = *body.repetition;
  Dim each;
  for (std::size_t state = 0; state < body.inputs.size() && state < body.outputs.size(); ++state) {
    const TensorId before = body.inputs[state], after = body.outputs[state];
    const bool is_kept = round.kept[before] || (after != kAbsent && round.kept[after]);
    if (!is_kept || round.states[before].source != Source::activation) continue;
    try {
      each += kept_bytes(scope.facts[before].type);
    } catch (const Unknown&) {
      run.are_bytes_known = false;
    }
  }
  if (!repetition.index.empty()) each = each.substitute({{repetition.index, Dim::symbol(repetition.index) + 1}});
  if (!each.is(0)) run.saved_bytes += sum_over_repeats(each, repetition.index, repetition.count - 1);
}

void GradientWalk::add_saved(const Scope& scope, GradientRun& run) const {
  const Graph& graph = network_.graphs[scope.graph];
  const std::vector<TensorId> storage = storage_of(graph, scope);
  for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor) {
    if (!run.kept[tensor] || storage[tensor] == tensor) continue;
    run.kept[tensor] = false;
    run.kept[storage[tensor]] = true;
  }
  for (const TensorId like : run.kept_inside) add_bytes(scope.facts[like].type, run);
  std::vector<bool> is_elsewhere(graph.tensors.size(), false);
  if (scope.graph != 0) {
    for (const TensorId input : graph.inputs) is_elsewhere[input] = true;
    for (const TensorId output : graph.outputs)
      if (output != kAbsent) is_elsewhere[output] = true;
  }
  for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor) {
    if (run.states[tensor].source != Source::activation) run.kept[tensor] = false;
    if (run.kept[tensor] && !is_elsewhere[tensor] && graph.tensors[tensor].outer == kAbsent)
      add_bytes(scope.facts[tensor].type, run);
  }
}

void GradientWalk::add_bytes(const Type& type, GradientRun& run) const {
  try {
    run.saved_bytes += kept_bytes(type);
  } catch (const Unknown&) {
    run.are_bytes_known = false;
  } catch (const AlgebraError&) {
    run.are_bytes_known = false;
  }
}

}  // namespace macroscope
