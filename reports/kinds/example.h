// Example sizes of a report: how much is a formula, at sizes that the report names?
//
// Numbers at the example point are beside exact formulas, never in their place: a reader sees at once which is which.
#pragma once

#include <vector>

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Puts the numbers at the analysis' example point beside the formulas of the sections, and a note that names the point before them.
/// Summaries become brief; without open sizes nothing else changes.
void add_example(std::vector<Section>& sections, const Figures& figures);

}  // namespace macroscope
