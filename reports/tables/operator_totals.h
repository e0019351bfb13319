// Totals by operator: which operators does the model consist of, and what do all layers of each take together?
#pragma once

#include <vector>

#include "reports/document/report.h"

namespace macroscope {

class Figures;
struct LayerColumn;

/// A row for each operator of the main graph, in the order in which they first appear, with the sums of every quantity that layers have.
[[nodiscard]] Table operator_totals_table(const Figures& figures);

/// With the sums of these columns, which are metrics.
[[nodiscard]] Table operator_totals_table(const Figures& figures, const std::vector<const LayerColumn*>& columns);

/// For people: the quantities that matter most, the costliest operator first.
[[nodiscard]] Table operator_summary_table(const Figures& figures);

}  // namespace macroscope
