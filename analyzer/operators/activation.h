// The function that an operator applies to its own result: which one, at what work, and what of it is kept for gradients?
#pragma once

#include <optional>
#include <string_view>

#include "analyzer/operators/operator.h"

namespace macroscope {

struct AppliedActivation {
  /// Of ONNX's own; empty where it has none of this kind.
  std::string_view name;
  /// Per element.
  Effort effort;
  Saves saves = Saves::operands;
};

/// By the name that another operator gives it: `Relu`, `silu`, `GELU`; empty for `none`.
/// \throws RuleError `bad-attribute` for a name that is no activation
std::optional<AppliedActivation> activation_named(std::string_view name);

/// Of a node of this row; empty where it applies none. \throws RuleError as above
std::optional<AppliedActivation> activation_of(const Operator& row, const OpContext& context);

}  // namespace macroscope
