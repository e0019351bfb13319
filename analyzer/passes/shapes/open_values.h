// Open values: what could the user say to settle sizes and branches that the model leaves open?
#pragma once

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// A note for each size that only the data can tell, with the tensor and the operator that it comes from, and for each If whose condition is
/// not known: the input whose value would settle it, or the size itself.  The first few; one more note says how many there are besides.
[[nodiscard]] Diagnostics open_values(const Network& network, const Shapes& shapes);

}  // namespace macroscope
