// What do several paths to one tensor read together, and what is a reading by several steps in short?
#pragma once

#include "analyzer/operators/reading.h"

namespace macroscope {

/// The hull of two paths to a tensor of this shape.  Where their steps differ it is that of their main steps. \throws AlgebraError
Reading hull(const Reading& a, const Reading& b, const Shape& shape);

/// A reading by several steps as one by that which moves it farthest; what the others contribute belongs to what every element reads.  Empty
/// where that one begins anew on its way along the axis. \throws AlgebraError
std::optional<Reading> by_main_step(Reading reading, const Shape& shape);

/// Positions along `axis` in an order, or from a start, that is not known.
Reading somewhere_along(std::size_t axis);

}  // namespace macroscope
