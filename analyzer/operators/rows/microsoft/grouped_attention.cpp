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
Heads heads_of(const Site& site) {
  Heads heads{positive(site, "num_heads"), positive(site, "kv_num_heads"), 0, 0};
  require(heads.of_queries % heads.of_keys == 0, "bad-attribute", "{} heads of queries are no multiple of {} heads of keys",
          heads.of_queries, heads.of_keys);
  const Dim& all = last_of(site.known_shape(kQuery));
  if (!site.has_input(kKey)) {
    heads.width = heads.value_width =
        exact_share(site, all, heads.of_queries + 2 * heads.of_keys, "packed width over heads of queries, keys and values");
    return heads;
  }
  heads.width = heads.value_width = exact_share(site, all, heads.of_queries, "width over heads");
  const Shape& value = site.shape(kValue);
  if (value.known())
    heads.value_width =
        value.rank() == 4 ? value[3] : exact_share(site, last_of(value), heads.of_keys, "width of values over heads");
  if (const Shape& key = site.shape(kKey); key.known() && key.rank() == 3)
    site.must_equal(last_of(key), heads.width * heads.of_keys, "width of keys");
  return heads;
}

void check_attributes(const Site& site) {
  positive(site, "num_heads");
  positive(site, "kv_num_heads");
}

/// How many keys are new.
std::optional<Dim> new_keys(const Site& site) {
  const Shape& key = site.has_input(kKey) ? site.shape(kKey) : site.shape(kQuery);
  if (!key.known()) return std::nullopt;
  require(key.rank() == 3 || key.rank() == 4, "bad-rank", "keys have shape {}, their rank must be 3 or 4", key);
  return key.rank() == 4 ? key[2] : key[1];
}

/// A cache that is large enough stays as it is; a shorter one grows to the total length, which only an operand tells.
Shape present_of(const Site& site, const Places& places, std::size_t output, std::size_t past_index, const Dim& batch,
                 const Dim& width) {
  if (!site.has_input(past_index)) {
    const std::optional<Dim> keys = new_keys(site);
    return keys ? Shape{batch, positive(site, "kv_num_heads"), *keys, width} : Shape::unknown();
  }
  require_rank(site, past_index, 4);
  const Shape& past = site.shape(past_index);
  if (!past.known() || site.integer("sliding_window_cache", 0) != 0) return past;
  const std::optional<Dim> total = site.scalar(places.total);
  return {past[0], past[1], total ? max(past[2], *total) : fresh_extent(site, output, 2), past[3]};
}

template <const Places& places>
std::vector<Fact> grouped_shape(const Site& site) {
  require_inputs(site, 1);
  check_attributes(site);
  require(site.has_input(kKey) == site.has_input(kValue), "missing-input", "keys and values come together");
  require_rank(site, kQuery, 3);
  const DataType dtype = site.dtype(kQuery);
  const DataType cached = site.has_input(places.past_key) ? site.dtype(places.past_key) : dtype;
  const Shape& query = site.shape(kQuery);
  if (!query.known()) return {Fact::tensor(dtype), Fact::tensor(cached), Fact::tensor(cached)};
  const Heads heads = heads_of(site);
  const Shape present_key = present_of(site, places, 1, places.past_key, query[0], heads.width);
  const Shape present_value = present_of(site, places, 2, places.past_value, query[0], heads.value_width);
  std::vector<Fact> results{Fact::tensor(dtype, with_last(query, heads.value_width * heads.of_queries)),
                            Fact::tensor(cached, present_key), Fact::tensor(cached, present_value)};
  if (site.output_count() > results.size()) {
    const std::optional<Dim> total = site.scalar(places.total);
    results.push_back(
        Fact::tensor(dtype, Shape{query[0], heads.of_queries, query[1], total ? *total : fresh_extent(site, 3, 3)}));
  }
  return results;
}

/// Keys with the past: as many as an operand says, otherwise those of the cache and the new ones.
Dim keys_of(const Site& site, const Places& places) {
  if (const auto total = site.scalar(places.total)) return *total;
  const std::optional<Dim> fresh = new_keys(site);
  if (!fresh) throw NotKnown();
  return site.has_input(places.past_key) ? site.known_shape(places.past_key)[2] + *fresh : *fresh;
}

/// What is done to `rows` queries and `keys` new keys before they meet, and to `scores` of them.
void add_surroundings(Work& work, const Site& site, const Places& places, const Heads& heads, const Dim& rows, const Dim& keys,
                      const Dim& scores) {
  const Dim query_heads = rows * heads.of_queries, key_heads = keys * heads.of_keys;
  if (site.integer("do_rotary", 0) != 0) {
    const Shape& cosines = site.shape(places.cosines);
    const Dim rotated = cosines.known() && cosines.rank() >= 1 ? last_of(cosines) * 2 : heads.width;
    work.add({.add = 1, .mul = 2}, (query_heads + key_heads) * rotated);
  }
  if (site.has_input(places.query_norm)) add_rms_normalization(work, query_heads * heads.width, query_heads);
  if (site.has_input(places.key_norm)) add_rms_normalization(work, key_heads * heads.width, key_heads);
  if (site.has_input(places.score_bias)) work.add({.add = 1}, scores);
  if (site.real("softcap", 0) > 0) work.add({.mul = 1, .div = 1, .special = 1}, scores);
  if (site.has_input(places.sink) || site.integer("smooth_softmax", 0) > 0) work.add({.add = 1, .special = 1}, query_heads);
}

/// A cache of few bits: what is new is divided by its scale and clipped, what is read is multiplied by it.
void add_cache_quantisation(Work& work, const Site& site, const Heads& heads, const Dim& fresh, const Dim& cached) {
  for (const auto& [attribute, width] : {std::pair("k_quant_type", heads.width), std::pair("v_quant_type", heads.value_width)}) {
    if (site.text(attribute, "NONE") == "NONE") continue;
    work.add({.div = 1, .compare = 2}, fresh * heads.of_keys * width);
    work.add({.mul = 1}, cached * heads.of_keys * width);
  }
}

/// Causal unless an attribute says otherwise; `local_window_size` keys up to the query's own.
AttentionWindow window_of(const Site& site) {
  AttentionWindow window;
  if (site.integer("causal", 1) != 0) window.right = 0;
  if (const std::int64_t local = site.integer("local_window_size", -1); local > 0) window.left = local - 1;
  return window;
}

AxisMap grouped_axes(const Site& site) { return attention_over_tokens(site, window_of(site)); }

template <const Places& places>
Work grouped_work(const Site& site) {
  const Shape& query = site.known_shape(kQuery);
  const Heads heads = heads_of(site);
  const Dim keys = keys_of(site, places);
  const std::optional<Dim> fresh = new_keys(site);
  Work work;
  add_attention(work, {query[0], heads.of_queries, query[1], keys, heads.width, heads.value_width}, window_of(site),
                site.dtype(kQuery));
  add_surroundings(work, site, places, heads, query[0] * query[1], query[0] * fresh.value_or(0),
                   query[0] * heads.of_queries * query[1] * keys);
  add_cache_quantisation(work, site, heads, query[0] * fresh.value_or(0), query[0] * keys);
  return work;
}

/// A cache in blocks is a buffer; how far it is filled only a length tells.
std::vector<Fact> sparse_shape(const Site& site) {
  require_inputs(site, 1);
  check_attributes(site);
  for (const std::size_t index : {kSparse.past_key, kSparse.past_value}) require_rank(site, index, 4);
  const std::optional<Dim> total = site.scalar(kSparse.total);
  site.remember(total ? *total : site.fresh_named(site.input_name(kSparse.total), SymbolOrigin::data));
  const DataType dtype = site.dtype(kQuery);
  const Shape& query = site.shape(kQuery);
  Shape result = Shape::unknown();
  if (query.known()) {
    const Heads heads = heads_of(site);
    result = with_last(query, heads.value_width * heads.of_queries);
  }
  return {Fact::tensor(dtype, result), site.input(kSparse.past_key), site.input(kSparse.past_value)};
}

Work sparse_work(const Site& site) {
  const Shape& query = site.known_shape(kQuery);
  const Heads heads = heads_of(site);
  const Dim& keys = site.remembered(0);
  Work work;
  add_attention(work, {query[0], heads.of_queries, query[1], keys, heads.width, heads.value_width}, {std::nullopt, 0},
                site.dtype(kQuery));
  const Dim rows = query[0] * query[1];
  add_surroundings(work, site, kSparse, heads, rows, rows, rows * heads.of_queries * keys);
  return work;
}

/// Each query meets the keys selected for it, and with `local_plus_selected` those of a window.
Dim selected_keys(const Site& site, const Places& places) {
  const Dim& selected = last_of(site.known_shape(places.selected));
  const bool is_local =
      choice(site, "attention_mode", "selected_only", {"selected_only", "local_plus_selected"}) == "local_plus_selected";
  return is_local ? selected + std::max<std::int64_t>(site.integer("local_window_size", 0), 0) : selected;
}

std::vector<Fact> dynamic_sparse_shape(const Site& site) {
  std::vector<Fact> results = grouped_shape<kDynamicSparse>(site);
  results.resize(3);
  if (site.integer("output_bf16", 0) != 0) results.front().type.dtype = DataType::bfloat16;
  results.push_back(Fact::tensor(DataType::int32, Shape{1}));
  return results;
}

Work dynamic_sparse_work(const Site& site) {
  const Shape& query = site.known_shape(kQuery);
  const Heads heads = heads_of(site);
  const Dim keys = selected_keys(site, kDynamicSparse), rows = query[0] * query[1];
  Work work;
  add_attention(work, {query[0], heads.of_queries, query[1], keys, heads.width, heads.value_width}, {}, site.dtype(kQuery));
  add_surroundings(work, site, kDynamicSparse, heads, rows, rows, rows * heads.of_queries * keys);
  return work;
}

// Caches in pages: the tokens of all sequences in a row, [tokens, all heads].

constexpr std::size_t kPastLengths = 6;

/// One cache holds both: values are the leading channels of keys.
bool is_latent(const Site& site) { return site.text("kv_cache_layout", "SEPARATE") == "LATENT"; }

Heads paged_heads(const Site& site) {
  Heads heads = heads_of(site);
  if (!is_latent(site)) return heads;
  heads.width = last_of(site.known_shape(kPaged.past_key));
  const std::int64_t narrower = site.integer("v_head_size", 0);
  heads.value_width = narrower > 0 ? Dim(narrower) : heads.width;
  return heads;
}

std::vector<Fact> paged_shape(const Site& site) {
  require_inputs(site, 1);
  check_attributes(site);
  require_rank(site, kQuery, 2);
  require_rank(site, kPaged.past_key, 4);
  const Shape& query = site.shape(kQuery);
  const bool is_known = query.known() && (!is_latent(site) || site.shape(kPaged.past_key).known());
  Shape result = Shape::unknown();
  if (is_known) {
    const Heads heads = paged_heads(site);
    result = with_last(query, heads.value_width * heads.of_queries);
  }
  return {Fact::tensor(site.dtype(kQuery), result), site.input(kPaged.past_key), site.input(kPaged.past_value)};
}

/// How many keys the tokens of a sequence meet only its length tells.
std::vector<Fact> all_paged_shape(const Site& site) {
  site.remember(site.fresh(0, "_keys"));
  return paged_shape(site);
}

/// Of one sequence the mask is known; of several each token may be the last of its own.
void add_paged_attention(Work& work, const Site& site, const Heads& heads, const Dim& tokens, const Dim& keys) {
  AttentionWindow window = window_of(site);
  const Shape& lengths = site.shape(kPastLengths);
  const bool is_one_sequence = lengths.known() && lengths.rank() == 1 && lengths[0].is(1);
  if (site.integer("is_causal", 1) == 0) window.right.reset();
  if (!is_one_sequence) window.right.reset();
  if (is_one_sequence || !window.left) {
    add_attention(work, {1, heads.of_queries, tokens, keys, heads.width, heads.value_width}, window, site.dtype(kQuery));
    return;
  }
  add_attention(work, {tokens, heads.of_queries, 1, keys, heads.width, heads.value_width}, window, site.dtype(kQuery));
}

Work paged_work(const Site& site) {
  const Dim& tokens = site.known_shape(kQuery)[0];
  const Heads heads = paged_heads(site);
  const Dim& keys = site.remembered(0);
  Work work;
  add_paged_attention(work, site, heads, tokens, keys);
  add_surroundings(work, site, kPaged, heads, tokens, tokens, tokens * heads.of_queries * keys);
  add_cache_quantisation(work, site, heads, tokens, keys);
  return work;
}

Work sparse_paged_work(const Site& site) {
  const Dim& tokens = site.known_shape(kQuery)[0];
  const Heads heads = heads_of(site);
  const Dim keys = selected_keys(site, kSparsePaged);
  Work work;
  add_attention(work, {1, heads.of_queries, tokens, keys, heads.width, heads.value_width}, {}, site.dtype(kQuery));
  add_surroundings(work, site, kSparsePaged, heads, tokens, tokens, tokens * heads.of_queries * keys);
  add_cache_quantisation(work, site, heads, tokens, tokens * keys);
  return work;
}

constexpr std::string_view kCost =
    "batch * query heads * queries * keys * (width + value width) MACs, keys with the past; per score 1 mul for the scale, a "
    "softmax, 1 add for a "
    "bias, 1 div, 1 special, 1 mul for a soft cap; 2 mul, 1 add per rotated element; RMSNormalization of heads; 1 add, 1 special "
    "per row for a sink";

constexpr Operator kRows[] = {
    {"DynamicSparseAttention", Rules{dynamic_sparse_shape, dynamic_sparse_work}, "xxxxxxxcccccccwwwcqq", 1, kCost},
    {"GroupQueryAttention", Rules{grouped_shape<kGrouped>, grouped_work<kGrouped>, grouped_axes}, "xxxxxccxxxxwqqwwc", 1, kCost},
    {"PagedAttention", Rules{all_paged_shape, paged_work}, "xxxxxcccxxcwwwqqc", 1, kCost},
    {"SparseAttention", Rules{sparse_shape, sparse_work}, "xxxxxccccxx", 1, kCost},
    {"SparsePagedAttention", Rules{paged_shape, sparse_paged_work}, "xxxxxcccccxxxcxxwwwqqc", 1, kCost},
};

}  // namespace

Family families::contrib_grouped_attention() noexcept { return {"com.microsoft", "grouped attention", kRows}; }

}  // namespace macroscope
