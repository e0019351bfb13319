// Saved activations: which of its operands and results must a node keep for its gradients?
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Which operands have a gradient, by their place.
using NeedsGradient = std::vector<bool>;

struct Kept {
  std::vector<std::uint32_t> inputs;
  bool output = false;  // the first
};

/// Sums and moves keep nothing.  A product keeps, for the gradient of each factor, the other factors.  Functions whose derivative is told by their
/// value (Relu, Sigmoid, Tanh, Exp, Softmax ...) keep that; everything else keeps its floating operands.
Kept kept_by(const Node& node, const Operator* row, const NeedsGradient& needs);

}  // namespace macroscope
