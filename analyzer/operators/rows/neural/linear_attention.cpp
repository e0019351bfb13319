// Operators of recurrent attention: a state of fixed size in place of all keys, and the short convolution in front of it.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/neural/attention_work.h"

namespace macroscope {
namespace {

constexpr std::size_t kValue = 2, kPastState = 3, kDecay = 4, kBeta = 5;

/// What an update rule does besides adding the product of key and value to the state.
struct Update {
  bool decays = false;
  bool corrects = false;  // by what the state already says of the key
};

Update update_of(const OpContext& context) {
  const std::string_view rule = choice(context, "update_rule", "gated_delta", {"linear", "gated", "delta", "gated_delta"});
  return {rule == "gated" || rule == "gated_delta", rule == "delta" || rule == "gated_delta"};
}

struct Extents {
  std::int64_t heads, state_heads;
  Dim batch, steps, width, value_width;
};

std::int64_t heads_of(const OpContext& context, std::string_view name) {
  const auto heads = context.integer(name);
  require(heads && *heads > 0, "bad-attribute", "{} must be given and above 0", name);
  return *heads;
}

/// \throws Unknown
Extents extents_of(const OpContext& context) {
  const std::int64_t heads = heads_of(context, "q_num_heads");
  const std::int64_t state_heads = heads_of(context, "kv_num_heads");
  const Shape& query = context.known_shape(0);
  const Shape& value = context.known_shape(kValue);
  return {heads,
          state_heads,
          query[0],
          query[1],
          exact_share(context, query[2], heads, "width of the query over heads"),
          exact_share(context, value[2], state_heads, "width of the value over heads")};
}

void check_gate(const OpContext& context, std::size_t index, bool wanted, std::string_view name) {
  require(context.has_input(index) == wanted, "bad-operand", "update_rule '{}' {} {}", context.text("update_rule", "gated_delta"),
          wanted ? "needs" : "forbids", name);
  require_rank(context, index, 3);
}

void check_last_extent(const OpContext& context, std::size_t index, const Dim& one, const Dim& other) {
  if (!context.shape(index).known()) return;
  const Dim& last = context.shape(index)[2];
  require(equal(last, one) != Certainty::never || equal(last, other) != Certainty::never, "shape-mismatch",
          "the last extent of operand {} is {}, not {} or {}", index, last, one, other);
}

std::vector<Fact> linear_attention_shape(const OpContext& context) {
  require_inputs(context, 3);
  const Update update = update_of(context);
  const std::int64_t heads = heads_of(context, "q_num_heads");
  const std::int64_t state_heads = heads_of(context, "kv_num_heads");
  require(heads % state_heads == 0, "bad-attribute", "q_num_heads {} is no multiple of kv_num_heads {}", heads, state_heads);
  for (std::size_t index = 0; index <= kValue; ++index) require_rank(context, index, 3);
  require_rank(context, kPastState, 4);
  check_gate(context, kDecay, update.decays, "a decay");
  check_gate(context, kBeta, update.corrects, "an update rate");
  const DataType state_type = context.has_input(kPastState) ? context.dtype(kPastState) : context.dtype(0);
  if (!context.shape(0).known() || !context.shape(kValue).known())
    return {Fact::tensor(context.dtype(0)), Fact::tensor(state_type)};
  const Extents extents = extents_of(context);
  check_last_extent(context, kDecay, state_heads, extents.width * state_heads);
  check_last_extent(context, kBeta, 1, state_heads);
  return {Fact::tensor(context.dtype(0), Shape{extents.batch, extents.steps, context.shape(kValue)[2] * (heads / state_heads)}),
          Fact::tensor(state_type, Shape{extents.batch, state_heads, extents.width, extents.value_width})};
}

Work linear_attention_work(const OpContext& context) {
  const Update update = update_of(context);
  const Extents extents = extents_of(context);
  const Dim steps = extents.batch * extents.steps;
  const Dim state = extents.width * extents.value_width;
  const Dim states = steps * extents.state_heads;
  Work work;
  work.add_macs(states * state * (update.corrects ? 2 : 1) + steps * extents.heads * state, context.dtype(0));
  if (update.decays) {
    work.add({.mul = 1}, states * state);
    work.add({.special = 1}, elements_of(context.input(kDecay)));
  }
  if (update.corrects) work.add({.add = 1, .mul = 1}, states * extents.value_width);
  work.add({.mul = 1}, steps * extents.heads * extents.value_width);
  return work;
}

// CausalConvWithState.

std::vector<Fact> causal_convolution_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_same_dtype(context, {0, 1, 2, 3});
  choice(context, "activation", "none", {"none", "silu", "swish"});
  require_rank(context, 0, 3);
  require_rank(context, 1, 3);
  require_rank(context, 2, 1);
  require_rank(context, 3, 3);
  const Shape& input = context.shape(0);
  const Shape& weight = context.shape(1);
  Shape state = context.shape(3);
  if (input.known() && weight.known()) {
    context.must_equal(input[1], weight[0], "channels");
    context.must_equal(weight[1], 1, "channels of a group");
    require(at_least(weight[2], 1) != Certainty::never, "bad-extent", "the kernel has extent {}", weight[2]);
    state = Shape{input[0], input[1], weight[2] - 1};
  }
  return {Fact::tensor(context.dtype(0), input), Fact::tensor(context.dtype(0), state)};
}

Work causal_convolution_work(const OpContext& context) {
  const Shape& input = context.known_shape(0);
  const Dim& taps = context.known_shape(1)[2];
  const Dim rows = input[0] * input[1];
  Work work;
  const Dim macs = rows * input[2] * taps;
  const auto kernel = taps.number();
  // Without a past the first positions read padding.
  const bool is_padded = !context.has_input(3) && kernel && *kernel > 0;
  work.add_macs(macs, is_padded ? rows * visible_pairs(input[2], input[2], {.left = *kernel - 1, .right = 0}) : macs,
                context.dtype(0));
  if (context.has_input(2)) work.add({.add = 1}, input.elements());
  if (context.text("activation", "none") != "none") work.add({.add = 1, .mul = 1, .div = 1, .special = 1}, input.elements());
  return work;
}

/// An element reads as many before it as there are further taps.
AxisMap causal_convolution_axes(const OpContext& context) {
  const Shape &input = context.known_shape(0), &weight = context.known_shape(1);
  AxisMap map;
  const std::size_t last = input.rank() - 1;
  map.reads(0, 0, axis_maps::same_but(input, last, AccessMap::along(last, 1, 1 - weight[weight.rank() - 1], 0)));
  return map;
}

/// A state holds what came before: every step reads up to itself.
AxisMap linear_attention_axes(const OpContext& context) {
  AxisMap map;
  for (std::size_t operand = 0; operand < context.input_count(); ++operand) {
    if (!context.has_input(operand) || !context.shape(operand).known()) continue;
    const Shape& shape = context.shape(operand);
    std::vector<AccessMap> axes = axis_maps::whole_between(shape, 1, shape.rank());
    axes[0] = AccessMap::along(0);
    if (operand != kPastState && shape.rank() == 3) axes[1] = operand == 0 ? AccessMap::along(1) : AccessMap::up_to(1);
    map.reads(0, operand, std::move(axes));
  }
  return map;
}

constexpr Operator kLinearAttentionRows[] = {
    {"CausalConvWithState", Rules{causal_convolution_shape, causal_convolution_work, causal_convolution_axes},
     "data weight bias data", 27, "kernel MACs per element; 1 add for the bias; as Swish where activation says so"},
    {.name = "LinearAttention",
     .meaning = Rules{linear_attention_shape, linear_attention_work, linear_attention_axes},
     .since = 27,
     .cost = "width * value width MACs per step for each state (twice with a delta rule) and each query head; a decay 1 mul per "
             "element "
             "of the state and "
             "1 special per gate, a delta rule 1 add and 1 mul per element of the value, 1 mul per output element for the scale"},
};

}  // namespace

Family families::linear_attention() { return {"", "linear attention", kLinearAttentionRows}; }

}  // namespace macroscope
