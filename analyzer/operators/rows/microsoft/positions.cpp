// Positions of tokens: rotary embeddings, relative biases, padding that is taken out and put back, attention in a window and to a few.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/attention_work.h"

namespace macroscope {
namespace {

// Rotary embeddings.

std::vector<Fact> rotary_shape(const OpContext& context) {
  require_inputs(context, 4);
  const Shape& shape = context.shape(0);
  require(!shape.known() || (shape.rank() >= 2 && shape.rank() <= 4), "bad-rank",
          "operand 0 has shape {}, its rank must be 3 or 4", shape);
  return like_first(context);
}

/// Heads of tokens r, of whose elements p are rotated: a part may be alone; how many heads there are the fourth axis or num_heads tells.
void rotary_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& shape = context.known_shape(0);
  const std::int64_t partial = context.integer("rotary_embedding_dim", 0);
  loops.set("r", partial > 0 && shape.rank() != 4 ? rows_of(shape) * positive(context, "num_heads") : rows_of(shape));
  loops.set("p", partial > 0 ? Dim(partial) : last_of(shape));
}

constexpr Lines kRotary{.text = "X | y[r,p] = X[r,p] * cosine + X[r,p+1] * sine; Y[r,p] = y[r,p] * scale?",
                        .loops = rotary_loops,
                        .shape = rotary_shape,
                        .axes = axis_maps::tokens};

constexpr Lines kGemmaRotary{
    .text =
        "angles, q, q_turned, k, k_turned -> Y, Z | c[a..] = Cos(angles[a..]); s[a..] = Sin(angles[a..]);"
        "Y[i..] = q[i..] * c[..] + q_turned[..] * s[..]; Z[j..] = k[j..] * c[..] + k_turned[..] * s[..]",
    .dtype = [](const OpContext& context, std::size_t output) { return context.dtype(output == 0 ? 1 : 3); },
    .axes = axis_maps::tokens};

// Relative biases.

std::vector<Fact> relative_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_rank(context, 0, 2);
  const Shape& table = context.shape(0);
  const auto queries = scalar_of(context, 1), keys = scalar_of(context, 2);
  if (!table.known()) return {Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0), Shape{1, table[1], queries ? *queries : fresh_extent(context, 0, 2),
                                               keys ? *keys : fresh_extent(context, 0, 3)})};
}

/// The bucket of each pair: log(distance / exact) * factor beyond the exact ones.
Work relative_work(const OpContext& context) {
  const Shape& shape = context.output(0).type.shape;
  if (!shape.known() || shape.rank() != 4) throw Unknown();  // a declaration may say otherwise than the rule
  Work work;
  work.add({.mul = 1, .div = 1, .special = 1}, shape[2] * shape[3]);
  return work;
}

/// [batch, length] from the padded form, or from the offsets of tokens that are packed.
std::pair<Dim, Dim> gated_extents(const OpContext& context) {
  const Shape& padded = context.known_shape(context.has_input(6) ? 6 : 0);
  require_rank_at_least(context, context.has_input(6) ? 6 : 0, 2);
  return {padded[0], padded[1]};
}

std::vector<Fact> gated_shape(const OpContext& context) {
  require_inputs(context, 6);
  const std::int64_t heads = positive(context, "num_heads");
  if (!context.shape(context.has_input(6) ? 6 : 0).known()) return {Fact::tensor(context.dtype(0))};
  const auto [batch, length] = gated_extents(context);
  return {Fact::tensor(context.dtype(0), Shape{batch, heads, length, length})};
}

/// The query with its bias is projected to D gates, halves of which are summed to two: sigmoids u and r, u * (r * a - 1) + 2.
Work gated_work(const OpContext& context) {
  const auto [batch, length] = gated_extents(context);
  const Shape& weight = context.known_shape(3);
  require_rank(context, 3, 2);
  const Dim rows = batch * positive(context, "num_heads") * length;
  Work work;
  work.add({.add = 1}, rows * weight[0]);
  work.add_macs(rows * weight.elements(), context.dtype(0));
  work.add({.add = 2}, rows * weight[1]);
  work.add({.add = 1, .div = 1, .special = 1}, rows * 2);
  work.add({.add = 2, .mul = 2}, rows);
  work.add({.mul = 1}, rows * length);
  return work;
}

// Padding.

std::vector<Fact> remove_padding(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 0, 3);
  const Shape& shape = context.shape(0);
  if (!shape.known())
    return {Fact::tensor(context.dtype(0)), Fact::tensor(DataType::int32), Fact::tensor(DataType::int32),
            Fact::tensor(DataType::int32, {1})};
  return {Fact::tensor(context.dtype(0), {context.fresh(0, "_tokens"), shape[2]}),
          Fact::tensor(DataType::int32, {shape[0], shape[1]}), Fact::tensor(DataType::int32, Shape{shape[0] + 1}),
          Fact::tensor(DataType::int32, Shape{1})};
}

std::vector<Fact> restore_padding(const OpContext& context) {
  require_inputs(context, 2);
  require_rank(context, 0, 2);
  require_rank(context, 1, 2);
  const Shape &tokens = context.shape(0), &offsets = context.shape(1);
  if (!tokens.known() || !offsets.known()) return {Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0), Shape{offsets[0], offsets[1], tokens[1]})};
}

// Longformer: every token meets its neighbours within a window, a few meet all others and are met by all.

struct LongformerPlaces {
  std::size_t weight, bias, global_weight, flags;
};
constexpr LongformerPlaces kLongformer{1, 2, 4, 6};
constexpr LongformerPlaces kOrderedLongformer{2, 4, 8, 12};

/// How many tokens of all sequences meet all others: those that are flagged.
Dim global_tokens(const OpContext& context, std::size_t flags) {
  const auto content = context.numbers(flags);
  if (!content) return context.fresh_named(context.input_name(flags), SymbolOrigin::data);
  Dim count = 0;
  for (const std::int64_t flag : *content) count += flag != 0 ? 1 : 0;
  return count;
}

template <const LongformerPlaces& places>
std::vector<Fact> longformer_shape(const OpContext& context) {
  require_inputs(context, places.flags + 1);
  positive(context, "num_heads");
  positive(context, "window");
  require_rank(context, 0, 3);
  require_rank(context, places.weight, 2);
  context.remember(global_tokens(context, places.flags));
  return like_first(context);
}

template <const LongformerPlaces& places>
Work longformer_work(const OpContext& context) {
  const Shape& input = context.known_shape(0);
  const Dim heads = positive(context, "num_heads");
  const std::int64_t window = positive(context, "window");
  const Dim width = exact_share(context, input[2], heads, "width over heads");
  const DataType dtype = context.dtype(0);
  Work work;
  for (const std::size_t weight : {places.weight, places.global_weight}) {
    const Dim& columns = context.known_shape(weight)[1];
    work.add_macs(input.elements() * columns, dtype);
    work.add({.add = 1}, rows_of(input) * columns);
  }
  const Dim pairs = visible_pairs(input[1], input[1], {window, window});
  const Dim local = rows_of(input) * (2 * window + 1);
  work.add_macs(heads * local * width * 2, input[0] * heads * pairs * width * 2, dtype);
  const Dim global = context.remembered(0) * input[1] * 2;
  work.add_macs(heads * global * width * 2, dtype);
  work.add(kSoftmax + Effort{.mul = 1}, heads * (local + global));
  return work;
}

constexpr std::string_view kLongformerCost =
    "both projections; heads * width * 2 MACs, 1 mul and a softmax for each of 2 window + 1 neighbours of a token, and for each "
    "pair of a global "
    "token and another, both ways";

constexpr Operator kPositionsRows[] = {
    {.name = "GatedRelativePositionBias",
     .meaning = Rules{gated_shape, gated_work},
     .roles = "data bias data weight bias data constant",
     .cost = "batch * heads * length * width * D MACs; 1 add per element for both biases and for the sums over D; per row 2 "
             "sigmoids, 2 "
             "mul, 2 add; 1 mul "
             "per output element"},
    {.name = "GemmaRotaryEmbedding", .meaning = line_body<kGemmaRotary>},
    {.name = "LongformerAttention",
     .meaning = Rules{longformer_shape<kLongformer>, longformer_work<kLongformer>},
     .roles = "data weight bias data weight bias data",
     .cost = kLongformerCost},
    {.name = "MRotaryEmbedding", .meaning = line_body<kRotary>, .roles = "data constant data*2"},
    {.name = "QOrderedLongformerAttention",
     .meaning = Rules{longformer_shape<kOrderedLongformer>, longformer_work<kOrderedLongformer>},
     .roles =
         "data quantisation weight quantisation bias quantisation*2 data weight quantisation bias quantisation data quantisation",
     .cost = kLongformerCost},
    {.name = "RelativePositionBias",
     .meaning = Rules{relative_shape, relative_work},
     .roles = "weight constant*2",
     .cost = "1 div, 1 special, 1 mul per pair of positions"},
    {"RemovePadding", Moves{remove_padding}},
    {"RestorePadding", Moves{restore_padding}},
    {.name = "RotaryEmbedding", .meaning = line_body<kRotary>, .roles = "data constant data*2"},
};

}  // namespace

Family families::microsoft_positions() { return {"com.microsoft", "positions", kPositionsRows}; }

}  // namespace macroscope
