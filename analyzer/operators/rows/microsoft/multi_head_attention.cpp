// Attention of com.microsoft over queries, keys and values that are projected already, as many heads of each.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/gradients/gradient_macs.h"
#include "analyzer/operators/gradients/nest_gradients.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/attention_work.h"

namespace macroscope {
namespace {

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;

/// Where one of these operators has its further operands.
struct OperandIndices {
  std::size_t bias, score_bias, past_key, past_value, past_length;
  /// Without keys, queries hold all three side by side.
  bool packs_in_query;
};

constexpr OperandIndices kMultiHead{3, 5, 6, 7, 8, false};
constexpr OperandIndices kDecoder{10, 4, 5, 6, 7, true};

/// What is known of the heads: lengths of what is new, widths of one head.
struct Heads {
  std::optional<Dim> batch, queries, keys, width, value_width;
};

/// Queries [batch, length, all heads], or all three [batch, length, heads, 3, width].
void read_query(const OpContext& context, const Dim& heads, bool packs_in_query, Heads& found) {
  const Shape& query = context.shape(kQuery);
  if (!query.known()) return;
  require(query.rank() == 3 || query.rank() == 5, "bad-rank", "operand 0 has shape {}, its rank must be 3 or 5", query);
  found.batch = query[0];
  found.queries = query[1];
  if (query.rank() == 5) {
    found.width = found.value_width = query[4];
    found.keys = query[1];
  } else if (packs_in_query && !context.has_input(kKey)) {
    // How the width is shared is known only where values are as wide as keys.
    found.width = found.value_width = exact_quotient(query[2], heads * 3);
    found.keys = query[1];
  } else {
    found.width = exact_share(context, query[2], heads, "width over heads");
  }
}

/// Keys [batch, length, all heads], both [batch, length, heads, 2, width], or those of another sequence [batch, heads, length, width].
void read_key(const OpContext& context, Heads& found) {
  const Shape& key = context.shape(kKey);
  if (!key.known()) return;
  require(key.rank() >= 3 && key.rank() <= 5, "bad-rank", "operand 1 has shape {}, its rank must be 3, 4 or 5", key);
  found.keys = key.rank() == 4 ? key[2] : key[1];
  if (found.batch) context.must_equal(*found.batch, key[0], "batch of query and key");
  if (key.rank() == 5) found.value_width = key[4];
}

void read_value(const OpContext& context, const Dim& heads, Heads& found) {
  const Shape& value = context.shape(kValue);
  if (!value.known()) return;
  require(value.rank() == 3 || value.rank() == 4, "bad-rank", "operand 2 has shape {}, its rank must be 3 or 4", value);
  found.value_width = value.rank() == 4 ? value[3] : exact_share(context, value[2], heads, "width of values over heads");
  if (found.keys) context.must_equal(*found.keys, value.rank() == 4 ? value[2] : value[1], "number of keys and values");
}

Heads heads_of(const OpContext& context, const OperandIndices& operands) {
  const Dim heads = positive(context, "num_heads");
  Heads found;
  read_query(context, heads, operands.packs_in_query, found);
  read_key(context, found);
  read_value(context, heads, found);
  return found;
}

bool shares_buffer(const OpContext& context, const OperandIndices& operands) {
  return context.has_input(operands.past_length) || context.integer("past_present_share_buffer", 0) != 0;
}

/// How many keys a query meets; of a buffer as much as is said to be filled, or else all of it.
std::optional<Dim> keys_of(const OpContext& context, const OperandIndices& operands, const Heads& heads) {
  if (!context.has_input(operands.past_key)) return heads.keys;
  require_rank(context, operands.past_key, 4);
  const Shape& past = context.shape(operands.past_key);
  const auto length = context.scalar(operands.past_length);
  if (length && heads.keys) return *length + *heads.keys;
  if (!past.known()) return std::nullopt;
  if (shares_buffer(context, operands)) return past[2];
  return heads.keys ? std::optional<Dim>(past[2] + *heads.keys) : std::nullopt;
}

Shape present_of(const OpContext& context, const OperandIndices& operands, const Heads& heads, std::size_t past_index,
                 const std::optional<Dim>& width) {
  require_rank(context, past_index, 4);
  const Shape& past = context.shape(past_index);
  if (context.has_input(past_index) && shares_buffer(context, operands)) return past;
  const std::optional<Dim> keys = keys_of(context, operands, heads);
  if (!keys || !heads.batch || !width) return Shape::unknown();
  return {*heads.batch, positive(context, "num_heads"), *keys, *width};
}

template <const OperandIndices& operands>
std::vector<Fact> multi_head_shape(const OpContext& context) {
  require_inputs(context, 1);
  require(context.has_input(operands.past_key) == context.has_input(operands.past_value), "missing-input",
          "past keys and past values come together");
  const Heads heads = heads_of(context, operands);
  const DataType dtype = context.dtype(kQuery);
  const Dim count = positive(context, "num_heads");
  const std::optional<Dim> keys = keys_of(context, operands, heads);
  Shape result = Shape::unknown(), scores = Shape::unknown();
  if (heads.batch && heads.value_width) result = {*heads.batch, *heads.queries, count * *heads.value_width};
  if (heads.batch && keys) scores = {*heads.batch, count, *heads.queries, *keys};
  return {Fact::tensor(dtype, result), Fact::tensor(dtype, present_of(context, operands, heads, operands.past_key, heads.width)),
          Fact::tensor(dtype, present_of(context, operands, heads, operands.past_value, heads.value_width)),
          Fact::tensor(dtype, scores)};
}

AttentionWindow window_of(const OpContext& context) {
  AttentionWindow window;
  if (context.integer("unidirectional", 0) != 0) window.right = 0;
  return window;
}

AxisMap multi_head_axes(const OpContext& context) { return attention_over_tokens(context, window_of(context)); }

/// What attends: q queries of h heads and d elements, k keys with the past, f new ones.
struct Attending {
  Dim batch, heads, queries, keys, new_keys, width, value_width;
};

void set_loops(const Attending& attending, LoopExtents& loops) {
  loops.set("b", attending.batch);
  loops.set("h", attending.heads);
  loops.set("q", attending.queries);
  loops.set("k", attending.keys);
  loops.set("f", attending.new_keys);
  loops.set("d", attending.width);
  loops.set("v", attending.value_width);
}

template <const OperandIndices& operands>
void multi_head_loops(const OpContext& context, LoopExtents& loops) {
  const Heads heads = heads_of(context, operands);
  const std::optional<Dim> keys = keys_of(context, operands, heads);
  if (!heads.batch || !keys || !heads.width || !heads.value_width) throw Unknown();
  set_loops({*heads.batch, positive(context, "num_heads"), *heads.queries, *keys, heads.keys.value_or(0), *heads.width,
             *heads.value_width},
            loops);
}

template <const OperandIndices& operands>
Dim seen_products(const OpContext& context, const Dim& per_pair) {
  const Heads heads = heads_of(context, operands);
  return visible_products(per_pair, *heads.queries, *keys_of(context, operands, heads), window_of(context));
}

/// Keys of another sequence were summed with their bias when they were made.
bool has_own_keys(const OpContext& context) { return !context.has_input(kKey) || context.known_shape(kKey).rank() != 4; }

template <std::size_t index>
bool is_given(const OpContext& context) {
  return context.has_input(index);
}

constexpr std::string_view kText =
    "Q, K, V | when biased: x[b,q,h,d] = Q[b,q,h,d] + bias; when biased, own_keys: y[b,f,h,d] = K?[b,f,h,d] + bias;"
    "when biased, own_keys: w[b,f,h,v] = V?[b,f,h,v] + bias;"
    "S[b,h,q,k] += Q[b,q,h,d] * K?[b,k,h,d]; z[b,h,q,k] = scale * S[b,h,q,k]; when scored: z[b,h,q,k] = z[b,h,q,k] + score_bias;"
    "m[b,h,q] max= z[b,h,q,k]; e[b,h,q,k] = Exp(z[b,h,q,k] - m[b,h,q]); s[b,h,q] += e[b,h,q,k]; P[b,h,q,k] = e[b,h,q,k] / "
    "s[b,h,q];"
    "Y[b,q,h,v] += P[b,h,q,k] * V?[b,k,h,v]";

template <const OperandIndices& operands>
constexpr Lines kMultiHeadLines{
    .text = kText,
    .conditions = {{{"biased", is_given<operands.bias>}, {"scored", is_given<operands.score_bias>}, {"own_keys", has_own_keys}}},
    .loops = multi_head_loops<operands>,
    .shape = multi_head_shape<operands>,
    .axes = multi_head_axes,
    .visible = seen_products<operands>};

// PackedMultiHeadAttention: the tokens of all sequences in a row, none of them padding.  How many keys a token meets only the lengths
// tell: at most as many as the longest sequence has.

constexpr std::size_t kPackedBias = 3, kTokenOffsets = 4, kPackedScoreBias = 6;

struct PackedHeads {
  Dim tokens, width, value_width;
};

/// Queries [tokens, all heads], or all three [tokens, heads, 3, width].
PackedHeads packed_heads(const OpContext& context) {
  const Dim heads = positive(context, "num_heads");
  const Shape& query = context.known_shape(kQuery);
  require(query.rank() == 2 || query.rank() == 4, "bad-rank", "operand 0 has shape {}, its rank must be 2 or 4", query);
  if (query.rank() == 4) return {query[0], query[3], query[3]};
  require_rank(context, kValue, 2);
  return {query[0], exact_share(context, query[1], heads, "width over heads"),
          exact_share(context, context.known_shape(kValue)[1], heads, "width of values over heads")};
}

std::vector<Fact> packed_shape(const OpContext& context) {
  require_inputs(context, 1);
  require_rank(context, kTokenOffsets, 2);
  const DataType dtype = context.dtype(kQuery);
  const Shape& query = context.shape(kQuery);
  if (!query.known() || (query.rank() == 2 && !context.shape(kValue).known())) return {Fact::tensor(dtype)};
  const PackedHeads heads = packed_heads(context);
  return {Fact::tensor(dtype, Shape{heads.tokens, heads.value_width * positive(context, "num_heads")})};
}

void packed_loops(const OpContext& context, LoopExtents& loops) {
  const PackedHeads heads = packed_heads(context);
  set_loops({1, positive(context, "num_heads"), heads.tokens, context.known_shape(kTokenOffsets)[1], heads.tokens, heads.width,
             heads.value_width},
            loops);
}

constexpr Lines kPackedLines{.text = kText,
                             .conditions = {{{"biased", is_given<kPackedBias>},
                                             {"scored", is_given<kPackedScoreBias>},
                                             {"own_keys", [](const OpContext&) { return true; }}}},
                             .loops = packed_loops,
                             .shape = packed_shape};

constexpr AttentionOperands kOperands{.query = 0, .key = 1, .value = 2, .past = {6, 7}, .causal = "unidirectional"};
constexpr AttentionOperands kDecoderOperands{.query = 0, .key = 1, .value = 2, .past = {5, 6}};

constexpr Operator kMultiHeadAttentionRows[] = {
    {.name = "DecoderMaskedMultiHeadAttention",
     .meaning = line_body<kMultiHeadLines<kDecoder>>,
     .roles = "data*7 constant*3 bias",
     .traits = Trait::attention,
     .attention = &kDecoderOperands},
    {.name = "MultiHeadAttention",
     .meaning = line_body<kMultiHeadLines<kMultiHead>>,
     .roles = "data*3 bias data*4 constant data",
     .traits = Trait::attention,
     .gradient = gradients_of_attention,
     .gradient_macs = gradient_macs_of_attention,
     .attention = &kOperands},
    {.name = "PackedMultiHeadAttention", .meaning = line_body<kPackedLines>, .roles = "data*3 bias constant*2 data"},
};

}  // namespace

Family families::microsoft_multi_head_attention() { return {"com.microsoft", "attention", kMultiHeadAttentionRows}; }

}  // namespace macroscope
