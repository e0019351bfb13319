#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/gradients/gradient_macs.h"
#include "analyzer/operators/gradients/nest_gradients.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/neural/attention_work.h"

namespace macroscope {
namespace {

constexpr std::size_t kQuery = 0, kKey = 1, kValue = 2, kMask = 3, kPastKey = 4, kPastValue = 5;

/// An operand with its heads apart: [batch, heads, length, width].
struct Heads {
  std::optional<Dim> batch, heads, length, width;
};

Heads heads_of(const OpContext& context, std::size_t index, std::string_view attribute) {
  const Shape& shape = context.shape(index);
  if (!shape.known()) return {};
  require(shape.rank() == 3 || shape.rank() == 4, "bad-rank", "operand {} is {}, its rank must be 3 or 4", index, shape);
  if (shape.rank() == 4) return {shape[0], shape[1], shape[2], shape[3]};
  const Dim heads = context.size(attribute, 0);
  require(at_least(heads, 1) != Certainty::never, "bad-attribute", "{} must be given and above 0 for an operand of rank 3",
          attribute);
  return {shape[0], heads, shape[1], exact_share(context, shape[2], heads, "width over heads")};
}

void agree(const OpContext& context, const std::optional<Dim>& a, const std::optional<Dim>& b, std::string_view what) {
  if (a && b) context.must_equal(*a, *b, what);
}

std::optional<Dim> sum_of(const std::optional<Dim>& a, const std::optional<Dim>& b) {
  return a && b ? std::optional<Dim>(*a + *b) : std::nullopt;
}

/// The shape, if every extent is known.
Shape shape_from(std::initializer_list<std::optional<Dim>> extents) {
  std::vector<Dim> dims;
  for (const auto& extent : extents) {
    if (!extent) return Shape::unknown();
    dims.push_back(*extent);
  }
  return Shape(dims);
}

struct Operands {
  Heads query, key, value;
  std::optional<Dim> keys;  // with the past
};

Operands operands_of(const OpContext& context) {
  Operands operands{heads_of(context, kQuery, "q_num_heads"),
                    heads_of(context, kKey, "kv_num_heads"),
                    heads_of(context, kValue, "kv_num_heads"),
                    {}};
  operands.keys = operands.key.length ? operands.key.length : operands.value.length;
  const std::size_t past = context.has_input(kPastKey) ? kPastKey : kPastValue;
  if (!context.has_input(past)) return operands;
  const Shape& shape = context.shape(past);
  require_rank(context, past, 4);
  operands.keys = shape.known() ? sum_of(operands.keys, shape[2]) : std::nullopt;
  return operands;
}

void check_heads(const OpContext& context, const Heads& query, const Heads& key) {
  if (!query.heads || !key.heads) return;
  const auto many = query.heads->number();
  const auto few = key.heads->number();
  require(!many || !few || (*few > 0 && *many % *few == 0), "shape-mismatch", "{} query heads are no multiple of {} key heads",
          query.heads->text(), key.heads->text());
  agree(context, query.batch, key.batch, "batch of query and key");
}

std::vector<Fact> attention_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_same_dtype(context, {kQuery, kKey, kPastKey});
  require_same_dtype(context, {kValue, kPastValue});
  require(context.has_input(kPastKey) == context.has_input(kPastValue), "missing-input", "past key and past value come together");
  require_rank(context, kPastKey, 4);
  require_rank(context, kPastValue, 4);
  const auto [query, key, value, keys] = operands_of(context);
  check_heads(context, query, key);
  agree(context, query.width, key.width, "width of a query and a key");
  agree(context, key.length, value.length, "number of keys and values");
  agree(context, key.heads, value.heads, "heads of keys and values");
  const Shape& shape = context.shape(kQuery);
  Shape result = Shape::unknown();
  if (shape.known() && shape.rank() == 3 && value.width) result = Shape{shape[0], shape[1], *query.heads * *value.width};
  if (shape.known() && shape.rank() == 4) result = shape_from({query.batch, query.heads, query.length, value.width});
  return {Fact::tensor(context.dtype(kQuery), result),
          Fact::tensor(context.dtype(kKey), shape_from({key.batch, key.heads, keys, key.width})),
          Fact::tensor(context.dtype(kValue), shape_from({value.batch, value.heads, keys, value.width})),
          Fact::tensor(context.dtype(kQuery), shape_from({query.batch, query.heads, query.length, keys}))};
}

AttentionWindow window_of(const OpContext& context) {
  AttentionWindow window;
  const auto bound = [&](std::string_view name) {
    const std::int64_t size = context.integer(name, -1);
    return size < 0 ? std::nullopt : std::optional(size);
  };
  window.left = bound("left_window_size");
  window.right = context.integer("is_causal", 0) != 0 ? std::optional<std::int64_t>(0) : bound("right_window_size");
  return window;
}

void attention_loops(const OpContext& context, LoopExtents& loops) {
  const auto [query, key, value, keys] = operands_of(context);
  if (!query.batch || !keys || !value.width) throw Unknown();
  loops.set("b", *query.batch);
  loops.set("h", *query.heads);
  loops.set("q", *query.length);
  loops.set("k", *keys);
  loops.set("d", *query.width);
  loops.set("v", *value.width);
}

Dim seen_products(const OpContext& context, const Dim& per_pair) {
  const auto [query, key, value, keys] = operands_of(context);
  return visible_products(per_pair, *query.length, *keys, window_of(context));
}

bool has_mask(const OpContext& context) { return context.has_input(kMask) && is_floating(context.dtype(kMask)); }
bool has_cap(const OpContext& context) { return context.real("softcap", 0) > 0; }

/// A query reads the keys and values that its window shows it, and what is behind them of the past: all.
AxisMap attention_axes(const OpContext& context) {
  const auto [query, key, value, keys] = operands_of(context);
  if (!query.length || !key.length || !keys) throw Unknown();
  AxisMap map;
  const bool has_heads = context.shape(kQuery).rank() == 4;
  const std::size_t length = has_heads ? 2 : 1;
  const AttentionWindow window = window_of(context);
  for (const std::size_t operand : {kQuery, kKey, kValue, kPastKey, kPastValue}) {
    if (!context.has_input(operand) || !context.shape(operand).known()) continue;
    const Shape& shape = context.shape(operand);
    const std::size_t place = shape.rank() == 4 ? 2 : 1;  // of the length
    std::vector<AccessMap> axes = axis_maps::whole_between(shape, 1, shape.rank());
    axes[0] = AccessMap::along(0);
    if (has_heads && shape.rank() == 4 && shape[1] == context.shape(kQuery)[1]) axes[1] = AccessMap::along(1);
    if (operand == kQuery) axes[place] = AccessMap::along(length);
    if (operand == kKey || operand == kValue) axes[place] = visible_keys(*query.length, *key.length, window, length);
    map.reads(0, operand, std::move(axes));
  }
  if (context.has_input(kMask) && context.shape(kMask).known()) {
    const Shape& mask = context.shape(kMask);
    std::vector<AccessMap> axes = axis_maps::whole_between(mask, 0, mask.rank());
    if (mask.rank() > 1) axes[mask.rank() - 2] = AccessMap::along(length);
    if (mask.rank() == 4 && !mask[0].is(1)) axes[0] = AccessMap::along(0);
    map.reads(0, kMask, std::move(axes));
  }
  // What is kept for the next call: the past, and behind it what is new.
  for (const std::size_t output : {std::size_t{1}, std::size_t{2}}) {
    const std::size_t fresh = output == 1 ? kKey : kValue, past = output == 1 ? kPastKey : kPastValue;
    const Shape& shape = context.shape(fresh);
    if (shape.known() && shape.rank() == 4)
      map.reads(output, fresh, axis_maps::same_but(shape, 2, AccessMap::along(2, 1, *key.length - *keys, *key.length - *keys)));
    if (context.has_input(past) && context.shape(past).known()) map.reads(output, past, axis_maps::same(4));
  }
  return map;
}

// RotaryEmbedding.

std::vector<Fact> rotary_shape(const OpContext& context) {
  require_inputs(context, 3);
  const Shape& shape = context.shape(0);
  require(!shape.known() || shape.rank() == 3 || shape.rank() == 4, "bad-rank", "operand 0 is {}, its rank must be 3 or 4",
          shape);
  require(!shape.known() || shape.rank() == 4 || context.integer("num_heads", 0) > 0, "bad-attribute",
          "num_heads must be given and above 0 for an operand of rank 3");
  return {Fact::tensor(context.dtype(0), shape)};
}

/// Tokens and heads r, of whose elements p are rotated.
void rotary_loops(const OpContext& context, LoopExtents& loops) {
  const Shape& shape = context.known_shape(0);
  const bool has_heads = shape.rank() == 4;
  const Dim heads = has_heads ? shape[1] : Dim(context.integer("num_heads", 1));
  const Dim tokens = shape[0] * (has_heads ? shape[2] : shape[1]);
  const std::int64_t partial = context.integer("rotary_embedding_dim", 0);
  loops.set("r", partial > 0 || has_heads ? tokens * heads : tokens);
  loops.set("p", partial > 0 ? Dim(partial) : shape[shape.rank() - 1]);
}

constexpr Lines kRotaryEmbedding{.text = "X, cosines, sines | Y[r,p] = X[r,p] * cosines[..] + X[r,p+1] * sines[..]",
                                 .loops = rotary_loops,
                                 .shape = rotary_shape,
                                 .axes = axis_maps::tokens};

// FlexAttention: both modifiers are graphs from scores to scores.

std::vector<Fact> flex_attention_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_same_dtype(context, {kQuery, kKey, kValue});
  for (const std::size_t index : {kQuery, kKey, kValue}) require_rank(context, index, 4);
  const auto [query, key, value, keys] = operands_of(context);
  check_heads(context, query, key);
  agree(context, query.width, key.width, "width of a query and a key");
  agree(context, key.length, value.length, "number of keys and values");
  agree(context, key.heads, value.heads, "heads of keys and values");
  agree(context, key.batch, value.batch, "batch of keys and values");
  const DataType wide = context.dtype(kQuery) == DataType::float64 ? DataType::float64 : DataType::float32;
  const Fact scores = Fact::tensor(dtype_attribute(context, "softmax_precision", wide),
                                   shape_from({query.batch, query.heads, query.length, keys}));
  for (const std::string_view modifier : {"score_mod", "prob_mod"})
    if (const auto graph = context.nested_graph(modifier)) context.enter(*graph, {scores}, modifier);
  return {Fact::tensor(context.dtype(kQuery), shape_from({query.batch, query.heads, query.length, value.width}))};
}

constexpr AttentionOperands kOperands{.query = 0, .key = 1, .value = 2, .past = {4, 5}, .causal = "is_causal"};

/// Scores of all queries q against keys k, scaled, masked and capped; a softmax over the keys; the mean of the values by it.
constexpr std::string_view kAttentionText =
    "Q, K, V, mask | S[b,h,q,k] += Q[b,h,q,d] * K[b,h,k,d]; z[b,h,q,k] = scale * S[b,h,q,k];"
    "when masked: z[b,h,q,k] = z[b,h,q,k] + mask[..]; when capped: z[b,h,q,k] = softcap * Tanh(z[b,h,q,k] / softcap);"
    "m[b,h,q] max= z[b,h,q,k]; e[b,h,q,k] = Exp(z[b,h,q,k] - m[b,h,q]); s[b,h,q] += e[b,h,q,k]; P[b,h,q,k] = e[b,h,q,k] / "
    "s[b,h,q];"
    "Y[b,h,q,v] += P[b,h,q,k] * V[b,h,k,v]";

constexpr Lines attention_by(ShapeRule shape) {
  return {.text = kAttentionText,
          .conditions = {{{"masked", has_mask}, {"capped", has_cap}}},
          .loops = attention_loops,
          .shape = shape,
          .axes = attention_axes,
          .visible = seen_products};
}
constexpr Lines kAttention = attention_by(attention_shape);
constexpr Lines kFlexAttention = attention_by(flex_attention_shape);

constexpr Operator kPreviewRows[] = {
    {.name = "FlexAttention",
     .meaning = line_body<kFlexAttention>,
     .traits = Trait::attention,
     .gradient_macs = gradient_macs_of_attention},
};

constexpr Operator kAttentionRows[] = {
    {.name = "Attention",
     .meaning = line_body<kAttention>,
     .since = 23,
     .traits = Trait::attention,
     .gradient = gradients_of_attention,
     .gradient_macs = gradient_macs_of_attention,
     .attention = &kOperands},
    {.name = "RotaryEmbedding", .meaning = line_body<kRotaryEmbedding>, .since = 23},
};

}  // namespace

Family families::attention() { return {"", "attention", kAttentionRows}; }
Family families::preview_attention() { return {"ai.onnx.preview", "attention", kPreviewRows}; }

}  // namespace macroscope
