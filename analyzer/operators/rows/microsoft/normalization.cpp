// Normalizations of com.microsoft: behind a residual, an embedding or a quantisation, with a gate or an activation.
#include "analyzer/operators/rows/neural/normalization.h"

#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

constexpr Effort kSigmoid{.add = 1, .div = 1, .special = 1};
constexpr Effort kRootMeanSquare{.add = 1, .div = 1, .special = 1};  // per group

/// Mean and variance, or their inverse root, of each row, the last axis kept as 1.
Shape statistics_of(const Shape& shape) { return with_last(shape, 1); }

void check_features(const OpContext& context, std::initializer_list<std::size_t> vectors) {
  if (!context.shape(0).known()) return;
  for (const std::size_t index : vectors) {
    if (!context.shape(index).known()) continue;
    require_rank(context, index, 1);
    context.must_equal(context.shape(index)[0], last_of(context.shape(0)), "features of the scale, shift or bias");
  }
}

/// Outputs: the result, statistics that only training asks for, the sum before the normalization.
std::vector<Fact> behind_residual(const OpContext& context) {
  const Shape& shape = context.shape(0);
  const Fact result = Fact::tensor(context.dtype(0), shape);
  const Fact statistic = Fact::tensor(DataType::float32, statistics_of(shape));
  return {result, statistic, statistic, result};
}

std::vector<Fact> skip_layer_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_same_dtype(context, {0, 1, 2, 3, 4});
  check_features(context, {2, 3, 4});
  return behind_residual(context);
}

Work skip_layer_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  work.add({.add = context.has_input(4) ? 2 : 1}, shape.elements());
  add_normalization(work, shape.elements(), rows_of(shape), {.mul = 1, .add = context.has_input(3) ? 1 : 0});
  return work;
}

std::vector<Fact> skip_simplified_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_same_dtype(context, {0, 1, 2, 3});
  check_features(context, {2, 3});
  return behind_residual(context);
}

Work skip_simplified_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  work.add({.add = context.has_input(3) ? 2 : 1}, shape.elements());
  add_rms_normalization(work, shape.elements(), rows_of(shape));
  return work;
}

std::size_t first_normalized_axis(const OpContext& context, std::size_t rank) {
  return OpContext::axis_of(context.integer("axis", -1), rank);
}

std::vector<Fact> simplified_shape(const OpContext& context) {
  require_inputs(context, 2);
  const Shape& shape = context.shape(0);
  Shape statistics = Shape::unknown();
  if (shape.known()) {
    std::vector<Dim> dims(shape.begin(), shape.end());
    for (std::size_t axis = first_normalized_axis(context, shape.rank()); axis < dims.size(); ++axis) dims[axis] = 1;
    statistics = Shape(dims);
  }
  return {Fact::tensor(context.dtype(1) == DataType::unknown ? context.dtype(0) : context.dtype(1), shape),
          Fact::tensor(DataType::float32, statistics)};
}

Work simplified_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  add_rms_normalization(work, shape.elements(), product(shape.dims().first(first_normalized_axis(context, shape.rank()))));
  return work;
}

// Embeddings: words, positions and, where given, segments are looked up, added and normalized.

Shape embedded(const OpContext& context, std::size_t table) {
  const Shape& ids = context.shape(0);
  const Shape& words = context.shape(table);
  require_rank(context, 0, 2);
  require_rank(context, table, 2);
  return ids.known() && words.known() ? Shape{ids[0], ids[1], words[1]} : Shape::unknown();
}

Shape batch_of_ids(const OpContext& context) { return context.shape(0).known() ? Shape{context.shape(0)[0]} : Shape::unknown(); }

std::vector<Fact> embed_shape(const OpContext& context) {
  for (const std::size_t index : {0U, 2U, 3U, 5U, 6U})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  const Fact result = Fact::tensor(context.dtype(2), embedded(context, 2));
  return {result, Fact::tensor(DataType::int32, batch_of_ids(context)), result};
}

Work embed_work(const OpContext& context) {
  const Shape& shape = context.output(0).type.shape;
  if (!shape.known()) throw Unknown();
  Work work;
  work.add({.add = context.has_input(1) ? 2 : 1}, shape.elements());
  add_normalization(work, shape.elements(), rows_of(shape), {.mul = 1, .add = 1});
  return work;
}

std::vector<Fact> quantized_embed_shape(const OpContext& context) {
  for (const std::size_t index : {0U, 2U, 3U, 5U, 6U, 8U, 9U})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  return {Fact::tensor(context.dtype(8), embedded(context, 2)), Fact::tensor(DataType::int32, batch_of_ids(context))};
}

Work quantized_embed_work(const OpContext& context) {
  Work work = embed_work(context);
  const Shape& shape = context.output(0).type.shape;
  const int tables = context.has_input(1) ? 3 : 2;
  work.add(kDequantize, shape.elements() * tables + last_of(shape) * 2);
  return work;
}

// Groups of channels.

std::vector<Fact> group_shape(const OpContext& context) {
  require_inputs(context, 3);
  const std::int64_t groups = positive(context, "groups");
  const Shape& shape = context.shape(0);
  if (shape.known()) {
    require_rank_at_least(context, 0, 2);
    const Dim& channels = context.integer("channels_last", 1) != 0 ? last_of(shape) : shape[1];
    exact_share(context, channels, groups, "channels over groups");
    for (const std::size_t index : {1U, 2U})
      if (context.shape(index).known())
        context.must_equal(context.shape(index).elements(), channels, "entries of the scale or shift");
  }
  const Fact result = Fact::tensor(context.dtype(0), shape);
  return {result, result};
}

Work group_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  add_normalization(work, shape.elements(), shape[0] * positive(context, "groups"), {.mul = 1, .add = 1});
  if (context.integer("activation", 0) != 0) work.add(kSilu, shape.elements());
  return work;
}

Work skip_group_work(const OpContext& context) {
  Work work = group_work(context);
  work.add({.add = context.has_input(4) ? 2 : 1}, elements_of(context.input(0)));
  return work;
}

// Root mean squares of parts of the last axis.

Work branchwise_work(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  const Dim branches = std::max<std::int64_t>(context.integer("num_branches", 0), 1);
  Work work;
  work.add({.add = 1, .mul = context.has_input(1) ? 3 : 2}, shape.elements());
  work.add(kRootMeanSquare, rows_of(shape) * branches);
  return work;
}

Work gated_work(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  const Dim groups =
      rows_of(shape) * exact_share(context, last_of(shape), elements_of(context.input(1)), "last axis over the scale");
  Work work;
  add_rms_normalization(work, shape.elements(), groups);
  const bool by_sigmoid = choice(context, "activation", "silu", {"silu", "swish", "sigmoid"}) == "sigmoid";
  work.add((by_sigmoid ? kSigmoid : kSilu) + Effort{.mul = 1}, shape.elements());
  return work;
}

Work ordered_work(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  Work work;
  work.add(kDequantize + kQuantize, shape.elements());
  const Dim rows = product(shape.dims().first(first_normalized_axis(context, shape.rank())));
  add_normalization(work, shape.elements(), rows, {.mul = 1, .add = context.has_input(3) ? 1 : 0});
  return work;
}

/// [batch, sequence, heads, width of the slice]
Shape rotated_slice(const OpContext& context) {
  const Shape& shape = context.shape(0);
  require_rank(context, 0, 4);
  const std::int64_t width = context.integer("input_width", 0);
  return shape.known() && width > 0 ? with_last(shape, width) : shape;
}

std::vector<Fact> rotary_norm_shape(const OpContext& context) {
  require_inputs(context, 5);
  const DataType dtype = context.integer("output_fp16", 0) != 0 ? DataType::float16 : DataType::bfloat16;
  const Shape slice = rotated_slice(context);
  Shape result = Shape::unknown();
  if (slice.known()) {
    const bool flat = context.integer("flatten_batch", 0) != 0;
    result = flat ? Shape{1, slice[0] * slice[1], slice[2] * slice[3]} : Shape{slice[0], slice[1], slice[2] * slice[3]};
  }
  return {Fact::tensor(dtype, result), Fact::tensor(DataType::float32, slice)};
}

Work rotary_norm_work(const OpContext& context) {
  const Shape slice = rotated_slice(context);
  if (!slice.known()) throw Unknown();
  Work work;
  add_rms_normalization(work, slice.elements(), rows_of(slice));
  work.add({.add = 1, .mul = 2}, rows_of(slice) * positive(context, "rotary_embedding_dim"));
  return work;
}

/// gate = sigmoid(sign(d) * sqrt(max(|d|, 1e-6))) of d = sum(norm(key) * norm(query)) / sqrt(width); the result is gate * value.
Work engram_work(const OpContext& context) {
  const Shape& keys = context.known_shape(0);
  Work work;
  add_rms_normalization(work, keys.elements() * 2, rows_of(keys) * 2);
  work.add({.add = 1, .mul = 2}, keys.elements());
  work.add(kSigmoid + Effort{.mul = 1, .div = 1, .compare = 3, .special = 1}, rows_of(keys));
  if (context.has_output(1)) add_rms_normalization(work, keys.elements(), rows_of(keys));
  return work;
}

std::vector<Fact> engram_shape(const OpContext& context) {
  require_inputs(context, 5);
  require_rank(context, 0, 4);
  require_rank(context, 2, 3);
  const Fact result = Fact::tensor(context.dtype(0), context.shape(0));
  return {result, result};
}

constexpr std::string_view kGroupCost = "3 mul, 4 add per element; 2 div, 1 add, 1 special per group; SiLU where activation is 1";

constexpr Operator kRows[] = {
    {.name = "BranchwiseRMSNorm",
     .meaning = Rules{like_first, branchwise_work, axis_maps::tokens},
     .roles = "data weight",
     .cost = "2 mul, 1 add per element, 1 mul for the scale; 1 div, 1 add, 1 special per branch of a row",
     .derives = "RMSNormalization"},
    {.name = "EmbedLayerNormalization",
     .meaning = Rules{embed_shape, embed_work, axis_maps::tokens},
     .roles = "data*2 weight*4 bias data*2",
     .cost = "1 add per element for each further embedding, then as LayerNormalization",
     .channels = ChannelAxis::lost,
     .derives = "LayerNormalization"},
    {.name = "EngramGate",
     .meaning = Rules{engram_shape, engram_work},
     .roles = "data*3 weight",
     .cost = "RMS normalization of keys and queries; 2 mul, 1 add per element; per row 1 div, 3 compare, 1 special, 1 mul and a "
             "sigmoid"},
    {.name = "GatedRMSNorm",
     .meaning = Rules{like_first, gated_work, axis_maps::tokens},
     .roles = "data weight data",
     .cost = "as RMSNormalization, and SiLU (or a sigmoid) and 1 mul per element",
     .derives = "RMSNormalization"},
    {.name = "GroupNorm",
     .meaning = Rules{group_shape, group_work},
     .roles = "data weight bias",
     .cost = kGroupCost,
     .derives = "GroupNormalization"},
    {.name = "QEmbedLayerNormalization",
     .meaning = Rules{quantized_embed_shape, quantized_embed_work, axis_maps::tokens},
     .roles = "data*2 weight*4 bias data quantisation",
     .cost = "1 add, 1 mul for each element looked up and for scale and shift, then as EmbedLayerNormalization",
     .channels = ChannelAxis::lost,
     .derives = "LayerNormalization"},
    {.name = "QOrderedLayerNormalization",
     .meaning = Rules{like_first, ordered_work, axis_maps::tokens},
     .roles = "data quantisation weight bias quantisation",
     .cost = "DequantizeLinear, LayerNormalization, QuantizeLinear",
     .derives = {"LayerNormalization", {0, 2, 3}}},
    {.name = "RMSNormRotary",
     .meaning = Rules{rotary_norm_shape, rotary_norm_work, axis_maps::tokens},
     .roles = "data weight data constant*3",
     .cost = "as RMSNormalization; 2 mul, 1 add per rotated element",
     .derives = "RMSNormalization"},
    {.name = "SimplifiedLayerNormalization",
     .meaning = Rules{simplified_shape, simplified_work, axis_maps::tokens},
     .roles = "data weight",
     .cost = "3 mul, 1 add per element; 1 div, 1 add, 1 special per row",
     .derives = "RMSNormalization"},
    {.name = "SkipGroupNorm",
     .meaning = Rules{group_shape, skip_group_work},
     .roles = "data weight bias data bias",
     .cost = "1 add per element for each of residual and bias, then as GroupNorm",
     .derives = "GroupNormalization"},
    {.name = "SkipLayerNormalization",
     .meaning = Rules{skip_layer_shape, skip_layer_work, axis_maps::tokens},
     .roles = "data*2 weight bias*2",
     .cost = "1 add per element for each of residual and bias, then as LayerNormalization",
     .derives = {"LayerNormalization", {0, 2, 3}}},
    {.name = "SkipSimplifiedLayerNormalization",
     .meaning = Rules{skip_simplified_shape, skip_simplified_work, axis_maps::tokens},
     .roles = "data*2 weight bias",
     .cost = "1 add per element for each of residual and bias, then as RMSNormalization",
     .derives = {"RMSNormalization", {0, 2}}},
};

// onnxruntime keeps this one in ONNX's own domain as well.
constexpr Operator kRowsOfOnnx[] = {
    {.name = "SimplifiedLayerNormalization",
     .meaning = Rules{simplified_shape, simplified_work},
     .roles = "data weight",
     .cost = "3 mul, 1 add per element; 1 div, 1 add, 1 special per row",
     .derives = "RMSNormalization"},
};

}  // namespace

Family families::microsoft_normalization() { return {"com.microsoft", "normalization", kRows}; }
Family families::microsoft_normalization_of_onnx() { return {"", "normalization of onnxruntime", kRowsOfOnnx}; }

}  // namespace macroscope
