// What does an element-wise operator come to: the broadcast of its operands, so much work per element, content where it is followed?
#pragma once

#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Operands broadcast by numpy's rule; before version 7 of ONNX's own set the second is laid over the first where `broadcast` and `axis`
/// say. \throws RuleError `broadcast`
std::vector<Fact> per_element_shape(const PerElement& per_element, const Site& site);

/// Work on integers and bools is no FLOP: an operand or the result must be floating. \throws NotKnown
Work per_element_work(const PerElement& per_element, const Site& site);

}  // namespace macroscope
