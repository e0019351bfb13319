// Attention of com.microsoft whose heads of keys and values are each shared by several heads of queries, over caches of several kinds.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"
#include "analyzer/operators/rows/neural/attention_work.h"

namespace macroscope {
namespace {

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2;

/// Where one of these operators has its further operands.
struct OperandIndices {
  std::size_t past_key = 3, past_value = 4;
  std::size_t total = kNoOperand;
  std::size_t cosines = kNoOperand;
  std::size_t score_bias = kNoOperand;
  std::size_t sink = kNoOperand;
  std::size_t query_norm = kNoOperand, key_norm = kNoOperand;
  std::size_t selected = kNoOperand;
};

constexpr OperandIndices kGrouped{.total = 6, .cosines = 7, .score_bias = 10, .sink = 11, .query_norm = 14, .key_norm = 15};
constexpr OperandIndices kSparse{.total = 7, .cosines = 9};
constexpr OperandIndices kDynamicSparse{.total = 10, .cosines = 11, .sink = 16, .query_norm = 14, .key_norm = 15, .selected = 7};
constexpr OperandIndices kPaged{.cosines = 8, .sink = 11, .query_norm = 12, .key_norm = 13};
constexpr OperandIndices kSparsePaged{.cosines = 14, .sink = 16, .query_norm = 17, .key_norm = 18, .selected = 9};

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
Shape present_of(const OpContext& context, const OperandIndices& operands, std::size_t output, std::size_t past_index,
                 const Dim& batch, const Dim& width) {
  if (!context.has_input(past_index)) {
    const std::optional<Dim> keys = new_keys(context);
    return keys ? Shape{batch, positive(context, "kv_num_heads"), *keys, width} : Shape::unknown();
  }
  require_rank(context, past_index, 4);
  const Shape& past = context.shape(past_index);
  if (!past.known() || context.integer("sliding_window_cache", 0) != 0) return past;
  const std::optional<Dim> total = context.scalar(operands.total);
  return {past[0], past[1], total ? max(past[2], *total) : fresh_extent(context, output, 2), past[3]};
}

template <const OperandIndices& operands>
std::vector<Fact> grouped_shape(const OpContext& context) {
  require_inputs(context, 1);
  check_attributes(context);
  require(context.has_input(kKey) == context.has_input(kValue), "missing-input", "keys and values come together");
  require_rank(context, kQuery, 3);
  const DataType dtype = context.dtype(kQuery);
  const DataType cached = context.has_input(operands.past_key) ? context.dtype(operands.past_key) : dtype;
  const Shape& query = context.shape(kQuery);
  if (!query.known()) return {Fact::tensor(dtype), Fact::tensor(cached), Fact::tensor(cached)};
  const Heads heads = heads_of(context);
  const Shape present_key = present_of(context, operands, 1, operands.past_key, query[0], heads.width);
  const Shape present_value = present_of(context, operands, 2, operands.past_value, query[0], heads.value_width);
  std::vector<Fact> results{Fact::tensor(dtype, with_last(query, heads.value_width * heads.of_queries)),
                            Fact::tensor(cached, present_key), Fact::tensor(cached, present_value)};
  if (context.output_count() > results.size()) {
    const std::optional<Dim> total = context.scalar(operands.total);
    results.push_back(
        Fact::tensor(dtype, Shape{query[0], heads.of_queries, query[1], total ? *total : fresh_extent(context, 3, 3)}));
  }
  return results;
}

/// Keys with the past: as many as an operand says, otherwise those of the cache and the new ones.
Dim keys_of(const OpContext& context, const OperandIndices& operands) {
  if (const auto total = context.scalar(operands.total)) return *total;
  const std::optional<Dim> fresh = new_keys(context);
  if (!fresh) throw Unknown();
  return context.has_input(operands.past_key) ? context.known_shape(operands.past_key)[2] + *fresh : *fresh;
}

/// What attends: b times h heads of q queries of d elements (v of the values) to k keys.  Before, o rows of queries and f of new keys, of c
/// heads, are rotated (r elements) and normalized, and w rows of the cache unpacked.
struct Attending {
  Dim batch, queries, keys, rows, new_rows, cached_rows;
};

void set_loops(const OpContext& context, const OperandIndices& operands, const Heads& heads, const Attending& attending,
               LoopExtents& loops) {
  const Shape& cosines = context.shape(operands.cosines);
  loops.set("b", attending.batch);
  loops.set("h", heads.of_queries);
  loops.set("c", heads.of_keys);
  loops.set("q", attending.queries);
  loops.set("k", attending.keys);
  loops.set("d", heads.width);
  loops.set("v", heads.value_width);
  loops.set("o", attending.rows);
  loops.set("f", attending.new_rows);
  loops.set("w", attending.cached_rows);
  loops.set("r", cosines.known() && cosines.rank() >= 1 ? last_of(cosines) * 2 : heads.width);
}

template <std::size_t index>
bool is_given(const OpContext& context) {
  return context.has_input(index);
}
template <std::size_t index>
bool has_sink(const OpContext& context) {
  return context.has_input(index) || context.integer("smooth_softmax", 0) > 0;
}
bool has_cap(const OpContext& context) { return context.real("softcap", 0) > 0; }
bool is_rotated(const OpContext& context) { return context.integer("do_rotary", 0) != 0; }
bool has_packed_keys(const OpContext& context) { return context.text("k_quant_type", "NONE") != "NONE"; }
bool has_packed_values(const OpContext& context) { return context.text("v_quant_type", "NONE") != "NONE"; }
bool never(const OpContext&) { return false; }

constexpr std::string_view kText =
    "Q, K, V | when rotated: x[o,h,r] = Q[o,h,r] * cosines + Q[o,h,r+1] * sines;"
    "when rotated: y[f,c,r] = K?[f,c,r] * cosines + K?[f,c,r+1] * sines;"
    "when query_norm: g[o,h] += Mul(Q[o,h,d], Q[o,h,d]); when query_norm: u[o,h] = Pow(g[o,h] / count + epsilon, -0.5);"
    "when query_norm: n[o,h,d] = Q[o,h,d] * u[o,h] * weight; when key_norm: i[f,c] += Mul(K?[f,c,d], K?[f,c,d]);"
    "when key_norm: j[f,c] = Pow(i[f,c] / count + epsilon, -0.5); when key_norm: l[f,c,d] = K?[f,c,d] * j[f,c] * weight;"
    "when packed_keys: a[f,c,d] = Max(-limit, Min(limit, K?[f,c,d] / k_scale)); when packed_keys: p[w,c,d] = k_scale * a[w,c,d];"
    "when packed_values: t[f,c,v] = Max(-limit, Min(limit, V?[f,c,v] / v_scale));"
    "when packed_values: B[w,c,v] = v_scale * t[w,c,v];"
    "S[b,h,q,k] += Q[b,q,h,d] * K?[b,k,@h,d]; z[b,h,q,k] = scale * S[b,h,q,k];"
    "when scored: z[b,h,q,k] = z[b,h,q,k] + score_bias; when capped: z[b,h,q,k] = softcap * Tanh(z[b,h,q,k] / softcap);"
    "m[b,h,q] max= z[b,h,q,k]; e[b,h,q,k] = Exp(z[b,h,q,k] - m[b,h,q]); s[b,h,q] += e[b,h,q,k];"
    "when sink: s[o,h] = s[o,h] + Exp(sink); P[b,h,q,k] = e[b,h,q,k] / s[b,h,q]; Y[b,q,h,v] += P[b,h,q,k] * V?[b,k,@h,v]";

template <const OperandIndices& operands, bool unpacks_cache>
constexpr std::array<LineCondition, 8> kConditions{{{"rotated", is_rotated},
                                                    {"query_norm", is_given<operands.query_norm>},
                                                    {"key_norm", is_given<operands.key_norm>},
                                                    {"scored", is_given<operands.score_bias>},
                                                    {"sink", has_sink<operands.sink>},
                                                    {"capped", has_cap},
                                                    {"packed_keys", unpacks_cache ? has_packed_keys : never},
                                                    {"packed_values", unpacks_cache ? has_packed_values : never}}};

/// Causal unless an attribute says otherwise; `local_window_size` keys up to the query's own.
AttentionWindow window_of(const OpContext& context) {
  AttentionWindow window;
  if (context.integer("causal", 1) != 0) window.right = 0;
  if (const std::int64_t local = context.integer("local_window_size", -1); local > 0) window.left = local - 1;
  return window;
}

AxisMap grouped_axes(const OpContext& context) { return attention_over_tokens(context, window_of(context)); }

void grouped_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& query = context.known_shape(kQuery);
  const Dim keys = keys_of(context, kGrouped), fresh = new_keys(context).value_or(0);
  set_loops(context, kGrouped, heads_of(context),
            {query[0], query[1], keys, query[0] * query[1], query[0] * fresh, query[0] * keys}, loops);
}

constexpr Lines kGroupedLines{.text = kText,
                              .conditions = kConditions<kGrouped, true>,
                              .loops = grouped_loops,
                              .shape = grouped_shape<kGrouped>,
                              .axes = grouped_axes,
                              .visible = [](const OpContext& context, const Dim& per_pair) {
                                return visible_products(per_pair, context.known_shape(kQuery)[1], keys_of(context, kGrouped),
                                                        window_of(context));
                              }};

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

void sparse_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& query = context.known_shape(kQuery);
  const Dim rows = query[0] * query[1];
  set_loops(context, kSparse, heads_of(context), {query[0], query[1], context.remembered(0), rows, rows, 0}, loops);
}

constexpr Lines kSparseLines{
    .text = kText,
    .conditions = kConditions<kSparse, false>,
    .loops = sparse_loops,
    .shape = sparse_shape,
    .visible = [](const OpContext& context, const Dim& per_pair) {
      return visible_products(per_pair, context.known_shape(kQuery)[1], context.remembered(0), {std::nullopt, 0});
    }};

/// Each query meets the keys selected for it, and with `local_plus_selected` those of a window.
Dim selected_keys(const OpContext& context, const OperandIndices& operands) {
  const Dim& selected = last_of(context.known_shape(operands.selected));
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

void dynamic_sparse_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& query = context.known_shape(kQuery);
  const Dim rows = query[0] * query[1];
  set_loops(context, kDynamicSparse, heads_of(context),
            {query[0], query[1], selected_keys(context, kDynamicSparse), rows, rows, 0}, loops);
}

constexpr Lines kDynamicSparseLines{.text = kText,
                                    .conditions = kConditions<kDynamicSparse, false>,
                                    .loops = dynamic_sparse_loops,
                                    .shape = dynamic_sparse_shape};

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
struct PagedView {
  AttentionWindow window;
  bool is_token_by_token = false;
};

PagedView paged_view(const OpContext& context) {
  PagedView view{window_of(context)};
  const Shape& lengths = context.shape(kPastLengths);
  const bool is_one_sequence = lengths.known() && lengths.rank() == 1 && lengths[0].is(1);
  if (context.integer("is_causal", 1) == 0 || !is_one_sequence) view.window.right.reset();
  view.is_token_by_token = !is_one_sequence && view.window.left.has_value();
  return view;
}

void paged_loops(const OpContext& context, LoopExtents& loops) {
  const Dim &tokens = context.known_shape(kQuery)[0], &keys = context.remembered(0);
  const bool is_token_by_token = paged_view(context).is_token_by_token;
  set_loops(context, kPaged, paged_heads(context),
            {is_token_by_token ? tokens : Dim(1), is_token_by_token ? Dim(1) : tokens, keys, tokens, tokens, keys}, loops);
}

constexpr Lines kPagedLines{.text = kText,
                            .conditions = kConditions<kPaged, true>,
                            .loops = paged_loops,
                            .shape = all_paged_shape,
                            .visible = [](const OpContext& context, const Dim& per_pair) {
                              const PagedView view = paged_view(context);
                              return visible_products(per_pair, view.is_token_by_token ? Dim(1) : context.known_shape(kQuery)[0],
                                                      context.remembered(0), view.window);
                            }};

void sparse_paged_loops(const OpContext& context, LoopExtents& loops) {
  const Dim& tokens = context.known_shape(kQuery)[0];
  const Dim keys = selected_keys(context, kSparsePaged);
  set_loops(context, kSparsePaged, heads_of(context), {1, tokens, keys, tokens, tokens, tokens * keys}, loops);
}

constexpr Lines kSparsePagedLines{
    .text = kText, .conditions = kConditions<kSparsePaged, true>, .loops = sparse_paged_loops, .shape = paged_shape};

constexpr AttentionOperands kGroupedOperands{.query = 0, .key = 1, .value = 2, .past = {3, 4}};

constexpr Operator kGroupedAttentionRows[] = {
    {.name = "DynamicSparseAttention",
     .meaning = line_body<kDynamicSparseLines>,
     .roles = "data*7 constant*7 weight*3 constant quantisation*2"},
    {.name = "GroupQueryAttention",
     .meaning = line_body<kGroupedLines>,
     .roles = "data*5 constant*2 data*4 weight quantisation*2 weight*2 constant",
     .traits = Trait::attention,
     .attention = &kGroupedOperands},
    {.name = "PagedAttention",
     .meaning = line_body<kPagedLines>,
     .roles = "data*5 constant*3 data*2 constant weight*3 quantisation*2 constant"},
    {.name = "SparseAttention", .meaning = line_body<kSparseLines>, .roles = "data*5 constant*4 data*2"},
    {.name = "SparsePagedAttention",
     .meaning = line_body<kSparsePagedLines>,
     .roles = "data*5 constant*5 data*3 constant data*2 weight*3 quantisation*2 constant"},
};

}  // namespace

Family families::microsoft_grouped_attention() { return {"com.microsoft", "grouped attention", kGroupedAttentionRows}; }

}  // namespace macroscope
