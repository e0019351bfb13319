// Gradients of layers of several loop nests: a product of many operands, attention, a recurrent cell.
#pragma once

#include <string>

#include "analyzer/operators/gradients/gradient.h"
#include "analyzer/operators/op_context.h"

namespace macroscope {

// Rules for rows (Operator::gradient). \throws RuleError, Unknown, also where no formulas are known for what the node's attributes ask for
/// Pair by pair, in the order in which the operands are contracted.
Gradients gradients_of_einsum(const OpContext& context, const Graph& graph);
/// The products of queries with keys and of probabilities with values, the softmax between them.
Gradients gradients_of_attention(const OpContext& context, const Graph& graph);
/// The products of inputs and of states with their weights, the gates between them.
Gradients gradients_of_recurrence(const OpContext& context, const Graph& graph);

/// The gradient of an operand that was broadcast is a sum; empty where it was not.
std::string words_of_repetition(const Shape& operand, const Shape& output);

}  // namespace macroscope
