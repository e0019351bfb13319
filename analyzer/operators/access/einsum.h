// Einsum: what are shape and cost of a node whose formula is an attribute?
#pragma once

#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/op_context.h"
#include "analyzer/operators/work.h"

namespace macroscope {

/// Shape of the output: the labels after `->`, or those that appear once, in alphabetical order. \throws RuleError `bad-equation`
std::vector<Fact> einsum_shape(const OpContext& context);

/// A label that the output has is read at its place, any other whole. \throws RuleError `bad-equation`
AxisMap einsum_axes(const OpContext& context);

/// Operands are contracted pair by pair.  Labels of one operand alone are summed first (adds).  A pair costs the product of the extents of
/// all its labels: multiply-accumulates if it sums something, element-wise products otherwise.  The order is the cheapest for up to six
/// operands (with symbols the one of lowest degree), otherwise from left to right.
Work einsum_work(const OpContext& context);

}  // namespace macroscope
