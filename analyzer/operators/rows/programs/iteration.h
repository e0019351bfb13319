// Loop and Scan: what are their results, and how often does their body run?
#pragma once

#include <vector>

#include "analyzer/operators/op_context.h"

namespace macroscope {

/// Loop: state that changes its shape from trip to trip has a size of its own; where it grows by the same amount each iteration, the result's
/// extent is in closed form.  The trip count is a number where it can be known, otherwise a symbol.
std::vector<Fact> loop_shape(const OpContext& context);

/// Scan since version 9, and with the batch axis that it had in version 8.
std::vector<Fact> scan_shape(const OpContext& context);
std::vector<Fact> batched_scan_shape(const OpContext& context);

}  // namespace macroscope
