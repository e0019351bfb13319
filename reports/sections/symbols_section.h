// Section on symbols: which sizes does a model leave open, what stands in examples for them, and what gives each its value?
#pragma once

#include <optional>

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Empty where nothing is open.  \param has_all all of them, and not those alone that the totals depend on
[[nodiscard]] std::optional<Section> symbols_section(const Figures& figures, bool has_all);

}  // namespace macroscope
