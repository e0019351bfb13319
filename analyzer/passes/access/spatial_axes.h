// Spatial axes: along which axes of an input do receptive fields count?
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// For each input of the main graph its axes but for batch and channels, in order.
///
/// Axis 0 is the batch and axis 1 the channels, unless the first layer that reads the input says otherwise: a convolution behind a Transpose
/// (images with their channels last), a matrix product or a normalization of rows (features come last), a recurrent cell.  Of inputs of two
/// axes integers are tokens, [batch, length]; floats have no spatial axis.
std::vector<std::vector<std::uint32_t>> spatial_axes(const Network& network, const Shapes& shapes);

}  // namespace macroscope
