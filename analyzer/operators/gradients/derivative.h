// Derivatives of element-wise and normalising operators: what do they cost?
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analyzer/operators/operator.h"

namespace macroscope {

struct ElementDerivative {
  /// What the operand is called: `x`; `a` and `b` where there are two; `s` for a scale.
  std::string operand;
  /// dL/d(operand) without indices, `dL/dz * z * (1 - z)`; numbers of the node's attributes are put in.  `[x > 0]` is 1 where that holds,
  /// otherwise 0.
  std::string text;
  /// What letters in it mean that are no operands.
  std::string words;
};

/// Empty where the row has none.
std::optional<ElementDerivative> derivative_of(const Operator& row, const OpContext& context, std::size_t input);

}  // namespace macroscope
