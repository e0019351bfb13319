// Channel axis: along which axis do a tensor's channels lie?
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {

inline constexpr std::uint32_t kNoAxis = std::numeric_limits<std::uint32_t>::max();

/// By TensorId: the axis that the layers around a tensor take for its channels, kNoAxis where none does.  A convolution's and a pooling's
/// channels lie along axis 1, a dense layer's along the last; operators that keep their input's axes, or permute them, carry that on.
std::vector<std::uint32_t> channel_axes(const Network& network, const Scope& scope, const ElementwiseProvenance& provenance);

}  // namespace macroscope
