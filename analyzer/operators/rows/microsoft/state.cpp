// Operators that carry a state from token to token: linear attention, causal convolutions, state-space models.
#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/window.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/normalization.h"

namespace macroscope {
namespace {

constexpr Effort kSoftplus{.add = 1, .special = 2};
constexpr Effort kSigmoid{.add = 1, .div = 1, .special = 1};

/// A state of [key width, value width] for each head: decayed, corrected by what it already says of a key, added to, read by a query.
struct Recurrence {
  Dim tokens, state_heads, read_heads, key_width, value_width;
  Dim decays;  // per token, all heads
};

void add_recurrence(Work& work, const OpContext& context, const Recurrence& recurrence, DataType dtype) {
  const std::string_view rule = choice(context, "update_rule", "gated_delta", {"linear", "gated", "delta", "gated_delta"});
  const bool decays = rule == "gated" || rule == "gated_delta", corrects = rule == "delta" || rule == "gated_delta";
  const Dim cells = recurrence.tokens * recurrence.key_width * recurrence.value_width;
  work.add_macs(cells * (recurrence.state_heads * (corrects ? 2 : 1) + recurrence.read_heads), dtype);
  if (decays) {
    work.add({.special = 1}, recurrence.tokens * recurrence.decays);
    work.add({.mul = 1}, cells * recurrence.state_heads);
  }
  if (corrects) work.add({.add = 1, .mul = 1}, recurrence.tokens * recurrence.state_heads * recurrence.value_width);
  work.add({.mul = 1}, recurrence.tokens * recurrence.read_heads * recurrence.value_width);
}

// LinearAttention: [batch, tokens, heads * width].

struct LinearHeads {
  Dim queries, keys, key_width, value_width;
};

LinearHeads linear_heads(const OpContext& context) {
  for (const std::size_t index : {0U, 1U, 2U}) require_rank(context, index, 3);
  const Dim queries = positive(context, "q_num_heads"), keys = positive(context, "kv_num_heads");
  return {queries, keys, exact_share(context, context.known_shape(0)[2], queries, "width of queries over heads"),
          exact_share(context, context.known_shape(2)[2], keys, "width of values over heads")};
}

std::vector<Fact> linear_shape(const OpContext& context) {
  require_inputs(context, 3);
  const DataType state = context.has_input(3) ? context.dtype(3) : context.dtype(0);
  if (!context.shape(0).known() || !context.shape(2).known()) return {Fact::tensor(context.dtype(0)), Fact::tensor(state)};
  const LinearHeads heads = linear_heads(context);
  const Dim& batch = context.shape(0)[0];
  Shape present{batch, heads.keys, heads.key_width, heads.value_width};
  if (const std::int64_t window = context.integer("state_window", 0); window > 0)
    present = {window, batch, heads.keys, heads.key_width, heads.value_width};
  return {Fact::tensor(context.dtype(0), with_last(context.shape(0), max(heads.queries, heads.keys) * heads.value_width)),
          Fact::tensor(state, present)};
}

Work linear_work(const OpContext& context) {
  const LinearHeads heads = linear_heads(context);
  const Dim decays = context.has_input(4) ? last_of(context.known_shape(4)) : Dim(0);
  Work work;
  add_recurrence(
      work, context,
      {rows_of(context.known_shape(0)), heads.keys, max(heads.queries, heads.keys), heads.key_width, heads.value_width, decays},
      context.dtype(0));
  return work;
}

std::vector<Fact> gate_shape(const OpContext& context) {
  require_inputs(context, 3);
  const Fact result = Fact::tensor(context.dtype(0), context.shape(0));
  return {result, result};
}

Work gate_work(const OpContext& context) {
  Work work;
  work.add(kSoftplus + Effort{.add = 1, .mul = 1}, elements_of(context.input(0)));
  if (context.has_input(3)) work.add(kSigmoid, elements_of(context.input(3)));
  return work;
}

// GatedDeltaNet: [tokens, heads, width], or with a batch axis before; or all three side by side, whose heads the state tells.

constexpr std::size_t kState = 6, kDecay = 4, kBeta = 5;

struct DeltaHeads {
  Dim tokens, queries, values, key_width, value_width;
  std::vector<Dim> leading;
};

DeltaHeads delta_heads(const OpContext& context) {
  const Shape& query = context.known_shape(0);
  if (context.has_input(1)) {
    const Shape& value = context.known_shape(2);
    require(query.rank() >= 3 && value.rank() == query.rank(), "bad-rank", "queries are {}, values {}", query, value);
    const std::size_t lead = query.rank() - 2;
    return {product(query.dims().first(lead)),
            query[lead],
            value[lead],
            last_of(query),
            last_of(value),
            {query.begin(), query.begin() + static_cast<std::ptrdiff_t>(lead)}};
  }
  const Shape& state = context.known_shape(kState);
  require_rank(context, kState, 4);
  // query + key + value: 2 * heads of queries * key width + heads of values * value width
  const Dim queries = exact_share(context, last_of(query) - state[1] * state[2], state[3] * 2, "packed width over heads");
  return {rows_of(query), queries, state[1], state[3], state[2], {query.begin(), query.end() - 1}};
}

/// Decays of a token: one for each head, or one for each head and place of a key.
Dim decays_of(const OpContext& context, const DeltaHeads& heads) {
  if (!context.has_input(kDecay)) return 0;
  return exact_share(context, elements_of(context.input(kDecay)), heads.tokens, "decays over tokens");
}

std::vector<Fact> delta_shape(const OpContext& context) {
  require_inputs(context, 1);
  const DataType dtype = context.dtype(0);
  const bool is_known = context.shape(0).known() && context.shape(context.has_input(1) ? 2 : kState).known();
  if (!is_known) return {Fact::tensor(dtype), Fact::tensor(DataType::float32), Fact::tensor(DataType::float32)};
  const DeltaHeads heads = delta_heads(context);
  std::vector<Dim> dims = heads.leading;
  dims.push_back(max(heads.queries, heads.values));
  dims.push_back(heads.value_width);
  const Shape& bounds = context.shape(3);
  const Shape& state = context.shape(kState);
  const Dim batch = state.known() ? state[0] : bounds.known() ? bounds[0] - 1 : fresh_extent(context, 1, 0);
  const std::int64_t capacity = context.integer("state_update_capacity", 0);
  Shape update = Shape::unknown();
  if (!context.has_input(kDecay) || context.shape(kDecay).known())
    update = {batch, (decays_of(context, heads) + heads.queries * heads.key_width + heads.values * heads.value_width) * capacity};
  return {Fact::tensor(dtype, Shape(dims)),
          Fact::tensor(DataType::float32, Shape{batch, heads.values, heads.value_width, heads.key_width}),
          Fact::tensor(DataType::float32, update)};
}

Work delta_work(const OpContext& context) {
  const DeltaHeads heads = delta_heads(context);
  const Dim decays = decays_of(context, heads);
  Work work;
  add_recurrence(work, context,
                 {heads.tokens, heads.values, max(heads.queries, heads.values), heads.key_width, heads.value_width, decays},
                 context.dtype(0));
  const std::string_view gate = choice(context, "gate_activation", "none", {"none", "softplus", "qwen", "sigmoid", "kda"});
  if (gate == "softplus" || gate == "qwen") work.add(kSoftplus + Effort{.add = 1, .mul = 1, .special = 1}, heads.tokens * decays);
  if (gate == "sigmoid" || gate == "kda") work.add(kSigmoid + Effort{.add = 1, .mul = 2, .special = 1}, heads.tokens * decays);
  if (context.has_input(kBeta) && context.text("beta_activation", "none") == "sigmoid")
    work.add(kSigmoid, elements_of(context.input(kBeta)));
  if (context.integer("qk_l2_norm", 0) != 0) {
    const Dim vectors = heads.tokens * heads.queries * 2;
    work.add({.add = 1, .mul = 1, .div = 1}, vectors * heads.key_width);
    work.add({.special = 1}, vectors);
  }
  return work;
}

// Replays of what was captured, into a buffer that is handed on.

std::vector<Fact> destination(const OpContext& context) {
  require_inputs(context, 4);
  return {context.input(2)};
}

/// metadata: five places; then heads and width of values, width and heads of keys, capacity, number of transitions.
Work replay_work(const OpContext& context) {
  constexpr std::size_t kValueHeads = 5, kValueWidth = 6, kKeyWidth = 7, kKept = 10;
  const auto metadata = context.numbers(3);
  if (!metadata) throw Unknown();
  require(metadata->size() > kKept, "bad-operand", "metadata holds {} integers, not 11", metadata->size());
  const Dim cells = Dim((*metadata)[kValueHeads]) * (*metadata)[kValueWidth] * (*metadata)[kKeyWidth] * (*metadata)[kKept];
  Work work;
  work.add_macs(cells, context.dtype(0));
  work.add({.mul = 1}, cells);
  return work;
}

// Causal convolutions of each channel by itself: [batch, channels, ..], or channels last.

struct Causal {
  Dim taps, history;
};

Causal causal_of(const OpContext& context) {
  const Shape& weight = context.known_shape(1);
  require_rank_at_least(context, 1, 3);
  const Dim dilation = context.integer("dilation", 1);
  const std::int64_t stated = context.integer("state_length", 0);
  return {product(weight.dims().subspan(2)), stated > 0 ? Dim(stated) : (last_of(weight) - 1) * dilation};
}

std::vector<Fact> causal_shape(const OpContext& context) {
  require_inputs(context, 2);
  const DataType dtype = context.dtype(0);
  const Shape& input = context.shape(0);
  if (!input.known() || !context.shape(1).known()) return {Fact::tensor(dtype), Fact::tensor(dtype), Fact::tensor(dtype)};
  require_rank_at_least(context, 0, 3);
  const Causal causal = causal_of(context);
  const bool is_last = context.integer("channels_last", 0) != 0;
  const std::int64_t sliced = context.integer("input_channels", 0);
  const Shape output = sliced > 0 ? with_last(input, sliced) : input;
  const std::int64_t layout = context.integer("state_channels_last", -1);
  std::vector<Dim> state(output.begin(), output.end());
  if (is_last && layout != 0) {
    state[1] = causal.history;
  } else if (is_last) {
    state = {output[0], last_of(output), causal.history};
  } else {
    state.back() = causal.history;
  }
  if (const std::int64_t window = context.integer("state_window", 0); window > 0) state.insert(state.begin(), window);
  const Dim channels = is_last ? product(output.dims().subspan(2)) : output[1];
  const Shape update{output[0], context.integer("state_update_capacity", 0), channels};
  return {Fact::tensor(dtype, output), Fact::tensor(dtype, Shape(state)), Fact::tensor(dtype, update)};
}

void add_causal(Work& work, const OpContext& context, const Dim& elements, std::size_t bias) {
  work.add_macs(elements * causal_of(context).taps, context.dtype(0));
  Effort effort = effort_of_activation(context.text("activation", "none"));
  if (context.has_input(bias)) effort.add += 1;
  work.add(effort, elements);
}

Work causal_work(const OpContext& context) {
  const Shape& output = context.output(0).type.shape;
  if (!output.known()) throw Unknown();
  Work work;
  add_causal(work, context, output.elements(), 2);
  if (context.has_input(3)) return work;
  // Without a past the first steps read padding.
  const Dim& steps = context.integer("channels_last", 0) != 0 ? output[1] : last_of(output);
  const Dim& taps = last_of(context.known_shape(1));
  const std::int64_t dilation = context.integer("dilation", 1);
  const Window window{taps, 1, dilation, (taps - 1) * dilation, 0};
  const Dim others = exact_share(context, work.macs, steps * taps, "places beside the causal axis");
  work.effective_macs = others * taps_inside(window, steps, steps);
  return work;
}

/// [tokens, channels] of several sequences in a row.
std::vector<Fact> packed_causal_shape(const OpContext& context) {
  require(context.has_input(0) && context.has_input(1) && context.has_input(4), "missing-input",
          "input, weight or initial state is left out");
  require_rank(context, 0, 2);
  require_rank(context, 4, 3);
  const Shape &input = context.shape(0), &state = context.shape(4);
  const bool is_known = input.known() && state.known();
  return {Fact::tensor(context.dtype(0), input), context.input(4),
          Fact::tensor(context.dtype(0),
                       is_known ? Shape{state[0], context.integer("state_update_capacity", 0), input[1]} : Shape::unknown())};
}

Work packed_causal_work(const OpContext& context) {
  Work work;
  add_causal(work, context, elements_of(context.input(0)), 3);
  // Taps that are given anew for each token, added to those of the weight; the previous token may be masked.
  if (context.has_input(6)) work.add({.add = 1}, elements_of(context.input(6)));
  if (context.has_input(7)) work.add({.mul = 1}, elements_of(context.input(0)));
  return work;
}

// Mamba2Verify: projection [rows, 2 * inner + 2 * groups * state + heads].

struct Mamba {
  Dim rows, heads, inner, groups, state, channels;
};

Mamba mamba_of(const OpContext& context) {
  require_rank(context, 0, 2);
  const Dim heads = positive(context, "heads"), groups = positive(context, "n_groups"), state = context.integer("d_state", 128);
  const Dim inner = heads * context.integer("head_dim", 64);
  return {context.known_shape(0)[0], heads, inner, groups, state, inner + groups * state * 2};
}

std::vector<Fact> mamba_shape(const OpContext& context) {
  require_inputs(context, 10);
  const DataType dtype = context.dtype(0);
  if (!context.shape(0).known())
    return {Fact::tensor(dtype), context.input(1), context.input(2), Fact::tensor(dtype), Fact::tensor(DataType::float32)};
  const Mamba mamba = mamba_of(context);
  const Shape readout{mamba.rows, mamba.inner};
  return {Fact::tensor(dtype, readout), context.input(1), context.input(2),
          Fact::tensor(dtype, Shape{mamba.rows, mamba.channels}), Fact::tensor(DataType::float32, readout)};
}

/// S = exp(A dt) S + (dt x) B, readout D x + sum(C S), gated and normalized per group.
Work mamba_work(const OpContext& context) {
  constexpr int kTaps = 4;
  const Mamba mamba = mamba_of(context);
  const Dim cells = mamba.rows * mamba.inner * mamba.state, elements = mamba.rows * mamba.inner;
  Work work;
  work.add_macs(mamba.rows * mamba.channels * kTaps, context.dtype(0));
  work.add_macs(cells * 2, DataType::float32);
  work.add(kSilu + Effort{.add = 1}, mamba.rows * mamba.channels);
  work.add(kSoftplus + Effort{.add = 1, .mul = 1, .compare = 1, .special = 1}, mamba.rows * mamba.heads);
  work.add({.mul = 1}, cells);
  work.add(kSilu + Effort{.add = 1, .mul = 3}, elements);
  add_rms_normalization(work, elements, mamba.rows * mamba.groups);
  return work;
}

constexpr std::string_view kRecurrenceCost =
    "per token key width * value width MACs for each head's update, as many again to correct it (delta), and for each head read; "
    "1 mul per cell and "
    "1 special per decay (gated); 1 add, 1 mul per value (delta), 1 mul per output element";

constexpr Operator kStateRows[] = {
    {.name = "CausalConvWithState",
     .meaning = Rules{causal_shape, causal_work},
     .roles = "data weight bias data",
     .cost = "elements * taps MACs; 1 add per element for the bias, the activation"},
    {"ConvStateReplay", Moves{destination}, "data*3 constant"},
    {.name = "GatedDeltaNet",
     .meaning = Rules{delta_shape, delta_work},
     .roles = "data*3 constant data*3 weight*2 constant*2",
     .cost = kRecurrenceCost},
    {.name = "GatedDeltaNetStateReplay",
     .meaning = Rules{destination, replay_work},
     .roles = "data*3 constant",
     .cost = "heads * value width * key width * transitions MACs, and as many mul"},
    {.name = "LinearAttention", .meaning = Rules{linear_shape, linear_work}, .cost = kRecurrenceCost},
    {.name = "LinearAttentionGate",
     .meaning = Rules{gate_shape, gate_work},
     .roles = "data bias weight data",
     .cost = "2 special, 2 add, 1 mul per decay; a sigmoid per rate"},
    {.name = "Mamba2Verify",
     .meaning = Rules{mamba_shape, mamba_work},
     .roles = "data*3 weight bias*2 weight*3 constant",
     .cost = "4 MACs per channel of the convolution; 2 * inner * state MACs per row, as many mul for the decay; SiLU, Softplus, "
             "RMSNormalization per group"},
    {.name = "VarlenCausalConvWithState",
     .meaning = Rules{packed_causal_shape, packed_causal_work},
     .roles = "data weight constant bias data constant",
     .cost = "elements * taps MACs; 1 add per element for the bias, the activation"},
};

}  // namespace

Family families::microsoft_state() { return {"com.microsoft", "state from token to token", kStateRows}; }

}  // namespace macroscope
