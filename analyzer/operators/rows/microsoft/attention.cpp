// Attention of com.microsoft that projects queries, keys and values itself, from weights side by side in one matrix or in several.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/attention_work.h"

namespace macroscope {
namespace {

/// Where one of these operators has its operands.
struct OperandIndices {
  std::size_t weights = 1, bias = 2;
  std::size_t past = kNoOperand;
  std::size_t past_length = kNoOperand;
  std::size_t score_bias = kNoOperand;
  /// Operand whose dtype the result has.
  std::size_t result_type = 0;
};

constexpr OperandIndices kAttention{.past = 4, .past_length = 6, .score_bias = 5};
constexpr OperandIndices kDecoder{.past = 4, .past_length = 6, .score_bias = 5};
constexpr OperandIndices kQuantized{.past = 8, .result_type = 3};
constexpr OperandIndices kPacked{.score_bias = 5};

/// Widths of all heads together of queries, keys and values.
struct Widths {
  Dim query, key, value;
  [[nodiscard]] Dim all() const { return query + key + value; }
};

Widths widths_of(const OpContext& context, const OperandIndices& operands) {
  const Dim& columns = context.known_shape(operands.weights)[1];
  if (const auto sizes = context.integer_list("qkv_hidden_sizes")) {
    require(sizes->size() == 3, "bad-attribute", "qkv_hidden_sizes holds {} sizes, not 3", sizes->size());
    const Widths widths{(*sizes)[0], (*sizes)[1], (*sizes)[2]};
    context.must_equal(widths.all(), columns, "qkv_hidden_sizes and columns of the weights");
    return widths;
  }
  const Dim third = exact_share(context, columns, 3, "columns of the weights for queries, keys and values");
  return {third, third, third};
}

void check_projection(const OpContext& context, const OperandIndices& operands, std::size_t rank) {
  require_inputs(context, operands.weights + 1);
  positive(context, "num_heads");
  require_rank(context, 0, rank);
  require_rank(context, operands.weights, 2);
  if (context.shape(0).known() && context.shape(operands.weights).known())
    context.must_equal(last_of(context.shape(0)), context.shape(operands.weights)[0],
                       "width of the input and rows of the weights");
}

/// Keys and values so far, [2, batch, heads, length, width]: those of the past and the new ones, unless both share one buffer.
Shape present_of(const OpContext& context, const OperandIndices& operands, const Widths& widths) {
  const Shape& input = context.shape(0);
  const Dim width = exact_share(context, widths.key, positive(context, "num_heads"), "width over heads");
  Dim length = input[1];
  if (context.has_input(operands.past)) {
    const Shape& past = context.shape(operands.past);
    require_rank(context, operands.past, 5);
    if (!past.known() || context.integer("past_present_share_buffer", 0) != 0) return past;
    length += past[3];
  }
  return {2, input[0], positive(context, "num_heads"), length, width};
}

/// How many keys a query meets; of a buffer as much as is said to be filled, or else all of it.
Dim keys_of(const OpContext& context, const OperandIndices& operands) {
  const Dim& fresh = context.known_shape(0)[1];
  if (!context.has_input(operands.past)) return fresh;
  if (const auto length = context.scalar(operands.past_length)) return *length + fresh;
  const Dim& past = context.known_shape(operands.past)[3];
  return context.integer("past_present_share_buffer", 0) != 0 ? past : past + fresh;
}

template <const OperandIndices& operands>
std::vector<Fact> projected_shape(const OpContext& context) {
  check_projection(context, operands, 3);
  const DataType dtype = context.dtype(operands.result_type);
  if (!context.shape(0).known() || !context.shape(operands.weights).known()) return {Fact::tensor(dtype), Fact::tensor(dtype)};
  const Widths widths = widths_of(context, operands);
  return {Fact::tensor(dtype, with_last(context.shape(0), widths.value)),
          Fact::tensor(dtype, present_of(context, operands, widths))};
}

AttentionWindow window_of(const OpContext& context) {
  AttentionWindow window;
  if (context.integer("unidirectional", 0) != 0) window.right = 0;
  return window;
}

/// The first operand is projected to queries, keys and values; weights stand where these would.
AxisMap projected_axes(const OpContext& context) {
  const Shape& input = context.known_shape(0);
  if (input.rank() != 3) throw Unknown();
  AxisMap map;
  map.reads(0, 0, {AccessMap::along(0), visible_keys(input[1], input[1], window_of(context), 1), AccessMap::whole(input[2])});
  for (std::size_t operand = 3; operand < context.input_count(); ++operand)
    if (context.has_input(operand) && context.shape(operand).known())
      map.reads(0, operand, axis_maps::whole_between(context.shape(operand), 0, context.shape(operand).rank()));
  return map;
}

void add_scores(Work& work, const OpContext& context, const OperandIndices& operands, const Widths& widths, DataType dtype) {
  const Shape& input = context.known_shape(0);
  const Dim heads = positive(context, "num_heads");
  const AttentionExtents extents{input[0],
                                 heads,
                                 input[1],
                                 keys_of(context, operands),
                                 exact_share(context, widths.query, heads, "width over heads"),
                                 exact_share(context, widths.value, heads, "width over heads")};
  add_attention(work, extents, window_of(context), dtype);
  if (context.has_input(operands.score_bias)) work.add({.add = 1}, extents.batch * heads * extents.queries * extents.keys);
  if (context.integer("do_rotary", 0) == 0) return;
  const std::int64_t partial = context.integer("rotary_embedding_dim", 0);
  work.add({.add = 1, .mul = 2}, rows_of(input) * (partial > 0 ? heads * 2 * partial : widths.query + widths.key));
}

/// Rows of b samples and q tokens, i inputs projected to c columns, h heads of d elements and v of the values, k keys, r rotated elements.
void set_loops(const OpContext& context, const Widths& widths, const Dim& batch, const Dim& queries, const Dim& keys,
               LoopExtents& loops) {
  const Dim heads = positive(context, "num_heads");
  const std::int64_t partial = context.integer("rotary_embedding_dim", 0);
  loops.set("b", batch);
  loops.set("q", queries);
  loops.set("i", last_of(context.known_shape(0)));
  loops.set("c", widths.all());
  loops.set("h", heads);
  loops.set("k", keys);
  loops.set("d", exact_share(context, widths.query, heads, "width over heads"));
  loops.set("v", exact_share(context, widths.value, heads, "width over heads"));
  loops.set("r", partial > 0 ? heads * 2 * partial : widths.query + widths.key);
}

template <const OperandIndices& operands>
void projected_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& input = context.known_shape(0);
  set_loops(context, widths_of(context, operands), input[0], input[1], keys_of(context, operands), loops);
}

template <const OperandIndices& operands>
Dim seen_products(const OpContext& context, const Dim& per_pair) {
  return visible_products(per_pair, context.known_shape(0)[1], keys_of(context, operands), window_of(context));
}

template <std::size_t index>
bool is_given(const OpContext& context) {
  return context.has_input(index);
}
bool is_rotated(const OpContext& context) { return context.integer("do_rotary", 0) != 0; }

constexpr std::string_view kText =
    "X, W | a[b,q,c] += X[b,q,i] * W[i,c]; when biased: a[b,q,c] = a[b,q,c] + bias;"
    "when rotated: t[b,q,r] = a[b,q,r] * cosines + a[b,q,r+1] * sines; S[b,h,q,k] += a[b,q,h,d] * a[b,k,h,d];"
    "z[b,h,q,k] = scale * S[b,h,q,k]; when scored: z[b,h,q,k] = z[b,h,q,k] + score_bias;"
    "m[b,h,q] max= z[b,h,q,k]; e[b,h,q,k] = Exp(z[b,h,q,k] - m[b,h,q]); s[b,h,q] += e[b,h,q,k]; P[b,h,q,k] = e[b,h,q,k] / "
    "s[b,h,q];"
    "Y[b,q,h,v] += P[b,h,q,k] * a[b,k,h,v]";

template <const OperandIndices& operands>
constexpr Lines projected_by(AxisRule axes) {
  return {
      .text = kText,
      .conditions = {{{"biased", is_given<operands.bias>}, {"scored", is_given<operands.score_bias>}, {"rotated", is_rotated}}},
      .loops = projected_loops<operands>,
      .shape = projected_shape<operands>,
      .axes = axes,
      .visible = seen_products<operands>};
}
constexpr Lines kAttentionLines = projected_by<kAttention>(projected_axes);
constexpr Lines kDecoderLines = projected_by<kDecoder>(nullptr);

/// The projection is one of integers, scaled and summed with the bias to floats, which the rest computes in.
constexpr Lines kQuantizedLines{
    .text =
        "X, W, bias, x_scale | A[b,q,c] += X[b,q,i] * W[i,c]; a[b,q,c] = A[b,q,c] * x_scale[..] + bias;"
        "when rotated: t[b,q,r] = a[b,q,r] * cosines + a[b,q,r+1] * sines; S[b,h,q,k] += a[b,q,h,d] * a[b,k,h,d];"
        "z[b,h,q,k] = scale * S[b,h,q,k]; m[b,h,q] max= z[b,h,q,k]; e[b,h,q,k] = Exp(z[b,h,q,k] - m[b,h,q]);"
        "s[b,h,q] += e[b,h,q,k]; P[b,h,q,k] = e[b,h,q,k] / s[b,h,q]; Y[b,q,h,v] += P[b,h,q,k] * a[b,k,h,v]",
    .conditions = {{{"rotated", is_rotated}}},
    .loops = projected_loops<kQuantized>,
    .shape = projected_shape<kQuantized>,
    .axes = projected_axes,
    .visible = seen_products<kQuantized>};

// PackedAttention: the tokens of all sequences in a row, none of them padding.  How many keys a token meets only the lengths tell: at most
// as many as the longest sequence has.

constexpr std::size_t kTokenOffsets = 3;

std::vector<Fact> packed_shape(const OpContext& context) {
  check_projection(context, kPacked, 2);
  require_rank(context, kTokenOffsets, 2);
  const bool is_known = context.shape(0).known() && context.shape(kPacked.weights).known();
  return {Fact::tensor(context.dtype(0),
                       is_known ? with_last(context.shape(0), widths_of(context, kPacked).value) : Shape::unknown())};
}

void packed_loops(const OpContext& context, LoopExtents& loops) {
  set_loops(context, widths_of(context, kPacked), 1, context.known_shape(0)[0], context.known_shape(kTokenOffsets)[1], loops);
}

constexpr Lines kPackedLines{.text = kText,
                             .conditions = {{{"biased", [](const OpContext&) { return true; }},
                                             {"scored", is_given<kPacked.score_bias>},
                                             {"rotated", [](const OpContext&) { return false; }}}},
                             .loops = packed_loops,
                             .shape = packed_shape};

// QOrderedAttention: three weights, everything in 8 bits.

constexpr std::size_t kOrderedWeights[] = {5, 6, 7};

Widths ordered_widths(const OpContext& context) {
  for (const std::size_t index : kOrderedWeights) require_rank(context, index, 2);
  return {context.known_shape(kOrderedWeights[0])[1], context.known_shape(kOrderedWeights[1])[1],
          context.known_shape(kOrderedWeights[2])[1]};
}

std::vector<Fact> ordered_shape(const OpContext& context) {
  require_inputs(context, 14);
  positive(context, "num_heads");
  require_rank(context, 0, 3);
  const Shape& values = context.shape(kOrderedWeights[2]);
  return {Fact::tensor(context.dtype(0),
                       values.known() ? with_last(context.shape(0), ordered_widths(context).value) : Shape::unknown())};
}

Work ordered_work(const OpContext& context) {
  const Shape& input = context.known_shape(0);
  const Widths widths = ordered_widths(context);
  Work work;
  work.add_macs(input.elements() * widths.all(), context.dtype(0));
  // Each product is scaled and rounded back to 8 bits; those of the projections have a bias.
  work.add({.add = 1, .mul = 1, .compare = 2}, rows_of(input) * widths.all());
  constexpr OperandIndices kNoPast{};
  add_scores(work, context, kNoPast, widths, context.dtype(0));
  work.add({.mul = 1, .compare = 2}, rows_of(input) * widths.value);
  return work;
}

// DecoderAttention: [length, batch, width]; flags that are operands choose between self and cross attention, with or without a cache.

constexpr std::size_t kQuery = 0, kKey = 1, kKeyCache = 6, kStaticKeys = 8, kUsesPast = 9;

std::optional<bool> flag(const OpContext& context, std::size_t index) {
  const auto content = context.scalar(index);
  return content ? std::optional<bool>(!content->is(0)) : std::nullopt;
}

/// How many are projected to keys: the queries in self attention, the keys in cross attention, none where a cache has them all.
struct DecoderKeys {
  Dim projected;
  Dim all;
};

/// Empty where the flags are not known.
std::optional<DecoderKeys> decoder_keys(const OpContext& context) {
  const Dim &queries = context.known_shape(kQuery)[0], &keys = context.known_shape(kKey)[0];
  const auto is_static = flag(context, kStaticKeys), uses_past = flag(context, kUsesPast);
  if (!is_static || !uses_past) return std::nullopt;
  const Dim projected = *is_static ? keys : queries;
  if (!*uses_past || !context.has_input(kKeyCache)) return DecoderKeys{projected, projected};
  const Dim& cached = context.known_shape(kKeyCache)[2];
  return *is_static ? DecoderKeys{0, cached} : DecoderKeys{queries, cached + queries};
}

std::vector<Fact> decoder_shape(const OpContext& context) {
  require_inputs(context, 5);
  const std::int64_t heads = positive(context, "num_heads");
  require_rank(context, kQuery, 3);
  require_rank(context, kKey, 3);
  const Shape& query = context.shape(kQuery);
  Shape cache = Shape::unknown();
  if (query.known() && context.shape(kKey).known()) {
    const auto known = decoder_keys(context);
    const Dim length = known ? known->all : context.fresh(context.has_output(1) ? 1 : 0, "_keys");
    context.remember(length);
    cache = {query[1], heads, length, exact_share(context, query[2], heads, "width over heads")};
  }
  return {Fact::tensor(context.dtype(kQuery), query), Fact::tensor(context.dtype(kQuery), cache),
          Fact::tensor(context.dtype(kQuery), cache)};
}

Work decoder_work(const OpContext& context) {
  const Shape& query = context.known_shape(kQuery);
  const Dim heads = positive(context, "num_heads"), &batch = query[1], &width = query[2];
  const Dim& keys = context.remembered(0);
  // Without the flags all keys count as projected, as in a call without a cache.
  const auto known = decoder_keys(context);
  const Dim projected = query[0] * batch + (known ? known->projected : keys) * batch * 2;
  const Dim head_width = exact_share(context, width, heads, "width over heads");
  Work work;
  work.add_macs(projected * width * width, context.dtype(kQuery));
  work.add({.add = 1}, projected * width);
  add_attention(work, {batch, heads, query[0], keys, head_width, head_width}, {}, context.dtype(kQuery));
  return work;
}

constexpr std::string_view kProjected =
    "input elements * (query + key + value widths) MACs, 1 add for the bias; batch * heads * queries * keys * (width + value "
    "width) MACs; per "
    "score 1 mul for the scale, a softmax, 1 add for a bias; 2 mul, 1 add per rotated element";

/// One packed input; the past of keys and values in one tensor, which are its first axis.
constexpr AttentionOperands kOperands{.past = {4, -1}, .past_batch = 1, .past_length = 3, .causal = "unidirectional"};

constexpr Operator kAttentionRows[] = {
    {.name = "Attention",
     .meaning = line_body<kAttentionLines>,
     .roles = "data weight bias constant data*2 constant",
     .traits = Trait::attention,
     .attention = &kOperands},
    {.name = "DecoderAttention",
     .meaning = Rules{decoder_shape, decoder_work},
     .roles = "data*2 weight*2 bias data*3 constant",
     .cost = kProjected},
    {.name = "DecoderMaskedSelfAttention",
     .meaning = line_body<kDecoderLines>,
     .roles = "data weight bias constant data*2 constant"},
    {.name = "PackedAttention", .meaning = line_body<kPackedLines>, .roles = "data weight bias constant*2 data"},
    {.name = "QAttention",
     .meaning = line_body<kQuantizedLines>,
     .roles = "data weight bias quantisation*2 constant quantisation*2 data"},
    {.name = "QOrderedAttention",
     .meaning = Rules{ordered_shape, ordered_work},
     .roles = "data quantisation*4 weight*3 quantisation*3 bias*3 quantisation*3 constant data*2",
     .cost = "as Attention, of integers; per projected element 1 mul, 1 add, 2 compare, per value 1 mul, 2 compare to quantise"},
};

}  // namespace

Family families::microsoft_attention() { return {"com.microsoft", "attention with projections", kAttentionRows}; }

}  // namespace macroscope
