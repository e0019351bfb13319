// Receptive-field section: what does a report say of receptive fields?
#pragma once

#include <optional>
#include <string>

#include "reports/tables/figures.h"

namespace macroscope {

/// Of every output, and of the last layer before a layer that reads everything: a row for each input they depend on.  Empty where no input has
/// spatial axes.
std::optional<Section> receptive_field_section(const Figures& figures);

/// Of a tensor of the main graph against the first input that it depends on: `427 x 427`, `all`; empty if there is none.
std::string receptive_field_text(const Figures& figures, TensorId tensor);
/// The step between neighbouring elements, in the same way: `32 x 32`.
std::string receptive_field_jump_text(const Figures& figures, TensorId tensor);

}  // namespace macroscope
