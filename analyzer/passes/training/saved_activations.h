// Saved activations: which of its operands and results must a node keep for its gradients?
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Which operands have a gradient, by their place.
using NeedsGradient = std::vector<bool>;

struct Kept {
  boost::container::small_vector<std::uint32_t, 4> inputs;
  bool output = false;  // the first
  /// What a fused activation is applied to: as large as the first output, and no tensor of the graph.
  bool before_activation = false;
};

/// As the row says (Saves): sums and moves keep nothing, a product for the gradient of each factor the other factors, functions whose derivative is
/// told by their value (Relu, Sigmoid, Tanh, Exp, Softmax ...) that value, everything else its floating operands.  A fused activation keeps what it
/// would keep as a node of its own. \throws RuleError for an activation that there is not
Kept kept_by(const OpContext& context, const Operator* row, const NeedsGradient& needs);

}  // namespace macroscope
