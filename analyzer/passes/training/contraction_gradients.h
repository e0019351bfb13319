// Gradients of contractions: which are there, and at how many MACs each?
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// The gradient of one operand.
struct OperandGradient {
  std::size_t operand = 0;
  Dim macs;
  /// It is one of what the operator makes on the way from this operand (a recurrent state, attention's probabilities), never a parameter's.
  bool is_state = false;
};

/// Whether a node with so many MACs has gradients with any: an Einsum that only multiplies sums in its gradients.
bool may_contract_backwards(const Node& node, const Dim& macs);

/// Of those operands that need one. \param macs of the node \throws Unknown where the operator's gradients are not known
std::vector<OperandGradient> contraction_gradients(const Operator& row, const OpContext& context, const Dim& macs,
                                                   const std::vector<bool>& needs);

}  // namespace macroscope
