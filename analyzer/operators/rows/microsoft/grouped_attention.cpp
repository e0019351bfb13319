// Attention of com.microsoft whose heads of keys and values are each shared by several heads of queries, over caches of several kinds.
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/attention_work.h"
#include "analyzer/operators/rows/neural/normalization.h"

namespace macroscope {
namespace {

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;

/// Where one of these operators has its further operands.
struct Places {
  std::size_t past_key = 3, past_value = 4;
  std::size_t total = kNoOperand;
  std::size_t cosines = kNoOperand;
  std::size_t score_bias = kNoOperand;
  std::size_t sink = kNoOperand;
  std::size_t query_norm = kNoOperand, key_norm = kNoOperand;
  std::size_t selected = kNoOperand;
};

constexpr Places kGrouped{.total = 6, .cosines = 7, .score_bias = 10, .sink = 11, .query_norm = 14, .key_norm = 15};
constexpr Places kSparse{.total = 7, .cosines = 9};
constexpr Places kDynamicSparse{.total = 10, .cosines = 11, .sink = 16, .query_norm = 14, .key_norm = 15, .selected = 7};
constexpr Places kPaged{.cosines = 8, .sink = 11, .query_norm = 12, .key_norm = 13};
constexpr Places kSparsePaged{.cosines = 14, .sink = 16, .query_norm = 17, .key_norm = 18, .selected = 9};

struct Heads {
  std::int64_t of_queries = 1, of_keys = 1;
  Dim width, value_width;
};

/// Heads from the attributes, their widths from the last axis of the operands.  Without keys, queries hold all three side by side.
Heads heads_of(const OpContext& context) {
  Heads heads{positive(context, "num_heads"), positive(context, "kv_num_heads"), 0, 0};
  require(heads.of_queries % heads.of_keys == 0, "bad-attribute", "{} heads of queries are no multiple of {} heads of keys",
          heads.of_queries, heads.of_keys);
  const Dim& all = last_of(context.known_shape(kQuery));
  if (!context.has_input(kKey)) {
    heads.width = heads.value_width =
        exact_share(context, all, heads.of_queries + 2 * heads.of_keys, "packed width over heads of queries, keys and values");
    return heads;
  }
  heads.width = heads.value_width = exact_share(context, all, heads.of_queries, "width over heads");
  const Shape& value = context.shape(kValue);
  if (value.known())
    heads.value_width =
        value.rank() == 4 ? value[3] : exact_share(context, last_of(value), heads.of_keys, "width of values over heads");
  if (const Shape& key = context.shape(kKey); key.known() && key.rank() == 3)
    context.must_equal(last_of(key), heads.width * heads.of_keys, "width of keys");
  return heads;
}

void check_attributes(const OpContext& context) {
  positive(context, "num_heads");
  positive(context, "kv_num_heads");
}

/// How many keys are new.
std::optional<Dim> new_keys(const OpContext& context) {
  const Shape& key = context.has_input(kKey) ? context.shape(kKey) : context.shape(kQuery);
  if (!key.known()) return std::nullopt;
  require(key.rank() == 3 || key.rank() == 4, "bad-rank", "keys have shape {}, their rank must be 3 or 4", key);
  return key.rank() == 4 ? key[2] : key[1];
}

/// A cache that is large enough stays as it is; a shorter one grows to the total length, which only an operand tells.
Shape present_of(const OpContext& context, const Places& places, std::size_t output, std::size_t past_index, const Dim& batch,
                 const Dim& width) {
  if (!context.has_input(past_index)) {
    const std::optional<Dim> keys = new_keys(context);
    return keys ? Shape{batch, positive(context, "kv_num_heads"), *keys, width} : Shape::unknown();
  }
  require_rank(context, past_index, 4);
  const Shape& past = context.shape(past_index);
  if (!past.known() || context.integer("sliding_window_cache", 0) != 0) return past;
  const std::optional<Dim> total = context.scalar(places.total);
  return {past[0], past[1], total ? max(past[2], *total) : fresh_extent(context, output, 2), past[3]};
}

template <const Places& places>
std::vector<Fact> grouped_shape(const OpContext& context) {
  require_inputs(context, 1);
  check_attributes(context);
  require(context.has_input(kKey) == context.has_input(kValue), "missing-input", "keys and values come together");
  require_rank(context, kQuery, 3);
  const DataType dtype = context.dtype(kQuery);
  const DataType cached = context.has_input(places.past_key) ? context.dtype(places.past_key) : dtype;
  const Shape& query = context.shape(kQuery);
  if (!query.known()) return {Fact::tensor(dtype), Fact::tensor(cached), Fact::tensor(cached)};
  const Heads heads = heads_of(context);
  const Shape present_key = present_of(context, places, 1, places.past_key, query[0], heads.width);
  const Shape present_value = present_of(context, places, 2, places.past_value, query[0], heads.value_width);
  std::vector<Fact> results{Fact::tensor(dtype, with_last(query, heads.value_width * heads.of_queries)),
                            Fact::tensor(cached, present_key), Fact::tensor(cached, present_value)};
  if (context.output_count() > results.size()) {
    const std::optional<Dim> total = context.scalar(places.total);
    results.push_back(
        Fact::tensor(dtype, Shape{query[0], heads.of_queries, query[1], total ? *total : fresh_extent(context, 3, 3)}));
  }
  return results;
}

/// Keys with the past: as many as an operand says, otherwise those of the cache and the new ones.
Dim keys_of(const OpContext& context, const Places& places) {
  if (const auto total = context.scalar(places.total)) return *total;
  const std::optional<Dim> fresh = new_keys(context);
  if (!fresh) throw Unknown();
  return context.has_input(places.past_key) ? context.known_shape(places.past_key)[2] + *fresh : *fresh;
}

/// What is done to `rows` queries and `keys` new keys before they meet, and to `scores` of them.
void add_surroundings(Work& work, const OpContext& context, const Places& places, const Heads& heads, const Dim& rows,
                      const Dim& keys, const Dim& scores) {
  const Dim query_heads = rows * heads.of_queries, key_heads = keys * heads.of_keys;
  if (context.integer("do_rotary", 0) != 0) {
    const Shape& cosines = context.shape(places.cosines);
    const Dim rotated = cosines.known() && cosines.rank() >= 1 ? last_of(cosines) * 2 : heads.width;
    work.add({.add = 1, .mul = 2}, (query_heads + key_heads) * rotated);
  }
  if (context.has_input(places.query_norm)) add_rms_normalization(work, query_heads * heads.width, query_heads);
  if (context.has_input(places.key_norm)) add_rms_normalization(work, key_heads * heads.width, key_heads);
  if (context.has_input(places.score_bias)) work.add({.add = 1}, scores);
  if (context.real("softcap", 0) > 0) work.add({.mul = 1, .div = 1, .special = 1}, scores);
  if (context.has_input(places.sink) || context.integer("smooth_softmax", 0) > 0) work.add({.add = 1, .special = 1}, query_heads);
}

/// A cache of few bits: what is new is divided by its scale and clipped, what is read is multiplied by it.
void add_cache_quantisation(Work& work, const OpContext& context, const Heads& heads, const Dim& fresh, const Dim& cached) {
  for (const auto& [attribute, width] : {std::pair("k_quant_type", heads.width), std::pair("v_quant_type", heads.value_width)}) {
    if (context.text(attribute, "NONE") == "NONE") continue;
    work.add({.div = 1, .compare = 2}, fresh * heads.of_keys * width);
    work.add({.mul = 1}, cached * heads.of_keys * width);
  }
}

/// Causal unless an attribute says otherwise; `local_window_size` keys up to the query's own.
AttentionWindow window_of(const OpContext& context) {
  AttentionWindow window;
  if (context.integer("causal", 1) != 0) window.right = 0;
  if (const std::int64_t local = context.integer("local_window_size", -1); local > 0) window.left = local - 1;
  return window;
}

AxisMap grouped_axes(const OpContext& context) { return attention_over_tokens(context, window_of(context)); }

template <const Places& places>
Work grouped_work(const OpContext& context) {
  const Shape& query = context.known_shape(kQuery);
  const Heads heads = heads_of(context);
  const Dim keys = keys_of(context, places);
  const std::optional<Dim> fresh = new_keys(context);
  Work work;
  add_attention(work, {query[0], heads.of_queries, query[1], keys, heads.width, heads.value_width}, window_of(context),
                context.dtype(kQuery));
  add_surroundings(work, context, places, heads, query[0] * query[1], query[0] * fresh.value_or(0),
                   query[0] * heads.of_queries * query[1] * keys);
  add_cache_quantisation(work, context, heads, query[0] * fresh.value_or(0), query[0] * keys);
  return work;
}

/// A cache in blocks is a buffer; how far it is filled only a length tells.
std::vector<Fact> sparse_shape(const OpContext& context) {
  require_inputs(context, 1);
  check_attributes(context);
  for (const std::size_t index : {kSparse.past_key, kSparse.past_value}) require_rank(context, index, 4);
  const std::optional<Dim> total = context.scalar(kSparse.total);
  context.remember(total ? *total : context.fresh_named(context.input_name(kSparse.total), SymbolOrigin::data));
  const DataType dtype = context.dtype(kQuery);
  const Shape& query = context.shape(kQuery);
  Shape result = Shape::unknown();
  if (query.known()) {
    const Heads heads = heads_of(context);
    result = with_last(query, heads.value_width * heads.of_queries);
  }
  return {Fact::tensor(dtype, result), context.input(kSparse.past_key), context.input(kSparse.past_value)};
}

Work sparse_work(const OpContext& context) {
  const Shape& query = context.known_shape(kQuery);
  const Heads heads = heads_of(context);
  const Dim& keys = context.remembered(0);
  Work work;
  add_attention(work, {query[0], heads.of_queries, query[1], keys, heads.width, heads.value_width}, {std::nullopt, 0},
                context.dtype(kQuery));
  const Dim rows = query[0] * query[1];
  add_surroundings(work, context, kSparse, heads, rows, rows, rows * heads.of_queries * keys);
  return work;
}

/// Each query meets the keys selected for it, and with `local_plus_selected` those of a window.
Dim selected_keys(const OpContext& context, const Places& places) {
  const Dim& selected = last_of(context.known_shape(places.selected));
  const bool is_local =
      choice(context, "attention_mode", "selected_only", {"selected_only", "local_plus_selected"}) == "local_plus_selected";
  return is_local ? selected + std::max<std::int64_t>(context.integer("local_window_size", 0), 0) : selected;
}

std::vector<Fact> dynamic_sparse_shape(const OpContext& context) {
  std::vector<Fact> results = grouped_shape<kDynamicSparse>(context);
  results.resize(3);
  if (context.integer("output_bf16", 0) != 0) results.front().type.dtype = DataType::bfloat16;
  results.push_back(Fact::tensor(DataType::int32, Shape{1}));
  return results;
}

Work dynamic_sparse_work(const OpContext& context) {
  const Shape& query = context.known_shape(kQuery);
  const Heads heads = heads_of(context);
  const Dim keys = selected_keys(context, kDynamicSparse), rows = query[0] * query[1];
  Work work;
  add_attention(work, {query[0], heads.of_queries, query[1], keys, heads.width, heads.value_width}, {}, context.dtype(kQuery));
  add_surroundings(work, context, kDynamicSparse, heads, rows, rows, rows * heads.of_queries * keys);
  return work;
}

// Caches in pages: the tokens of all sequences in a row, [tokens, all heads].

constexpr std::size_t kPastLengths = 6;

/// One cache holds both: values are the leading channels of keys.
bool is_latent(const OpContext& context) { return context.text("kv_cache_layout", "SEPARATE") == "LATENT"; }

Heads paged_heads(const OpContext& context) {
  Heads heads = heads_of(context);
  if (!is_latent(context)) return heads;
  heads.width = last_of(context.known_shape(kPaged.past_key));
  const std::int64_t narrower = context.integer("v_head_size", 0);
  heads.value_width = narrower > 0 ? Dim(narrower) : heads.width;
  return heads;
}

std::vector<Fact> paged_shape(const OpContext& context) {
  require_inputs(context, 1);
  check_attributes(context);
  require_rank(context, kQuery, 2);
  require_rank(context, kPaged.past_key, 4);
  const Shape& query = context.shape(kQuery);
  const bool is_known = query.known() && (!is_latent(context) || context.shape(kPaged.past_key).known());
  Shape result = Shape::unknown();
  if (is_known) {
    const Heads heads = paged_heads(context);
    result = with_last(query, heads.value_width * heads.of_queries);
  }
  return {Fact::tensor(context.dtype(kQuery), result), context.input(kPaged.past_key), context.input(kPaged.past_value)};
}

/// How many keys the tokens of a sequence meet only its length tells.
std::vector<Fact> all_paged_shape(const OpContext& context) {
  context.remember(context.fresh(0, "_keys"));
  return paged_shape(context);
}

/// Of one sequence the mask is known; of several each token may be the last of its own.
void add_paged_attention(Work& work, const OpContext& context, const Heads& heads, const Dim& tokens, const Dim& keys) {
  AttentionWindow window = window_of(context);
  const Shape& lengths = context.shape(kPastLengths);
  const bool is_one_sequence = lengths.known() && lengths.rank() == 1 && lengths[0].is(1);
  if (context.integer("is_causal", 1) == 0) window.right.reset();
  if (!is_one_sequence) window.right.reset();
  if (is_one_sequence || !window.left) {
    add_attention(work, {1, heads.of_queries, tokens, keys, heads.width, heads.value_width}, window, context.dtype(kQuery));
    return;
  }
  add_attention(work, {tokens, heads.of_queries, 1, keys, heads.width, heads.value_width}, window, context.dtype(kQuery));
}

Work paged_work(const OpContext& context) {
  const Dim& tokens = context.known_shape(kQuery)[0];
  const Heads heads = paged_heads(context);
  const Dim& keys = context.remembered(0);
  Work work;
  add_paged_attention(work, context, heads, tokens, keys);
  add_surroundings(work, context, kPaged, heads, tokens, tokens, tokens * heads.of_queries * keys);
  add_cache_quantisation(work, context, heads, tokens, keys);
  return work;
}

Work sparse_paged_work(const OpContext& context) {
  const Dim& tokens = context.known_shape(kQuery)[0];
  const Heads heads = heads_of(context);
  const Dim keys = selected_keys(context, kSparsePaged);
  Work work;
  add_attention(work, {1, heads.of_queries, tokens, keys, heads.width, heads.value_width}, {}, context.dtype(kQuery));
  add_surroundings(work, context, kSparsePaged, heads, tokens, tokens, tokens * heads.of_queries * keys);
  add_cache_quantisation(work, context, heads, tokens, tokens * keys);
  return work;
}

constexpr std::string_view kCost =
    "batch * query heads * queries * keys * (width + value width) MACs, keys with the past; per score 1 mul for the scale, a "
    "softmax, 1 add for a "
    "bias, 1 div, 1 special, 1 mul for a soft cap; 2 mul, 1 add per rotated element; RMSNormalization of heads; 1 add, 1 special "
    "per row for a sink";

constexpr AttentionOperands kGroupedOperands{.query = 0, .key = 1, .value = 2, .past = {3, 4}};

constexpr Operator kRows[] = {
    {.name = "DynamicSparseAttention",
     .meaning = Rules{dynamic_sparse_shape, dynamic_sparse_work},
     .roles = "data*7 constant*7 weight*3 constant quantisation*2",
     .cost = kCost},
    {.name = "GroupQueryAttention",
     .meaning = Rules{grouped_shape<kGrouped>, grouped_work<kGrouped>, grouped_axes},
     .roles = "data*5 constant*2 data*4 weight quantisation*2 weight*2 constant",
     .cost = kCost,
     .traits = Trait::attention,
     .attention = &kGroupedOperands},
    {.name = "PagedAttention",
     .meaning = Rules{all_paged_shape, paged_work},
     .roles = "data*5 constant*3 data*2 constant weight*3 quantisation*2 constant",
     .cost = kCost},
    {.name = "SparseAttention", .meaning = Rules{sparse_shape, sparse_work}, .roles = "data*5 constant*4 data*2", .cost = kCost},
    {.name = "SparsePagedAttention",
     .meaning = Rules{paged_shape, sparse_paged_work},
     .roles = "data*5 constant*5 data*3 constant data*2 weight*3 quantisation*2 constant",
     .cost = kCost},
};

}  // namespace

Family families::microsoft_grouped_attention() { return {"com.microsoft", "grouped attention", kRows}; }

}  // namespace macroscope
