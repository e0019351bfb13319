// Budgets of passes: how much algebra does each pass do, and what is said where that was too much?
#pragma once

#include "analyzer/algebra/work_budget.h"
#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope {

/// What is said at the first node whose sizes took more work than a pass has, or of the model.
[[nodiscard]] Diagnostic named_sizes(Origin origin);

/// Calls `pass` within a budget of its own, so that no figure depends on which others were asked for.
template <typename Pass>
decltype(auto) within_budget(const Pass& pass) {
  algebra::WorkBudget budget;
  const algebra::BudgetInForce in_force(budget);
  return pass();
}

/// One budget after another, for passes of which each builds on the last: what is too much for one is too much for all behind it.
class PassBudgets {
 public:
  template <typename Pass>
  decltype(auto) within(const Pass& pass) {
    algebra::WorkBudget budget(is_spent_);
    const algebra::BudgetInForce in_force(budget);
    const Remember remember{*this, budget};
    return pass();
  }
  [[nodiscard]] bool is_spent() const noexcept { return is_spent_; }

 private:
  struct Remember {
    PassBudgets& budgets;
    const algebra::WorkBudget& budget;
    ~Remember() { budgets.is_spent_ = budgets.is_spent_ || budget.is_spent(); }
  };
  bool is_spent_ = false;
};

}  // namespace macroscope
