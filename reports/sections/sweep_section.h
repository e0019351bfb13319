// Sweep section: what does a report say of a model whose sizes take several values, one after another?
#pragma once

#include <vector>

#include "reports/document/report.h"
#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Adds the table of totals and a plot for each of those that change; nothing where there is no sweep.
void add_sweep_sections(const Figures& figures, std::vector<Section>& sections);

/// The table alone, with everything that is known, for CSV.
[[nodiscard]] Table sweep_table(const Figures& figures);

/// The member `sweep` of the JSON document.
void write_sweep(const Figures& figures, JsonWriter& json);

}  // namespace macroscope
