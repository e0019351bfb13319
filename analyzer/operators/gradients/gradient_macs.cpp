#include "analyzer/operators/gradients/gradient_macs.h"

#include <algorithm>

#include "analyzer/operators/notation/einsum_order.h"
#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

using OperandGradients = std::vector<OperandGradient>;

bool needs_one(const std::vector<bool>& needs, std::size_t operand) { return operand < needs.size() && needs[operand]; }

/// In the gradient of one operand of a nest the result's gradient takes its place: the loops, and their product, stay.
OperandGradients of_loops(const Loops& loops, const Dim& macs, const std::vector<bool>& needs) {
  OperandGradients gradients;
  const std::size_t operands = formula_of(loops.nests.front().formula).operands.size();
  for (std::size_t index = 0; index < operands; ++index)
    if (needs_one(needs, loops.operands[index])) gradients.push_back({loops.operands[index], macs});
  return gradients;
}

/// One product of an activation with weights, whatever the rule spells out besides.
OperandGradients of_product(const Operator& row, const OpContext& context, const Dim& macs, const std::vector<bool>& needs) {
  std::vector<std::size_t> activations, weights;
  for (std::size_t operand = 0; operand < context.input_count(); ++operand) {
    if (!context.has_input(operand)) continue;
    const OperandRole role = row.roles.of(operand);
    if (role == OperandRole::data && is_floating(context.dtype(operand))) activations.push_back(operand);
    if (role == OperandRole::weight || role == OperandRole::packed) weights.push_back(operand);
  }
  if (activations.size() != 1 || weights.size() > 1) throw Unknown();
  OperandGradients gradients;
  for (const std::size_t operand : {activations.front(), weights.empty() ? activations.front() + 1 : weights.front()})
    if (needs_one(needs, operand) && (operand == activations.front() || !weights.empty())) gradients.push_back({operand, macs});
  return gradients;
}

}  // namespace

std::vector<OperandGradient> gradient_macs_of_recurrence(const OpContext& context, const Dim&, const std::vector<bool>& needs) {
  constexpr std::size_t kInput = 0, kWeights = 1, kRecurrence = 2;
  const Shape& input = context.known_shape(kInput);
  const Dim places = input[0] * input[1];
  const Dim of_input = places * context.known_shape(kWeights).elements();
  const Dim of_state = places * context.known_shape(kRecurrence).elements();
  OperandGradients gradients{{kInput, of_state, true}};
  if (needs_one(needs, kInput)) gradients.push_back({kInput, of_input});
  if (needs_one(needs, kWeights)) gradients.push_back({kWeights, of_input});
  if (needs_one(needs, kRecurrence)) gradients.push_back({kRecurrence, of_state});
  return gradients;
}

/// macs = scores * (width of a query and a key + width of a value).
namespace {

/// Queries, keys and values side by side in operand 0, or keys and values in operand 1: all of one width, so that the scores take as many MACs as
/// what they are multiplied with.
OperandGradients of_packed_attention(const OpContext& context, const Dim& macs, const std::vector<bool>& needs) {
  const std::optional<Dim> half = exact_quotient(macs, 2);
  if (!half) throw Unknown();
  if (!context.has_input(1)) return needs_one(needs, 0) ? OperandGradients{{0, macs * 2}} : OperandGradients();
  OperandGradients gradients{{0, *half, true}};
  if (needs_one(needs, 0)) gradients.push_back({0, *half});
  if (needs_one(needs, 1)) gradients.push_back({1, macs});
  return gradients;
}

}  // namespace

std::vector<OperandGradient> gradient_macs_of_attention(const OpContext& context, const Dim& macs,
                                                        const std::vector<bool>& needs) {
  constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;
  if (!context.has_input(kValue)) return of_packed_attention(context, macs, needs);
  const Shape &query = context.known_shape(kQuery), &value = context.known_shape(kValue);
  const auto width = [&](const Shape& shape, std::string_view heads) {
    const Dim& last = shape[shape.rank() - 1];
    return shape.rank() == 4 ? last : floor_div(last, context.integer(heads, context.integer("num_heads", 1)));
  };
  const Dim of_query = width(query, "q_num_heads"), of_value = width(value, "kv_num_heads");
  const std::optional<Dim> scores = exact_quotient(macs, of_query + of_value);
  if (!scores) throw Unknown();
  OperandGradients gradients;
  if (needs_one(needs, kValue)) gradients.push_back({kValue, *scores * of_value});
  if (!needs_one(needs, kQuery) && !needs_one(needs, kKey)) return gradients;
  gradients.push_back({kQuery, *scores * of_value, true});  // the probabilities', on the way to those of queries and keys
  if (needs_one(needs, kQuery)) gradients.push_back({kQuery, *scores * of_query});
  if (needs_one(needs, kKey)) gradients.push_back({kKey, *scores * of_query});
  return gradients;
}

// What belongs to no operand yet is counted with the first that has a part in it.
std::vector<OperandGradient> gradient_macs_of_einsum(const OpContext& context, const Dim&, const std::vector<bool>& needs) {
  OperandGradients gradients;
  for (const einsum::SideGradient& side : einsum::gradients_by_pair(einsum::read_equation(context), context, needs)) {
    const bool is_operand = side.value < context.input_count();
    gradients.push_back({is_operand ? side.value : 0, side.macs, !is_operand});
  }
  return gradients;
}

// Each sample is one value for all output channels: its gradient is the product of the result's with the weights, as many MACs as forward, and
// data, offsets and mask all need it.  What it hands back to the four elements it was interpolated from is no contraction, as the interpolation
// is none.  An offset has two coordinates, and moves the samples of all channels of its group: their gradients are summed over those, times how
// the sample changes; the mask's are summed with the samples.
std::vector<OperandGradient> gradient_macs_of_deformed_convolution(const OpContext& context, const Dim& macs,
                                                                   const std::vector<bool>& needs) {
  constexpr std::size_t kData = 0, kWeights = 1, kOffsets = 2, kMask = 4;
  const Shape &input = context.known_shape(kData), &weight = context.known_shape(kWeights);
  const Shape& output = context.output(0).type.shape;
  if (!output.known()) throw Unknown();
  const Dim samples = input[0] * input[1] * product(output.dims().subspan(2)) * product(weight.dims().subspan(2));
  OperandGradients gradients;
  if (needs_one(needs, kWeights)) gradients.push_back({kWeights, macs});
  if (needs_one(needs, kData) || needs_one(needs, kOffsets) || needs_one(needs, kMask)) gradients.push_back({kData, macs, true});
  if (needs_one(needs, kOffsets)) gradients.push_back({kOffsets, samples * 2});
  if (needs_one(needs, kMask)) gradients.push_back({kMask, samples});
  return gradients;
}

bool may_contract_backwards(const Operator& row, const Dim& macs) {
  // Its gradients are sums over what only the other operands walk, which the forward pass broadcasts.
  const bool may_sum_backwards = row.saves == Saves::factors && row.gradient_macs != nullptr;
  return !macs.is(0) || may_sum_backwards;
}

std::vector<OperandGradient> contraction_gradients(const Operator& row, const OpContext& context, const Dim& macs,
                                                   const std::vector<bool>& needs) {
  if (row.gradient_macs != nullptr) return row.gradient_macs(context, macs, needs);
  if (const auto* loops = std::get_if<Loops>(&row.meaning)) return of_loops(*loops, macs, needs);
  return of_product(row, context, macs, needs);
}

}  // namespace macroscope
