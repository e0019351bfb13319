// Element-wise operators: the broadcast of their operands, work per element, and contents where they are followed.
#pragma once

#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Operands broadcast by numpy's rule; before version 7 of ONNX's own set the second is laid over the first where `broadcast` and `axis`
/// say. \throws RuleError `operand-count`, `missing-input`, `dtype-mismatch`, `broadcast`, `shape-mismatch`, `bad-axis`, `overflow`
std::vector<Fact> per_element_shape(const PerElement& row, const OpContext& context);

/// Work on integers and bools is no FLOP: the first operand or the result must be floating. \throws Unknown
Work per_element_work(const PerElement& row, const OpContext& context);

}  // namespace macroscope
