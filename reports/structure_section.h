// How is the model built, and what does that save?  Sections of the report: structure, savings, what could be left out, cuts.
#pragma once

#include <vector>

#include "reports/analysis_report.h"
#include "reports/figures.h"
#include "reports/report.h"

namespace macroscope {

/// Appends those that have something to say.
void add_structure_sections(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options);

}  // namespace macroscope
