// Roofline in JSON: what does the report say of a device?  The object `roofline`, and fields of layers; nothing unless a device was named.
#pragma once

#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// The member `roofline` of the document.
void write_roofline(const Figures& figures, JsonWriter& json);
/// The members `intensity`, `bound` and `best_case_seconds` of a layer of the main graph.
void write_layer_limit(const Figures& figures, NodeId node, JsonWriter& json);

}  // namespace macroscope
