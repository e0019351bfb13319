// Receptive-field picture: how much of the input do layers see, drawn over it?
#pragma once

#include <optional>

#include "reports/tables/figures.h"

namespace macroscope {

/// Of the first input with spatial axes: the fields of layers along the way, each half as large again as the one before, and the largest.  Over
/// the last two axes of images and volumes as frames to scale, over sequences as bars.  Empty where fewer than two are numbers.
[[nodiscard]] std::optional<Section> receptive_field_picture(const Figures& figures);

}  // namespace macroscope
