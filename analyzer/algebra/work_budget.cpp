#include "analyzer/algebra/work_budget.h"

#include <utility>

namespace macroscope::algebra {

thread_local WorkBudget* BudgetInForce::current_ = nullptr;

BudgetInForce::BudgetInForce(WorkBudget& budget) noexcept : before_(std::exchange(current_, &budget)) {}

BudgetInForce::~BudgetInForce() { current_ = before_; }

}  // namespace macroscope::algebra
