// Simulated precision: in how few bits would a device compute what the file computes in floating point?
//
// QONNX and Brevitas round numbers to a few bits (Quant, BipolarQuant, Trunc, FloatQuant) and keep them in floating point, so that any runtime
// can run the model.  The operands of those nodes say how many bits; a device that is built for them stores and multiplies no more.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/passes/cost/cost.h"

namespace macroscope {

/// What numbers are rounded to: `int4`, `uint8`, `float8`.
struct SimulatedType {
  bool is_float = false;
  bool is_signed = true;
  int bits = 0;

  [[nodiscard]] std::string name() const;
  friend auto operator<=>(const SimulatedType&, const SimulatedType&) = default;
};

/// Bits of stored tensors of the main graph that a node rounds, seen through views.
std::unordered_map<TensorId, int> simulated_bits(const Network& network, const Scope& main);

struct SimulatedMacs {
  /// Of the operands, the weight's first: `int4 x int8`.  An operand that is not rounded has its own type.
  std::string types;
  DataType computed_in = DataType::unknown;
  Dim macs;
};

/// MACs of the main graph whose operands are rounded, in order of their types.
std::vector<SimulatedMacs> simulated_macs(const Network& network, const Scope& main, const Costs& costs);

}  // namespace macroscope
