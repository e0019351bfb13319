// Indexers of sparse attention: each query scores blocks of keys and keeps the best.
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/normalization.h"

namespace macroscope {
namespace {

constexpr std::size_t kQuery = 0, kKey = 1, kQueryNorm = 2, kPastLength = 12, kBuffer = 13;

/// qsa pools the keys of each block; csa compresses them by a softmax over gates, and weighs the heads.
bool is_csa(const OpContext& context) { return choice(context, "policy_mode", "", {"qsa", "csa"}) == "csa"; }

/// How many indices a query gets: all tokens of the blocks that are kept and of the one that is not complete, or the entries themselves.
Dim capacity_of(const OpContext& context) {
  if (is_csa(context)) return positive(context, "index_topk");
  return Dim(positive(context, "token_budget")) + positive(context, "compress_ratio") - 1;
}

/// Heads of the queries.  Without keys, queries hold one more, the key.
Dim heads_of(const OpContext& context) {
  const Dim& width = context.known_shape(kQueryNorm)[0];
  const Dim heads = exact_share(context, last_of(context.known_shape(kQuery)), width, "width of queries over that of a head");
  return context.has_input(kKey) ? heads : heads - 1;
}

/// Scores of `queries` (all of one batch together) against `entries` each, and what makes queries and `made` new entries comparable.
void add_indexing(Work& work, const OpContext& context, const Dim& queries, const Dim& entries, const Dim& made) {
  const Dim heads = heads_of(context), &width = context.known_shape(kQueryNorm)[0];
  const std::int64_t ratio = positive(context, "compress_ratio");
  const Dim& rotary = last_of(context.known_shape(4));
  add_rms_normalization(work, queries * heads * width, queries * heads);
  add_rms_normalization(work, made * width, made);
  const Dim rotated = is_csa(context) ? rotary * 2 : rotary;
  work.add({.add = 1, .mul = 2}, (queries * heads + made) * rotated);
  if (is_csa(context)) {
    // Each channel of an entry: a softmax over both series of the window, and the weighted sum.
    work.add(kSoftmax + Effort{.add = 2, .mul = 1}, made * width * (2 * ratio));
  } else {
    work.add({.add = 1}, made * width * ratio);
    work.add({.mul = 1}, made * width);
  }
  const Dim scores = queries * entries;
  work.add_macs(scores * heads * width, context.dtype(kQuery));
  work.add({.add = 1, .mul = is_csa(context) ? 2 : 1, .compare = 1}, scores * heads);
  work.add({.compare = 1}, scores);
}

// One batch, padded: [batch, length, all heads].

/// Entries made in this call: blocks that became complete.
Dim made_entries(const OpContext& context) {
  const Dim &fresh = context.known_shape(kQuery)[1], ratio = positive(context, "compress_ratio");
  if (!is_csa(context)) return floor_div(context.known_shape(7)[1] + fresh, ratio);
  const Dim pending = context.has_input(kBuffer) ? mod(context.known_shape(kBuffer)[2], ratio) : Dim(0);
  return floor_div(pending + fresh, ratio);
}

Shape present_keys(const OpContext& context) {
  const Shape& past = context.shape(7);
  require_rank(context, 7, 3);
  if (!past.known() || context.has_input(kPastLength)) return past;
  if (!context.shape(kQuery).known()) return Shape::unknown();
  return {past[0], past[1] + (is_csa(context) ? made_entries(context) : context.shape(kQuery)[1]), past[2]};
}

/// What is left of the tokens, and the window before it once there is one.
Shape present_buffer(const OpContext& context) {
  const Shape& buffer = context.shape(kBuffer);
  if (!buffer.known() || !context.shape(kQuery).known()) return Shape::unknown();
  require_rank(context, kBuffer, 4);
  const Dim ratio = positive(context, "compress_ratio");
  const Dim left = mod(buffer[2] + context.shape(kQuery)[1], ratio);
  const Certainty has_window = at_least(buffer[2] + context.shape(kQuery)[1], ratio);
  const Dim length = has_window == Certainty::unknown  ? fresh_extent(context, 2, 2)
                     : has_window == Certainty::always ? left + ratio
                                                       : left;
  return {2, buffer[1], length, buffer[3]};
}

std::vector<Fact> indexer_shape(const OpContext& context) {
  for (const std::size_t index : {0U, 2U, 3U, 4U, 5U, 7U})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  require_rank(context, kQuery, 3);
  const Shape& query = context.shape(kQuery);
  return {Fact::tensor(DataType::int32, query.known() ? Shape{query[0], query[1], capacity_of(context)} : Shape::unknown()),
          Fact::tensor(context.dtype(7), present_keys(context)), Fact::tensor(context.dtype(kQuery), present_buffer(context))};
}

Work indexer_work(const OpContext& context) {
  const Shape& query = context.known_shape(kQuery);
  const Dim made = made_entries(context);
  const Dim entries = is_csa(context) ? context.known_shape(7)[1] + made : made;
  Work work;
  add_indexing(work, context, query[0] * query[1], entries, query[0] * made);
  return work;
}

// Sequences in a row: [tokens, all heads]; states of fixed capacity.

constexpr std::size_t kBounds = 6, kPastState = 12, kPending = 13, kGates = 14, kStateLengths = 15;

std::vector<Fact> packed_indexer_shape(const OpContext& context) {
  for (const std::size_t index : {kQuery, kQueryNorm, kBounds, kPastState, kPending, kStateLengths})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  require_rank(context, kQuery, 2);
  const Shape &query = context.shape(kQuery), &state = context.shape(kPastState);
  const Shape tokens = query.known() ? Shape{query[0]} : Shape::unknown();
  const std::int64_t stated = context.integer("max_output_entries", 0);
  const Dim capacity = stated > 0 ? Dim(stated) : capacity_of(context);
  Shape update = Shape::unknown(), status = Shape::unknown();
  if (state.known()) {
    update = {state[0], context.integer("state_update_capacity", 0), last_of(state)};
    status = {state[0]};
  }
  return {Fact::tensor(DataType::int32, query.known() ? Shape{query[0], capacity} : Shape::unknown()),
          Fact::tensor(DataType::int32, tokens),
          context.input(kPastState),
          context.input(kPending),
          context.input(kGates),
          context.input(kStateLengths),
          Fact::tensor(context.dtype(kQuery), update),
          Fact::tensor(DataType::int32, tokens),
          Fact::tensor(DataType::int32, status)};
}

/// How far a state is filled only its lengths tell: at most to its capacity.
Work packed_indexer_work(const OpContext& context) {
  const Dim& tokens = context.known_shape(kQuery)[0];
  Work work;
  add_indexing(work, context, tokens, context.known_shape(kPastState)[1], floor_div(tokens, positive(context, "compress_ratio")));
  return work;
}

std::vector<Fact> merge_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_rank(context, 2, 1);
  const Shape& rows = context.shape(2);
  const std::int64_t width = positive(context, "max_output_entries");
  if (!rows.known()) return {Fact::tensor(context.dtype(0)), Fact::tensor(context.dtype(0)), Fact::tensor(context.dtype(0))};
  const Fact per_row = Fact::tensor(context.dtype(0), rows);
  return {Fact::tensor(context.dtype(0), Shape{rows[0], width}), per_row, per_row};
}

constexpr std::string_view kCost =
    "queries * entries * heads * width MACs; per head and score 1 compare, 1 mul, 1 add, 1 compare per score; RMSNormalization "
    "and rotation of queries "
    "and new entries, pooling of these";

constexpr Operator kIndexerRows[] = {
    {.name = "PackedSparseAttentionIndexer",
     .meaning = Rules{packed_indexer_shape, packed_indexer_work},
     .roles = "data*2 weight*2 data*2 constant*2 data weight data constant data*3 constant",
     .cost = kCost,
     .traits = Trait::unconfirmed_cost},
    {"PackedSparseAttentionIndexerMerge", Moves{merge_shape}},
    {.name = "SparseAttentionIndexer",
     .meaning = Rules{indexer_shape, indexer_work},
     .roles = "data*2 weight*2 data*2 constant data*2 weight data constant*2 data",
     .cost = kCost},
};

}  // namespace

Family families::microsoft_indexer() { return {"com.microsoft", "indexers of sparse attention", kIndexerRows}; }

}  // namespace macroscope
