// Nested layers: which layers run inside others (bodies of loops, branches of conditions, functions)?
#pragma once

#include "reports/document/report.h"

namespace macroscope {

class Figures;

/// A row for each layer of each nested graph, with where that runs, how often, and what the layer takes each time.  No rows where a model has
/// no nested graphs.
[[nodiscard]] Table nested_layers_table(const Figures& figures);

}  // namespace macroscope
