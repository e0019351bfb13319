#include "analyzer/passes/memory/schedule.h"

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <utility>

#include "analyzer/passes/memory/execution.h"

namespace macroscope {
namespace {

/// Up to here the search visits every set of nodes if it must: 2^20.
constexpr std::size_t kAlwaysExact = 20;
/// Beyond that it gives up after this many looks at a node, or where sets of nodes take more words than this; and it does not begin with more
/// nodes than this.
constexpr std::uint64_t kMaxLooks = 4'000'000;
constexpr std::size_t kMaxWords = 4'000'000;
constexpr std::size_t kMaxSearched = 4096;
/// Ready nodes that the heuristic looks at.
constexpr std::size_t kMaxCandidates = 64;

/// No order needs less than this: every node needs its operands and results at once.
Int128 least_possible(const ExecutionPlan& plan) {
  Int128 least = plan.alive_at_start;
  if (plan.steps.empty()) return least;
  for (const ExecutionPlan::Step& step : plan.steps) {
    Int128 needed = step.made + step.inside - (step.reusable.empty() ? 0 : step.reused);
    for (const std::uint32_t buffer : step.reads) needed += plan.buffers[buffer].bytes;
    least = std::max(least, needed);
  }
  return least;
}

Int128 peak_of(const ExecutionPlan& plan, const std::vector<NodeId>& order) {
  Execution execution(plan);
  Int128 peak = plan.alive_at_start;
  for (const NodeId node : order) {
    peak = std::max(peak, execution.needed_by(node));
    execution.run(node);
  }
  return peak;
}

/// Looks at sets of nodes that have run, in order of the peak that it took to come there: the first complete one has the least.
class Search {
 public:
  explicit Search(const ExecutionPlan& plan) : plan_(plan), words_((plan.steps.size() + 63) / 64) {}

  /// Empty if it gave up.
  std::vector<NodeId> found() {
    Execution start(plan_);
    const Int128 least = least_possible(plan_);
    start.run_what_is_free(least);
    add(start, kNoState, kNone, least);
    while (!open_.empty()) {
      const Open next = open_.top();
      open_.pop();
      if (states_[next.state].is_done || states_[next.state].peak != next.peak) continue;
      states_[next.state].is_done = true;
      Execution execution = replayed(next.state);
      if (execution.is_complete()) return execution.order();
      if (!expand(execution, next.state)) return {};
    }
    return {};
  }

 private:
  static constexpr std::uint32_t kNoState = kNone;

  struct State {
    std::uint32_t parent = kNoState;
    NodeId chosen = kNone;  // the node that leads here from the parent; what was free after it follows
    Int128 peak = 0;
    bool is_done = false;
  };
  struct Open {
    Int128 peak = 0;
    std::size_t done = 0;
    std::uint32_t state = 0;
    /// The least peak comes last in the queue's order, among equals the one that got farthest.
    friend bool operator<(const Open& a, const Open& b) {
      if (a.peak != b.peak) return a.peak > b.peak;
      return a.done != b.done ? a.done < b.done : a.state > b.state;
    }
  };

  bool expand(Execution& execution, std::uint32_t state) {
    const std::vector<NodeId> ready = execution.ready();
    const Int128 peak = states_[state].peak;
    const std::size_t before = execution.order().size();
    for (const NodeId node : ready) {
      const Int128 needed = std::max(peak, execution.needed_by(node));
      execution.run(node);
      execution.run_what_is_free(needed);
      looks_ += words_ + plan_.steps.size() / 4;
      add(execution, state, node, needed);
      while (execution.order().size() > before) execution.undo();
    }
    looks_ += plan_.steps.size() + execution.looks();
    if (plan_.steps.size() <= kAlwaysExact) return true;
    return looks_ <= kMaxLooks && states_.size() * words_ <= kMaxWords;
  }

  void add(const Execution& execution, std::uint32_t parent, NodeId chosen, Int128 peak) {
    std::string key(words_ * sizeof(std::uint64_t), '\0');
    for (NodeId node = 0; node < plan_.steps.size(); ++node)
      if (execution.is_done(node))
        key[node / 8] = static_cast<char>(static_cast<unsigned char>(key[node / 8]) | (1U << (node % 8)));
    const auto [found, is_new] = known_.try_emplace(std::move(key), static_cast<std::uint32_t>(states_.size()));
    if (is_new) {
      states_.push_back({parent, chosen, peak, false});
    } else {
      State& state = states_[found->second];
      if (state.is_done || state.peak <= peak) return;
      state = {parent, chosen, peak, false};
    }
    open_.push({peak, execution.done_count(), found->second});
  }

  /// Runs what led to a state.
  [[nodiscard]] Execution replayed(std::uint32_t state) const {
    std::vector<std::uint32_t> path;
    for (std::uint32_t at = state; at != kNoState; at = states_[at].parent) path.push_back(at);
    Execution execution(plan_);
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
      if (states_[*at].chosen != kNone) execution.run(states_[*at].chosen);
      execution.run_what_is_free(states_[*at].peak);
    }
    return execution;
  }

  const ExecutionPlan& plan_;
  std::size_t words_;
  std::vector<State> states_;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::priority_queue<Open> open_;
  std::uint64_t looks_ = 0;
};

/// One node after another: of those that are ready the one that needs no more than what was needed before and leaves least alive, otherwise
/// the one that needs least.
std::vector<NodeId> greedy(const ExecutionPlan& plan) {
  Execution execution(plan);
  Int128 peak = least_possible(plan);
  while (!execution.is_complete()) {
    const std::vector<NodeId>& ready = execution.ready();
    if (ready.empty()) return {};
    const std::size_t candidates = std::min(ready.size(), kMaxCandidates);
    NodeId best = kNone;
    std::pair<Int128, Int128> least;
    for (std::size_t i = 0; i < candidates; ++i) {
      const NodeId node = ready[ready.size() - 1 - i];  // the last ones read what was made last
      const std::pair<Int128, Int128> cost(std::max(peak, execution.needed_by(node)), execution.change_by(node));
      if (best == kNone || cost < least || (cost == least && node < best)) {
        best = node;
        least = cost;
      }
    }
    peak = least.first;
    execution.run(best);
  }
  return execution.order();
}

/// Nodes that take each other's outputs have no order in which each comes after what it reads.
bool can_run(const ExecutionPlan& plan, const std::vector<NodeId>& order) {
  std::vector<bool> has_run(plan.steps.size(), false);
  for (const NodeId node : order) {
    has_run[node] = true;
    for (const NodeId successor : plan.steps[node].successors)
      if (has_run[successor]) return false;
  }
  return true;
}

/// The order with the least peak, and whether none has less.
std::pair<std::vector<NodeId>, bool> order_found(const ExecutionPlan& plan, const std::vector<NodeId>& file_order) {
  const Int128 in_file_order = peak_of(plan, file_order);
  if (in_file_order <= least_possible(plan)) return {file_order, true};
  if (plan.steps.size() <= kMaxSearched)
    if (std::vector<NodeId> order = Search(plan).found(); !order.empty())
      return {peak_of(plan, order) < in_file_order ? order : file_order, true};
  std::vector<NodeId> order = greedy(plan);
  const bool is_better = order.size() == file_order.size() && peak_of(plan, order) < in_file_order;
  return {is_better ? order : file_order, false};
}

/// Certainly no more than the other, for all values of the symbols.
bool is_never_worse(const Memory& memory, const Memory& than) {
  if (!memory.peak || !than.peak) return false;
  try {
    return at_least(*than.peak, *memory.peak) == Certainty::always;
  } catch (const AlgebraError&) {
    return false;
  }
}

}  // namespace

Schedule best_schedule(const Network& network, const Shapes& shapes, const Parameters& parameters, bool in_place,
                       Memory& memory) {
  Schedule schedule;
  const std::vector<NodeId>& file_order = network.main().order;
  schedule.in_file_order = measure_memory(network, shapes, parameters, {file_order, in_place});
  schedule.order = file_order;
  memory = schedule.in_file_order;
  if (file_order.size() != network.main().nodes.size()) return schedule;
  const ExecutionPlan plan = execution_plan(network, shapes, parameters, in_place);
  if (!can_run(plan, file_order)) return schedule;
  auto [order, is_optimal] = order_found(plan, file_order);
  Memory found = measure_memory(network, shapes, parameters, {order, in_place});
  if (is_never_worse(found, schedule.in_file_order)) {
    schedule.order = std::move(order);
    schedule.is_optimal = is_optimal && plan.is_exact && found.is_complete;
    memory = std::move(found);
  }
  if (memory.peak && schedule.in_file_order.peak) schedule.saved = *schedule.in_file_order.peak - *memory.peak;
  return schedule;
}

}  // namespace macroscope
