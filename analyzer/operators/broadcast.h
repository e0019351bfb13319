// Broadcasting: what shape do operands have that are broadcast against each other?
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analyzer/operators/op_context.h"

namespace macroscope {

/// Of two extents that are equal: a number rather than a symbol, a short expression rather than a long one.
const Dim& plainer(const Dim& a, const Dim& b) noexcept;

/// The extent that two extents broadcast to.  Where a symbol meets a number above 1, or another symbol, that they agree is recorded as an
/// assumption. \throws RuleError `broadcast`
Dim broadcast(const OpContext& context, const Dim& a, const Dim& b);

/// numpy's rule: aligned at the last axis, 1 stretches.  Unknown if either is. \throws RuleError `broadcast`
Shape broadcast(const OpContext& context, const Shape& a, const Shape& b);

/// All inputs of a node from `first` on that are given.
Shape broadcast_inputs(const OpContext& context, std::size_t first = 0);

}  // namespace macroscope
