// Memory in JSON: what does the report say of it?  `totals.peak`, and the object `memory`.
#pragma once

#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// The member `peak` of the totals.
void write_peak(const Figures& figures, JsonWriter& json);
/// The member `memory` of the document.
void write_memory(const Figures& figures, JsonWriter& json);

}  // namespace macroscope
