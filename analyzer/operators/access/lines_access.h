// Access maps of lines: which elements of the operands does an element of a result read, through all lines that lead to it?
#pragma once

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/notation/lines.h"

namespace macroscope {

/// An axis of an operand is read at the place of its loop, where the result has that loop and no line on the way sums or compares over it;
/// whole otherwise. \throws RuleError, Unknown, AlgebraError
AxisMap axes_of(const Lines& row, const OpContext& context);

}  // namespace macroscope
