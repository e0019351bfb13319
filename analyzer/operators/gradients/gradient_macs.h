// Gradients of contractions: which operands have one, and at how many multiply-accumulates each?
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
bool may_contract_backwards(const Operator& row, const Dim& macs);

/// Of those operands that need one. \param macs of the node \throws Unknown where the operator's gradients are not known
std::vector<OperandGradient> contraction_gradients(const Operator& row, const OpContext& context, const Dim& macs,
                                                   const std::vector<bool>& needs);

// Rules for rows whose meaning does not say it; `macs` are those of the node. \throws RuleError, Unknown
/// W meets the input, R the state, in every step; the gradient of the state is needed whatever else is.
std::vector<OperandGradient> gradient_macs_of_recurrence(const OpContext& context, const Dim& macs,
                                                         const std::vector<bool>& needs);
/// Queries, keys and values as operands 0 to 2, of which none is packed into another.
std::vector<OperandGradient> gradient_macs_of_attention(const OpContext& context, const Dim& macs,
                                                        const std::vector<bool>& needs);
/// Pair by pair, in the order in which the operands are contracted.
std::vector<OperandGradient> gradient_macs_of_einsum(const OpContext& context, const Dim& macs, const std::vector<bool>& needs);
/// A convolution of samples between the elements of its map: data, weight, offsets, bias, mask.
std::vector<OperandGradient> gradient_macs_of_deformed_convolution(const OpContext& context, const Dim& macs,
                                                                   const std::vector<bool>& needs);

}  // namespace macroscope
