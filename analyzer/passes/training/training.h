// Training cost: what does a step cost, in arithmetic of the gradients and in bytes?
//
// A contraction has a gradient for each of its operands that needs one, at the price of its forward MACs each.  An operand needs one if it is a
// learned parameter that is not frozen, or if such a parameter lies upstream of it; so the first layer has no gradient of its input.  Integers
// have none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/cost/parameters.h"

namespace macroscope {

enum class Optimizer : std::uint8_t { sgd, momentum, adam };
[[nodiscard]] std::string_view name_of(Optimizer optimizer) noexcept;

struct TrainingOptions {
  /// Patterns with `*` and `?`: parameters that are not learned, by their own name, or that of the layer that counts them or its module path.
  std::vector<std::string> frozen;
  Optimizer optimizer = Optimizer::adam;
  /// Weights, gradients and activations of float32 in 16 bits; a copy of the weights, and what the optimizer keeps, in 32.
  bool mixed_precision = false;
};

struct GradientCost {
  Dim input_macs{};   // of activations
  Dim weight_macs{};  // of parameters
  /// False where it is unknown; what is known is counted.
  bool is_known = true;
};

/// What recomputing activations would save and cost: only those at a few cuts are kept, where one tensor alone links what lies before and
/// behind; a segment between cuts is run once more when its gradients are computed.
struct ActivationCheckpointing {
  std::uint64_t segments = 0;  // 1: nothing to gain
  Dim saved_bytes;             // at the cuts, and of the largest segment
  Dim macs;                    // forward once more, but for the last segment
};

struct Training {
  TrainingOptions options;
  /// By ScopeId, then NodeId, each time the node runs; nested graphs included.
  std::vector<std::vector<GradientCost>> nodes;
  /// Of the main graph.
  GradientCost total;
  /// Forward, and all gradients.
  Dim macs;
  Dim learned_parameters;  // without the frozen ones
  Dim weight_bytes;        // of all that is stored with the model and read
  Dim master_bytes;        // mixed precision: the copy in 32 bits
  Dim gradient_bytes;
  Dim optimizer_bytes;
  /// Activations that gradients need, kept from the forward run.
  Dim saved_bytes;
  /// False where the size of some activation is not known.
  bool are_bytes_known = true;
  ActivationCheckpointing activation_checkpointing;

  [[nodiscard]] Dim bytes() const { return weight_bytes + master_bytes + gradient_bytes + optimizer_bytes + saved_bytes; }
};

Training count_training(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs,
                        const TrainingOptions& options = {});

}  // namespace macroscope
