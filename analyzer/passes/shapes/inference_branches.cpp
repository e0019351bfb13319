// What does an If give whose condition is not known?
#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/passes/shapes/branch_choice.h"
#include "analyzer/passes/shapes/inference.h"

namespace macroscope {

/// A condition on a size is settled first as it is in general, and the other way where that branch cannot run.  What is inside a branch
/// that is tried is not tried both ways in turn: that would double with each level.
std::vector<Fact> Inference::results_of_if(const OpContext& context, Scope& scope, NodeId id) {
  const std::optional<SizeCondition> condition = size_condition(network_, scope, id);
  if (!condition) return of_branch_that_runs(context, scope, id, results_of(context, scope, id, nullptr));
  Fact& tested = scope.facts[context.node().inputs.front()];
  const bool is_outermost = !std::exchange(is_trying_, true);
  std::vector<Fact> results;
  for (const bool is_equal : std::array{condition->is_taken_as_equal, !condition->is_taken_as_equal}) {
    const bool had_failed = !alternatives_.empty() && failed_.contains(alternatives_.back());
    const std::size_t errors = errors_, said = diagnostics_.size(), assumed = shapes_.assumptions.size();
    const bool is_last = !is_outermost || is_equal != condition->is_taken_as_equal;
    tested.value = std::make_shared<const Value>(Integers{Dim(condition->holds(is_equal) ? 1 : 0)});
    results = results_of(context, scope, id, nullptr);
    if (errors_ == errors || is_last) {
      assume(condition->assumption(is_equal));
      break;
    }
    if (!alternatives_.empty() && !had_failed) failed_.erase(alternatives_.back());
    diagnostics_.erase(diagnostics_.begin() + static_cast<std::ptrdiff_t>(said), diagnostics_.end());
    while (shapes_.assumptions.size() > assumed) {
      assumed_.erase(shapes_.assumptions.back());
      shapes_.assumptions.pop_back();
    }
    std::erase_if(scope.calls, [id](const Call& call) { return call.node == id; });
  }
  if (is_outermost) is_trying_ = false;
  return results;
}

std::vector<Fact> Inference::of_branch_that_runs(const OpContext& context, Scope& scope, NodeId id, std::vector<Fact> results) {
  std::vector<Call> runs, fails;
  for (const Call& call : scope.calls)
    if (call.node == id && call.nesting == Nesting::alternative) (failed_.contains(call.scope) ? fails : runs).push_back(call);
  if (fails.empty()) return results;
  if (runs.empty()) {
    report(context, Severity::error, "no-branch-runs", "none of the branches can run for these operands", {});
    give_up(scope, id, results);
    return results;
  }
  std::erase_if(scope.calls, [&](const Call& call) { return call.node == id && failed_.contains(call.scope); });
  scope.inferred[id] = true;
  return outputs_of(runs.front().scope);
}

}  // namespace macroscope
