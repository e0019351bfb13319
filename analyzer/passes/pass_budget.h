// Budget of a model: how much algebra is it worth, and what is said where that was too little?
#pragma once

#include <cstdint>

#include "analyzer/algebra/work_budget.h"
#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/network/network.h"

namespace macroscope {

/// What is said at the first node whose sizes took more work than the model has, or of the model.
[[nodiscard]] Diagnostic named_sizes(Origin origin);

/// Steps of algebra in proportion to what a model holds, so that no small file takes the time of a large one.
class AlgebraBudget {
 public:
  /// Of the smallest model.
  AlgebraBudget() noexcept : AlgebraBudget(0) {}
  explicit AlgebraBudget(const Network& network) noexcept;

  /// Calls the pass whose sizes all the others spell again and keep: it has a part of what there is.
  template <typename Pass>
  decltype(auto) within_first(const Pass& pass) {
    const algebra::BudgetInForce in_force(shared_);
    return pass();
  }

  /// Calls one of the passes that each build on the last: they share one counter, and what is too much for one is too much for all behind it.
  template <typename Pass>
  decltype(auto) within(const Pass& pass) {
    shared_.end_node();
    shared_.raise_to(max_steps_);
    const algebra::BudgetInForce in_force(shared_);
    return pass();
  }

  /// Calls what is only done when it is asked for, with a counter of its own: no figure depends on what else was asked for, and how soon.
  template <typename Pass>
  decltype(auto) apart(const Pass& pass) const {
    algebra::WorkBudget budget(max_steps_ / kPartsApart, shared_.is_spent_for_all());
    const algebra::BudgetInForce in_force(budget);
    return pass();
  }

  /// Were sizes named sooner anywhere?
  [[nodiscard]] bool was_spent() const noexcept { return shared_.was_spent(); }

 private:
  /// What each has is the whole divided by this.
  static constexpr std::uint64_t kPartsApart = 2;
  static constexpr std::uint64_t kPartsOfFirst = 4;

  explicit AlgebraBudget(std::uint64_t parts) noexcept;

  std::uint64_t max_steps_;
  algebra::WorkBudget shared_;
};

}  // namespace macroscope
