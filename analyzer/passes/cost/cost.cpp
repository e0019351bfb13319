#include "analyzer/passes/cost/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "analyzer/algebra/grouped_sum.h"
#include "analyzer/algebra/summation.h"
#include "analyzer/algebra/work_budget.h"
#include "analyzer/network/large_table.h"
#include "analyzer/operators/activation.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/per_element.h"
#include "analyzer/passes/cost/storage.h"

namespace macroscope {
namespace {

/// Most terms are nothing, and most nodes run once: a sum over many nodes is fast only if both are skipped.
void add(Dim& sum, const Dim& term, const Dim& times) {
  if (!term.is(0)) sum += times.is(1) ? term : term * times;
}

void add(std::vector<std::pair<DataType, Dim>>& sums, DataType dtype, const Dim& macs, const Dim& times) {
  const auto found = std::find_if(sums.begin(), sums.end(), [&](const auto& entry) { return entry.first == dtype; });
  if (found == sums.end()) {
    sums.emplace_back(dtype, macs * times);
  } else {
    add(found->second, macs, times);
  }
}

/// Adds a node's cost, `times` over.
void add(Cost& sum, const Cost& cost, const Dim& times) {
  add(sum.macs, cost.macs, times);
  add(sum.effective_macs, cost.effective_macs, times);
  for (const auto& [dtype, macs] : cost.macs_by_dtype) add(sum.macs_by_dtype, dtype, macs, times);
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind) add(sum.flops_by_kind[kind], cost.flops_by_kind[kind], times);
  add(sum.bytes_read, cost.bytes_read, times);
  add(sum.bytes_written, cost.bytes_written, times);
}

/// The sum of the costs of many nodes.
class CostSum {
 public:
  void add(const Cost& cost) {
    macs_.add(cost.macs);
    effective_macs_.add(cost.effective_macs);
    for (const auto& [dtype, macs] : cost.macs_by_dtype) of(dtype).add(macs);
    for (std::size_t kind = 0; kind < kFlopKinds; ++kind) flops_by_kind_[kind].add(cost.flops_by_kind[kind]);
    bytes_read_.add(cost.bytes_read);
    bytes_written_.add(cost.bytes_written);
  }
  /// \return false where a sum is past 128 bits: it is a lower bound then
  bool give(Cost& sum) const {
    bool is_whole = true;
    const auto whole = [&](Quantity&& quantity) {
      is_whole = is_whole && !quantity.at_least;
      return std::move(quantity.value);
    };
    sum.macs = whole(macs_.sum());
    sum.effective_macs = whole(effective_macs_.sum());
    for (const auto& [dtype, macs] : macs_by_dtype_) sum.macs_by_dtype.emplace_back(dtype, whole(macs.sum()));
    for (std::size_t kind = 0; kind < kFlopKinds; ++kind) sum.flops_by_kind[kind] = whole(flops_by_kind_[kind].sum());
    sum.bytes_read = whole(bytes_read_.sum());
    sum.bytes_written = whole(bytes_written_.sum());
    return is_whole;
  }

 private:
  GroupedSum& of(DataType dtype) {
    const auto found =
        std::find_if(macs_by_dtype_.begin(), macs_by_dtype_.end(), [&](const auto& entry) { return entry.first == dtype; });
    return found == macs_by_dtype_.end() ? macs_by_dtype_.emplace_back(dtype, GroupedSum()).second : found->second;
  }

  GroupedSum macs_, effective_macs_;
  std::vector<std::pair<DataType, GroupedSum>> macs_by_dtype_;
  std::array<GroupedSum, kFlopKinds> flops_by_kind_;
  GroupedSum bytes_read_, bytes_written_;
};

/// Per quantity the dearer of two alternatives.
void take_dearer(Cost& cost, const Cost& other) {
  cost.macs = max(cost.macs, other.macs);
  cost.effective_macs = max(cost.effective_macs, other.effective_macs);
  for (const auto& [dtype, macs] : other.macs_by_dtype) {
    const auto found = std::find_if(cost.macs_by_dtype.begin(), cost.macs_by_dtype.end(),
                                    [type = dtype](const auto& entry) { return entry.first == type; });
    if (found == cost.macs_by_dtype.end()) {
      cost.macs_by_dtype.emplace_back(dtype, macs);
    } else {
      found->second = max(found->second, macs);
    }
  }
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind)
    cost.flops_by_kind[kind] = max(cost.flops_by_kind[kind], other.flops_by_kind[kind]);
  cost.bytes_read = max(cost.bytes_read, other.bytes_read);
  cost.bytes_written = max(cost.bytes_written, other.bytes_written);
}

bool does_arithmetic(const Cost& cost) {
  return !cost.macs.is(0) ||
         std::any_of(cost.flops_by_kind.begin(), cost.flops_by_kind.end(), [](const Dim& flops) { return !flops.is(0); });
}

class Counting {
 public:
  Counting(const Network& network, const Shapes& shapes, Costs& costs, Diagnostics& diagnostics)
      : network_(network),
        shapes_(shapes),
        costs_(costs),
        diagnostics_(diagnostics),
        totals_(shapes.scopes.size()),
        done_(shapes.scopes.size()) {}

  void count() {
    for (const Scope& scope : shapes_.scopes) {
      const std::size_t nodes = network_.graphs[scope.graph].nodes.size();
      reserve_large(costs_.nodes.emplace_back(), nodes);
      costs_.nodes.back().resize(nodes);
    }
    costs_.total = total_of(0);
    for (std::size_t id = 0; id < shapes_.scopes.size(); ++id) {
      const Scope& scope = shapes_.scopes[id];
      if (!scope.internal && !scope.multiplicity.is(0)) count_coverage(scope, costs_.nodes[id]);
    }
    auto [bytes, is_whole] = activation_bytes(network_, shapes_);
    costs_.activation_bytes = std::move(bytes);
    if (!is_whole) report_large_total(0);
    for (const UnknownOperator& unknown : costs_.unknown) report(unknown);
  }

 private:
  const Cost& total_of(ScopeId id) {
    if (done_[id]) return totals_[id];
    done_[id] = true;
    const Scope& scope = shapes_.scopes[id];
    std::vector<Cost>& nodes = costs_.nodes[id];
    count_classes(scope, nodes);
    CostSum grouped_sum, side;
    for (NodeId node = 0; node < nodes.size(); ++node) {
      const bool is_side = id == 0 && network_.main().is_side(node);
      (is_side ? side : grouped_sum).add(nodes[node]);
      if (nodes[node].status == Status::unknown) totals_[id].status = Status::unknown;
    }
    const bool is_whole = grouped_sum.give(totals_[id]) && (id != 0 || side.give(costs_.side));
    if (!is_whole) report_large_total(id);
    return totals_[id];
  }

  /// The first node of each class, and then what the others share with it.  What could not be counted is said of each.
  void count_classes(const Scope& scope, std::vector<Cost>& nodes) {
    const Call* call = scope.calls.data();
    const Call* const last_call = call + scope.calls.size();
    for (NodeId node = 0; node < nodes.size(); ++node) {
      const Call* const first = call;
      while (call != last_call && call->node == node) ++call;
      if (scope.classes.is_first(node)) count(nodes[node], scope, node, {first, call});
    }
    for (NodeId node = 0; node < nodes.size(); ++node) {
      if (scope.classes.is_first(node)) continue;
      const Cost& of_class = nodes[scope.classes.first_of(node)];
      if (of_class.status == Status::unknown) {
        count(nodes[node], scope, node, {});
      } else {
        nodes[node] = of_class;
      }
    }
  }

  /// Once: of graphs that call each other each has a larger total than the last.
  void report_large_total(ScopeId id) {
    totals_[id].status = Status::unknown;
    if (id == 0) costs_.complete = false;
    if (std::exchange(is_large_total_reported_, true)) return;
    const std::string& path = shapes_.scopes[id].path;
    diagnostics_.push_back(
        {Severity::error,
         "overflow",
         fmt::format("the total of {} does not fit 128 bits: it is a lower bound", path.empty() ? "the model" : path),
         {},
         {}});
  }

  void count(Cost& cost, const Scope& scope, NodeId node, std::span<const Call> calls) {
    if (algebra::WorkBudget* const budget = algebra::BudgetInForce::current()) budget->begin_node();
    try {
      const OpContext context = site_of(network_, scope, node);
      add_calls(cost, calls);
      add_own_work(cost, scope, context, node);
      if (calls.empty()) add_traffic(cost, scope, node, context.node());  // the nodes of a graph that it calls count
    } catch (const Unknown&) {
      cost.status = Status::unknown;
    } catch (const RuleError&) {
      cost.status = Status::unknown;  // reported when its shape was inferred
    } catch (const AlgebraError& error) {
      cost.status = Status::unknown;
      const Node& at = network_.graphs[scope.graph].nodes[node];
      diagnostics_.push_back({Severity::error,
                              error.code(),
                              error.what(),
                              NodeOrigin{scope.path, at.file_index, std::string(at.name), std::string(at.op)},
                              {}});
    }
    if (cost.status != Status::unknown) cost.status = does_arithmetic(cost) ? Status::counted : Status::free;
  }

  void add_calls(Cost& cost, std::span<const Call> calls) {
    bool first_alternative = true;
    if (calls.empty()) return;
    Cost dearest;
    for (const Call& call : calls) {
      const Cost& total = total_of(call.scope);
      if (total.status == Status::unknown) cost.status = Status::unknown;
      const auto& repetition = network_.graphs[shapes_.scopes[call.scope].graph].repetition;
      if (repetition) {
        add(cost, sum_over_repeats(total, *repetition), 1);
      } else if (call.nesting == Nesting::sum) {
        add(cost, total, call.iterations);
      } else if (std::exchange(first_alternative, false)) {
        dearest = total;
      } else {
        take_dearer(dearest, total);
      }
    }
    add(cost, dearest, 1);
  }

  /// Each copy may have other sizes.
  static Cost sum_over_repeats(Cost cost, const Repetition& repetition) {
    const auto sum = [&](Dim& quantity) {
      if (!quantity.is(0)) quantity = macroscope::sum_over_repeats(quantity, repetition.index, repetition.count);
    };
    sum(cost.macs);
    sum(cost.effective_macs);
    for (auto& entry : cost.macs_by_dtype) sum(entry.second);
    for (Dim& flops : cost.flops_by_kind) sum(flops);
    sum(cost.bytes_read);
    sum(cost.bytes_written);
    return cost;
  }

  void add_own_work(Cost& cost, const Scope& scope, const OpContext& context, NodeId node) {
    const Operator* row = scope.operators[node];
    const bool called = row == nullptr && scope.inferred[node];
    if (called) return;
    if (row == nullptr || !scope.inferred[node]) throw Unknown();
    const Work work = work_of(*row, context);
    cost.macs += work.macs;
    cost.effective_macs += work.effective_macs;
    Dim macs = work.macs;
    for (const auto& [dtype, count] : work.other_macs) {
      add(cost.macs_by_dtype, dtype, count, 1);
      macs -= count;
    }
    if (!macs.is(0)) add(cost.macs_by_dtype, work.mac_dtype, macs, 1);
    for (std::size_t kind = 0; kind < kFlopKinds; ++kind) add(cost.flops_by_kind[kind], work.flops[kind], 1);
  }

  static Work work_of(const Operator& row, const OpContext& context) {
    struct Visitor {
      const OpContext& context;
      Work operator()(const Loops& loops) const { return macroscope::work_of(loops, context); }
      Work operator()(const PerElement& per_element) const { return per_element_work(per_element, context); }
      Work operator()(const Body&) const { return {}; }  // the call of its body counts
      Work operator()(const Moves&) const { return {}; }
      Work operator()(const Rules& rules) const { return rules.work(context); }
    };
    Work work = std::visit(Visitor{context}, row.meaning);
    if (const std::optional<AppliedActivation> activation = activation_of(row, context);
        activation && is_floating(context.dtype(0)))
      work.add(activation->effort, elements_of(context.output(0)));
    return work;
  }

  void count_coverage(const Scope& scope, const std::vector<Cost>& nodes) {
    const Graph& graph = network_.graphs[scope.graph];
    costs_.node_count += nodes.size();
    for (NodeId node = 0; node < nodes.size(); ++node) {
      const bool is_known = nodes[node].status != Status::unknown;
      costs_.costed_count += is_known ? 1 : 0;
      if (!is_known || !is_shaped(scope, graph.nodes[node])) costs_.complete = false;
      const bool nobody_knows = scope.operators[node] == nullptr && !scope.inferred[node];
      if (nobody_knows) count_unknown(graph.nodes[node]);
    }
  }

  static bool is_shaped(const Scope& scope, const Node& node) {
    return std::all_of(node.outputs.begin(), node.outputs.end(), [&](TensorId output) {
      if (output == kAbsent) return true;
      const Type& type = scope.facts[output].type;
      return type.kind != Kind::unknown && (type.kind != Kind::tensor || type.shape.known());
    });
  }

  void count_unknown(const Node& node) {
    const auto [row, is_new] = unknown_rows_.try_emplace(std::pair(node.domain, node.op), costs_.unknown.size());
    if (is_new) costs_.unknown.push_back({node.op, node.domain, 0});
    ++costs_.unknown[row->second].count;
  }

  void report(const UnknownOperator& unknown) {
    const std::string name = unknown.domain.empty() ? std::string(unknown.op) : fmt::format("{}:{}", unknown.domain, unknown.op);
    diagnostics_.push_back({Severity::warning,
                            "unknown-operator",
                            fmt::format("no rule is known for {} ({} node{}): totals are lower bounds", name, unknown.count,
                                        unknown.count == 1 ? "" : "s"),
                            {},
                            {}});
  }

  const Network& network_;
  const Shapes& shapes_;
  Costs& costs_;
  Diagnostics& diagnostics_;
  std::vector<Cost> totals_;
  std::vector<bool> done_;
  bool is_large_total_reported_ = false;
  /// By domain and operator: where it is in the list of those that nobody knows.
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> unknown_rows_;
};

}  // namespace

std::string_view name_of(Status status) noexcept {
  switch (status) {
    case Status::counted:
      return "counted";
    case Status::free:
      return "free";
    case Status::unknown:
      break;
  }
  return "unknown";
}

Dim Cost::flops() const {
  Dim flops;
  for (const auto& [dtype, count] : macs_by_dtype)
    if (is_floating(dtype)) flops += count * 2;
  for (const Dim& kind : flops_by_kind) flops += kind;
  return flops;
}

Dim Cost::int_ops() const {
  Dim operations;
  for (const auto& [dtype, count] : macs_by_dtype)
    if (!is_floating(dtype)) operations += count * 2;
  return operations;
}

Costs count_costs(const Network& network, const Shapes& shapes, Diagnostics& diagnostics) {
  Costs costs;
  Counting(network, shapes, costs, diagnostics).count();
  return costs;
}

}  // namespace macroscope
