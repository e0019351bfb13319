// Which record does an analysis leave: what budgets are held against, lock files keep, and comparisons compare?
#pragma once

#include "analyzer/record/record.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Without the size of the file, which only its reader knows.
[[nodiscard]] ModelRecord record_of(const Figures& figures);
/// With what a comparison in words needs besides.
[[nodiscard]] ModelRecord record_for_comparison(const Figures& figures);

}  // namespace macroscope
