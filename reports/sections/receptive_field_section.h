// Receptive-field section: what does a report say of receptive fields?
#pragma once

#include <optional>
#include <string>

#include "reports/tables/figures.h"

namespace macroscope {

/// Of every output, and of the last layer before a layer that reads everything: a row for each input they depend on.  Empty where no input has
/// spatial axes.
std::optional<Section> receptive_field_section(const Figures& figures);

}  // namespace macroscope
