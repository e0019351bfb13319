// Worked table: every layer's sizes and figures, the sums of its blocks, and how each figure is derived.
#pragma once

#include <cstddef>

#include "reports/document/report.h"
#include "reports/tables/figures.h"
#include "reports/worked/worked_layer.h"

namespace macroscope {

struct WorkedReportOptions {
  WorkedOptions lines;
  /// Levels of modules that have a sum of their own.
  std::size_t depth = 1;
};

/// For people, and its rows for programs: layer, quantity, formula, the formula with its numbers, value.  \param figures must outlive it
[[nodiscard]] Report worked_report(const Figures& figures, const WorkedReportOptions& options);

}  // namespace macroscope
