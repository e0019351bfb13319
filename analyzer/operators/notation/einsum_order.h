// Contraction order of Einsum: in which pairs is it contracted, and what does that cost, forwards and backwards?
#pragma once

#include <cstddef>
#include <vector>

#include "analyzer/operators/notation/einsum_equation.h"

namespace macroscope::einsum {

/// Two operands that become one.  Operands are numbered as in the equation; what a pair makes is numbered behind them, in order of pairs.
struct Pair {
  std::size_t a = 0, b = 0;
  /// All labels of both; what they cost is the product of their extents.
  LabelSet labels = 0;
  /// Those that something else still needs.
  LabelSet result = 0;

  [[nodiscard]] bool sums() const noexcept { return result != labels; }
};

/// One way to contract all operands.
struct Contraction {
  std::vector<Pair> pairs{};
  Dim macs = 0;
  /// Products of pairs that sum nothing.
  Dim products = 0;
  /// The largest number of symbols that a pair multiplies.
  int degree = 0;

  [[nodiscard]] Dim total() const { return macs + products; }
};

/// The cheapest order for up to six operands (with symbols the one of lowest degree), otherwise from left to right.
Contraction contract(const Equation& equation);

/// The gradient of what is on one side of a pair: that of the pair's result times the other side.
struct SideGradient {
  std::size_t pair = 0;
  /// Both numbered as in a pair: an operand, or what an earlier pair made, whose gradient goes on to its two sides.
  std::size_t value = 0, other = 0;
  /// 0 where nothing is summed: then it is a product element by element.
  Dim macs = 0;
};

/// Of all sides that an operand depends on which needs a gradient, from the last pair to the first.
std::vector<SideGradient> gradients_by_pair(const Equation& equation, const OpContext& context, const std::vector<bool>& needs);

}  // namespace macroscope::einsum
