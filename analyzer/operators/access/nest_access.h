// Access maps of a loop nest: which elements of its operands does an element of the result read?  Read off the index notation.
#pragma once

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/notation/window.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

/// \throws RuleError, Unknown, AlgebraError
AxisMap axes_of(const Loops& loops, const OpContext& context);

/// What a window reads as it moves: place p from p * stride - pad on, as far as it reaches.  `axis` is the result's.
AccessMap window_access(const Window& window, std::size_t axis);
/// The same for a transposed convolution, whose result the windows lie in: which places cover an element of `axis`.
AccessMap inverse_window_access(const Window& window, std::size_t axis);

}  // namespace macroscope
