// Receptive fields in JSON: how are they written in the document?
#pragma once

#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"
#include "reports/tables/tensor_names.h"

namespace macroscope {

/// The member `receptive_field` of a tensor of the main graph: for each input that it depends on, by name, an entry a spatial axis:
/// { size, jump, start, aligned } | "all" | null where it is unknown.  Nothing where it depends on no input.
void write_receptive_field(const Figures& figures, TensorId tensor, const TensorNames& names, JsonWriter& json);

}  // namespace macroscope
