// Budget check: does a model keep to its limits?
//
// Verdicts have three values.  A quantity of which some part is unknown is a lower bound: above a maximum it fails, below it is
// undecided, and never passes.  A quantity with unbound symbols is decided where that holds for all their values.
#pragma once

#include <vector>

#include "analyzer/budget/budget.h"
#include "analyzer/budget/verdict.h"
#include "analyzer/record/record.h"

namespace macroscope {

enum class Decision : std::uint8_t { keeps, breaks, open };
/// actual <= limit, where either may be a lower bound or hold symbols.
[[nodiscard]] Decision at_most(const Quantity& actual, const Quantity& limit);

/// Judges each promise of a budget's entry, in their order in the file.
/// \param baseline the same model as it was, or null; growth is skipped then
[[nodiscard]] std::vector<Verdict> judge(const ModelRecord& model, const ModelBudget& budget, UnknownPolicy unknown,
                                         const ModelRecord* baseline);

}  // namespace macroscope
