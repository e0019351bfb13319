// Findings and gradient paths in JSON.
#pragma once

#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// The members `gradient` and `findings` of the document.
void write_findings(const Figures& figures, JsonWriter& json);

/// The value of `paths`: `{ "shortest", "longest", "count", "weighted", "most_weighted" }`, null where no gradient comes.
void write_paths(const Paths& paths, JsonWriter& json);

}  // namespace macroscope
