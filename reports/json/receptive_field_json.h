// Receptive fields in JSON: how do they stand in the document?
#pragma once

#include <functional>

#include "reports/json/json_writer.h"
#include "reports/tables/figures.h"
#include "reports/tables/tensor_names.h"

namespace macroscope {

/// The member `receptive_field` of a tensor of the main graph: for each input that it depends on, by name, an entry a spatial axis:
/// { size, jump, start, aligned } | "all" | null where it cannot be told.  Nothing where it depends on no input.
/// \param write_dim writes a quantity and remembers what it refers to
void write_receptive_field(const Figures& figures, TensorId tensor, const TensorNames& names, JsonWriter& json,
                           const std::function<void(const Dim&)>& write_dim);

}  // namespace macroscope
