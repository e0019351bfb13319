#include "analyzer/passes/training/contraction_gradients.h"

#include <algorithm>

#include "analyzer/operators/notation/einsum_order.h"
#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

using Gradients = std::vector<OperandGradient>;

bool needs_one(const std::vector<bool>& needs, std::size_t operand) { return operand < needs.size() && needs[operand]; }

/// In the gradient of one operand of a nest the result's gradient takes its place: the loops, and their product, stay.
Gradients of_loops(const Loops& loops, const Dim& macs, const std::vector<bool>& needs) {
  Gradients gradients;
  const std::size_t operands = formula_of(loops.nest.formula).operands.size();
  for (std::size_t index = 0; index < operands; ++index)
    if (needs_one(needs, loops.operands[index])) gradients.push_back({loops.operands[index], macs});
  return gradients;
}

/// W meets the input, R the state, in every step; the gradient of the state is needed whatever else is.
Gradients of_recurrence(const OpContext& context, const std::vector<bool>& needs) {
  constexpr std::size_t kInput = 0, kWeights = 1, kRecurrence = 2;
  const Shape& input = context.known_shape(kInput);
  const Dim places = input[0] * input[1];
  const Dim of_input = places * context.known_shape(kWeights).elements();
  const Dim of_state = places * context.known_shape(kRecurrence).elements();
  Gradients gradients{{kInput, of_state, true}};
  if (needs_one(needs, kInput)) gradients.push_back({kInput, of_input});
  if (needs_one(needs, kWeights)) gradients.push_back({kWeights, of_input});
  if (needs_one(needs, kRecurrence)) gradients.push_back({kRecurrence, of_state});
  return gradients;
}

/// macs = scores * (width of a query and a key + width of a value).
Gradients of_attention(const OpContext& context, const Dim& macs, const std::vector<bool>& needs) {
  constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;
  const Shape &query = context.known_shape(kQuery), &value = context.known_shape(kValue);
  const auto width = [&](const Shape& shape, std::string_view heads) {
    const Dim& last = shape[shape.rank() - 1];
    return shape.rank() == 4 ? last : floor_div(last, context.integer(heads, context.integer("num_heads", 1)));
  };
  const Dim of_query = width(query, "q_num_heads"), of_value = width(value, "kv_num_heads");
  const std::optional<Dim> scores = exact_quotient(macs, of_query + of_value);
  if (!scores) throw Unknown();
  Gradients gradients;
  if (needs_one(needs, kValue)) gradients.push_back({kValue, *scores * of_value});
  if (!needs_one(needs, kQuery) && !needs_one(needs, kKey)) return gradients;
  gradients.push_back({kQuery, *scores * of_value, true});  // the probabilities', on the way to those of queries and keys
  if (needs_one(needs, kQuery)) gradients.push_back({kQuery, *scores * of_query});
  if (needs_one(needs, kKey)) gradients.push_back({kKey, *scores * of_query});
  return gradients;
}

/// Pair by pair; what belongs to no operand yet is counted with the first that has a part in it.
Gradients of_einsum(const OpContext& context, const std::vector<bool>& needs) {
  Gradients gradients;
  for (const einsum::SideGradient& side : einsum::gradients_by_pair(einsum::read_equation(context), context, needs)) {
    const bool is_operand = side.value < context.input_count();
    gradients.push_back({is_operand ? side.value : 0, side.macs, !is_operand});
  }
  return gradients;
}

char letter_of(const Operator& row, std::size_t operand) { return row.roles[std::min(operand, row.roles.size() - 1)]; }

/// One product of an activation with weights, whatever the rule spells out besides.
Gradients of_product(const Operator& row, const OpContext& context, const Dim& macs, const std::vector<bool>& needs) {
  std::vector<std::size_t> activations, weights;
  for (std::size_t operand = 0; operand < context.input_count(); ++operand) {
    if (!context.has_input(operand)) continue;
    const char letter = letter_of(row, operand);
    if (letter == 'x' && is_floating(context.dtype(operand))) activations.push_back(operand);
    if (letter == 'w' || letter == 'p') weights.push_back(operand);
  }
  if (activations.size() != 1 || weights.size() > 1) throw Unknown();
  Gradients gradients;
  for (const std::size_t operand : {activations.front(), weights.empty() ? activations.front() + 1 : weights.front()})
    if (needs_one(needs, operand) && (operand == activations.front() || !weights.empty())) gradients.push_back({operand, macs});
  return gradients;
}

}  // namespace

bool may_contract_backwards(const Node& node, const Dim& macs) {
  return !macs.is(0) || (node.op == "Einsum" && node.domain.empty());
}

std::vector<OperandGradient> contraction_gradients(const Operator& row, const OpContext& context, const Dim& macs,
                                                   const std::vector<bool>& needs) {
  const std::string_view op = context.node().op, domain = context.node().domain;
  if (const auto* loops = std::get_if<Loops>(&row.meaning)) return of_loops(*loops, macs, needs);
  if (domain.empty() && (op == "RNN" || op == "GRU" || op == "LSTM")) return of_recurrence(context, needs);
  const bool is_attention = op == "Attention" || op == "FlexAttention";
  if (is_attention && domain != "com.microsoft") return of_attention(context, macs, needs);
  if (op == "MultiHeadAttention" && context.has_input(1) && context.has_input(2)) return of_attention(context, macs, needs);
  if (domain.empty() && op == "Einsum") return of_einsum(context, needs);
  return of_product(row, context, macs, needs);
}

}  // namespace macroscope
