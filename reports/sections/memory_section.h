// Memory section: what does a report say of memory?
#pragma once

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// `Peak memory`, with the node where it happens and what is alive there.
/// \param has_example where no formula tells the peak, its number at the example sizes does
[[nodiscard]] SummaryLine peak_line(const Figures& figures, bool has_example);

/// Adds the tensors that are alive at the peak, largest first, and the curve of what is alive over all layers.
void add_memory_sections(const Figures& figures, std::vector<Section>& sections);

}  // namespace macroscope
