// Dashboard of the HTML page: the figures that matter, where they lie, and what stands out, on one screen.
//
// Complete without a script: big figures at the example sizes beside their formulas, the modules and layers that hold most as bars.
// With one the sizes become controls, and everything on the page follows them.
#pragma once

#include <string>
#include <vector>

#include "reports/document/report.h"
#include "reports/notation/sink.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// \param sections of the report on the same figures, with all details
void write_dashboard(const Figures& figures, const std::vector<Section>& sections, const std::string& prefix, Sink& sink);

}  // namespace macroscope
