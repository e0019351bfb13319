// Check plan: which models are held to which entries of the budget?
#pragma once

#include <string>
#include <vector>

#include "analyzer/budget/budget.h"

namespace macroscope {

struct BudgetPlace {
  /// As the user named it; empty: there is no budget file.
  std::string file;
  /// Where its paths begin, and where the lock file stands; empty: here.
  std::string folder;
  Budget budget;
};

/// Reads the budget file, and prints what is wrong with it.
/// \param file empty: macroscope.toml, if there is one here
/// \throws UsageError
[[nodiscard]] BudgetPlace read_budget(const std::string& file);

/// A path relative to the budget's folder, or as it is where that says nothing shorter.
[[nodiscard]] std::string relative_to_budget(const std::string& path, const BudgetPlace& place);

struct PlannedCheck {
  std::string path;
  /// Null: nothing is promised of it.
  const ModelBudget* budget = nullptr;
};

/// Every model with every entry that means it.  \param models as named by the user; none: those of the budget
/// \throws UsageError for a model that no entry means, and for an entry that means no file
[[nodiscard]] std::vector<PlannedCheck> plan_checks(const std::vector<std::string>& models, const BudgetPlace& place);

}  // namespace macroscope
