// Budget file: which budget does a file of TOML hold?  docs/check.md says what is in one.
#pragma once

#include <string_view>

#include "analyzer/budget/budget.h"
#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope {

struct BudgetFile {
  Budget budget;
  /// Each mistake with its line and column; nothing of the budget is used if there is one.
  Diagnostics diagnostics;
};

/// Unknown keys are errors, with what was probably meant.
[[nodiscard]] BudgetFile read_budget_file(std::string_view text);

}  // namespace macroscope
