// Parameters in attributes: what have models of ai.onnx.ml learned, whose operators hold it in lists rather than in tensors?
#pragma once

#include <cstdint>

#include "analyzer/network/network.h"

namespace macroscope {

struct AttributeParameters {
  std::int64_t elements = 0;
  std::int64_t bytes = 0;
};

/// Coefficients, intercepts and support vectors; thresholds and leaf weights of trees.  Nothing for any other operator.
[[nodiscard]] AttributeParameters parameters_in_attributes(const Node& node);

}  // namespace macroscope
