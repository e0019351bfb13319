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
  /// Lists the diagnostics, for documents that are read apart from standard error.
  bool has_diagnostics = false;
};

[[nodiscard]] Report worked_report(const Figures& figures, const WorkedReportOptions& options);

/// The same as rows for programs: layer, quantity, formula, the formula with its numbers, value.
[[nodiscard]] Table worked_rows(const Figures& figures, const WorkedOptions& options);

}  // namespace macroscope
