// Roofline section: what does a report say of the model on a device?
#pragma once

#include <optional>
#include <vector>

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Operations for each byte that is moved; empty where that depends on symbols, or nothing is moved.
[[nodiscard]] std::optional<double> intensity_of(const LayerLimit& limit);

/// Adds the device and what it allows at best, the layers that take longest there, and the roofline; nothing unless a device was named.
/// \param has_example a time that depends on open sizes is told at the example sizes
void add_roofline_sections(const Figures& figures, bool has_example, std::vector<Section>& sections);

}  // namespace macroscope
