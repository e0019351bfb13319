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

void check_features(const Site& site, std::initializer_list<std::size_t> vectors) {
  if (!site.shape(0).known()) return;
  for (const std::size_t index : vectors) {
    if (!site.shape(index).known()) continue;
    require_rank(site, index, 1);
    site.must_equal(site.shape(index)[0], last_of(site.shape(0)), "features of the scale, shift or bias");
  }
}

/// Outputs: the result, statistics that only training asks for, the sum before the normalization.
std::vector<Fact> behind_residual(const Site& site) {
  const Shape& shape = site.shape(0);
  const Fact result = Fact::tensor(site.dtype(0), shape);
  const Fact statistic = Fact::tensor(DataType::float32, statistics_of(shape));
  return {result, statistic, statistic, result};
}

std::vector<Fact> skip_layer_shape(const Site& site) {
  require_inputs(site, 3);
  require_same_dtype(site, {0, 1, 2, 3, 4});
  check_features(site, {2, 3, 4});
  return behind_residual(site);
}

Work skip_layer_work(const Site& site) {
  Work work;
  const Shape& shape = site.known_shape(0);
  work.add({.add = site.has_input(4) ? 2 : 1}, shape.elements());
  add_normalization(work, shape.elements(), rows_of(shape), {.mul = 1, .add = site.has_input(3) ? 1 : 0});
  return work;
}

std::vector<Fact> skip_simplified_shape(const Site& site) {
  require_inputs(site, 3);
  require_same_dtype(site, {0, 1, 2, 3});
  check_features(site, {2, 3});
  return behind_residual(site);
}

Work skip_simplified_work(const Site& site) {
  Work work;
  const Shape& shape = site.known_shape(0);
  work.add({.add = site.has_input(3) ? 2 : 1}, shape.elements());
  add_rms_normalization(work, shape.elements(), rows_of(shape));
  return work;
}

std::size_t first_normalized_axis(const Site& site, std::size_t rank) { return Site::axis_of(site.integer("axis", -1), rank); }

std::vector<Fact> simplified_shape(const Site& site) {
  require_inputs(site, 2);
  const Shape& shape = site.shape(0);
  Shape statistics = Shape::unknown();
  if (shape.known()) {
    std::vector<Dim> dims(shape.begin(), shape.end());
    for (std::size_t axis = first_normalized_axis(site, shape.rank()); axis < dims.size(); ++axis) dims[axis] = 1;
    statistics = Shape(dims);
  }
  return {Fact::tensor(site.dtype(1) == DataType::unknown ? site.dtype(0) : site.dtype(1), shape),
          Fact::tensor(DataType::float32, statistics)};
}

Work simplified_work(const Site& site) {
  Work work;
  const Shape& shape = site.known_shape(0);
  add_rms_normalization(work, shape.elements(), product(shape.dims().first(first_normalized_axis(site, shape.rank()))));
  return work;
}

// Embeddings: words, positions and, where given, segments are looked up, added and normalized.

Shape embedded(const Site& site, std::size_t table) {
  const Shape& ids = site.shape(0);
  const Shape& words = site.shape(table);
  require_rank(site, 0, 2);
  require_rank(site, table, 2);
  return ids.known() && words.known() ? Shape{ids[0], ids[1], words[1]} : Shape::unknown();
}

Shape batch_of_ids(const Site& site) { return site.shape(0).known() ? Shape{site.shape(0)[0]} : Shape::unknown(); }

std::vector<Fact> embed_shape(const Site& site) {
  for (const std::size_t index : {0U, 2U, 3U, 5U, 6U})
    require(site.has_input(index), "missing-input", "operand {} is left out", index);
  const Fact result = Fact::tensor(site.dtype(2), embedded(site, 2));
  return {result, Fact::tensor(DataType::int32, batch_of_ids(site)), result};
}

Work embed_work(const Site& site) {
  const Shape& shape = site.output(0).type.shape;
  if (!shape.known()) throw NotKnown();
  Work work;
  work.add({.add = site.has_input(1) ? 2 : 1}, shape.elements());
  add_normalization(work, shape.elements(), rows_of(shape), {.mul = 1, .add = 1});
  return work;
}

std::vector<Fact> quantized_embed_shape(const Site& site) {
  for (const std::size_t index : {0U, 2U, 3U, 5U, 6U, 8U, 9U})
    require(site.has_input(index), "missing-input", "operand {} is left out", index);
  return {Fact::tensor(site.dtype(8), embedded(site, 2)), Fact::tensor(DataType::int32, batch_of_ids(site))};
}

Work quantized_embed_work(const Site& site) {
  Work work = embed_work(site);
  const Shape& shape = site.output(0).type.shape;
  const int tables = site.has_input(1) ? 3 : 2;
  work.add(kDequantize, shape.elements() * tables + last_of(shape) * 2);
  return work;
}

// Groups of channels.

std::vector<Fact> group_shape(const Site& site) {
  require_inputs(site, 3);
  const std::int64_t groups = positive(site, "groups");
  const Shape& shape = site.shape(0);
  if (shape.known()) {
    require_rank_at_least(site, 0, 2);
    const Dim& channels = site.integer("channels_last", 1) != 0 ? last_of(shape) : shape[1];
    exact_share(site, channels, groups, "channels over groups");
    for (const std::size_t index : {1U, 2U})
      if (site.shape(index).known()) site.must_equal(site.shape(index).elements(), channels, "entries of the scale or shift");
  }
  const Fact result = Fact::tensor(site.dtype(0), shape);
  return {result, result};
}

Work group_work(const Site& site) {
  Work work;
  const Shape& shape = site.known_shape(0);
  add_normalization(work, shape.elements(), shape[0] * positive(site, "groups"), {.mul = 1, .add = 1});
  if (site.integer("activation", 0) != 0) work.add(kSilu, shape.elements());
  return work;
}

Work skip_group_work(const Site& site) {
  Work work = group_work(site);
  work.add({.add = site.has_input(4) ? 2 : 1}, elements_of(site.input(0)));
  return work;
}

// Root mean squares of parts of the last axis.

Work branchwise_work(const Site& site) {
  const Shape& shape = site.known_shape(0);
  const Dim branches = std::max<std::int64_t>(site.integer("num_branches", 0), 1);
  Work work;
  work.add({.add = 1, .mul = site.has_input(1) ? 3 : 2}, shape.elements());
  work.add(kRootMeanSquare, rows_of(shape) * branches);
  return work;
}

Work gated_work(const Site& site) {
  const Shape& shape = site.known_shape(0);
  const Dim groups = rows_of(shape) * exact_share(site, last_of(shape), elements_of(site.input(1)), "last axis over the scale");
  Work work;
  add_rms_normalization(work, shape.elements(), groups);
  const bool by_sigmoid = choice(site, "activation", "silu", {"silu", "swish", "sigmoid"}) == "sigmoid";
  work.add((by_sigmoid ? kSigmoid : kSilu) + Effort{.mul = 1}, shape.elements());
  return work;
}

Work ordered_work(const Site& site) {
  const Shape& shape = site.known_shape(0);
  Work work;
  work.add(kDequantize + kQuantize, shape.elements());
  const Dim rows = product(shape.dims().first(first_normalized_axis(site, shape.rank())));
  add_normalization(work, shape.elements(), rows, {.mul = 1, .add = site.has_input(3) ? 1 : 0});
  return work;
}

/// [batch, sequence, heads, width of the slice]
Shape rotated_slice(const Site& site) {
  const Shape& shape = site.shape(0);
  require_rank(site, 0, 4);
  const std::int64_t width = site.integer("input_width", 0);
  return shape.known() && width > 0 ? with_last(shape, width) : shape;
}

std::vector<Fact> rotary_norm_shape(const Site& site) {
  require_inputs(site, 5);
  const DataType dtype = site.integer("output_fp16", 0) != 0 ? DataType::float16 : DataType::bfloat16;
  const Shape slice = rotated_slice(site);
  Shape result = Shape::unknown();
  if (slice.known()) {
    const bool flat = site.integer("flatten_batch", 0) != 0;
    result = flat ? Shape{1, slice[0] * slice[1], slice[2] * slice[3]} : Shape{slice[0], slice[1], slice[2] * slice[3]};
  }
  return {Fact::tensor(dtype, result), Fact::tensor(DataType::float32, slice)};
}

Work rotary_norm_work(const Site& site) {
  const Shape slice = rotated_slice(site);
  if (!slice.known()) throw NotKnown();
  Work work;
  add_rms_normalization(work, slice.elements(), rows_of(slice));
  work.add({.add = 1, .mul = 2}, rows_of(slice) * positive(site, "rotary_embedding_dim"));
  return work;
}

/// gate = sigmoid(sign(d) * sqrt(max(|d|, 1e-6))) of d = sum(norm(key) * norm(query)) / sqrt(width); the result is gate * value.
Work engram_work(const Site& site) {
  const Shape& keys = site.known_shape(0);
  Work work;
  add_rms_normalization(work, keys.elements() * 2, rows_of(keys) * 2);
  work.add({.add = 1, .mul = 2}, keys.elements());
  work.add(kSigmoid + Effort{.mul = 1, .div = 1, .compare = 3, .special = 1}, rows_of(keys));
  if (site.has_output(1)) add_rms_normalization(work, keys.elements(), rows_of(keys));
  return work;
}

std::vector<Fact> engram_shape(const Site& site) {
  require_inputs(site, 5);
  require_rank(site, 0, 4);
  require_rank(site, 2, 3);
  const Fact result = Fact::tensor(site.dtype(0), site.shape(0));
  return {result, result};
}

constexpr std::string_view kGroupCost = "3 mul, 4 add per element; 2 div, 1 add, 1 special per group; SiLU where activation is 1";

constexpr Operator kRows[] = {
    {"BranchwiseRMSNorm", Rules{like_first, branchwise_work, axis_maps::tokens}, "xw", 1,
     "2 mul, 1 add per element, 1 mul for the scale; 1 div, 1 add, 1 special per branch of a row"},
    {"EmbedLayerNormalization", Rules{embed_shape, embed_work, axis_maps::tokens}, "xxwwwwbxx", 1,
     "1 add per element for each further embedding, then as LayerNormalization"},
    {"EngramGate", Rules{engram_shape, engram_work}, "xxxw", 1,
     "RMS normalization of keys and queries; 2 mul, 1 add per element; per row 1 div, 3 compare, 1 special, 1 mul and a sigmoid"},
    {"GatedRMSNorm", Rules{like_first, gated_work, axis_maps::tokens}, "xwx", 1,
     "as RMSNormalization, and SiLU (or a sigmoid) and 1 mul per element"},
    {"GroupNorm", Rules{group_shape, group_work}, "xwb", 1, kGroupCost},
    {"QEmbedLayerNormalization", Rules{quantized_embed_shape, quantized_embed_work, axis_maps::tokens}, "xxwwwwbxq", 1,
     "1 add, 1 mul for each element looked up and for scale and shift, then as EmbedLayerNormalization"},
    {"QOrderedLayerNormalization", Rules{like_first, ordered_work, axis_maps::tokens}, "xqwbq", 1,
     "DequantizeLinear, LayerNormalization, QuantizeLinear"},
    {"RMSNormRotary", Rules{rotary_norm_shape, rotary_norm_work, axis_maps::tokens}, "xwxccc", 1,
     "as RMSNormalization; 2 mul, 1 add per rotated element"},
    {"SimplifiedLayerNormalization", Rules{simplified_shape, simplified_work, axis_maps::tokens}, "xw", 1,
     "3 mul, 1 add per element; 1 div, 1 add, 1 special per row"},
    {"SkipGroupNorm", Rules{group_shape, skip_group_work}, "xwbxb", 1,
     "1 add per element for each of residual and bias, then as GroupNorm"},
    {"SkipLayerNormalization", Rules{skip_layer_shape, skip_layer_work, axis_maps::tokens}, "xxwbb", 1,
     "1 add per element for each of residual and bias, then as LayerNormalization"},
    {"SkipSimplifiedLayerNormalization", Rules{skip_simplified_shape, skip_simplified_work, axis_maps::tokens}, "xxwb", 1,
     "1 add per element for each of residual and bias, then as RMSNormalization"},
};

// onnxruntime keeps this one in ONNX's own domain as well.
constexpr Operator kRowsOfOnnx[] = {
    {"SimplifiedLayerNormalization", Rules{simplified_shape, simplified_work}, "xw", 1,
     "3 mul, 1 add per element; 1 div, 1 add, 1 special per row"},
};

}  // namespace

Family families::contrib_normalization() noexcept { return {"com.microsoft", "normalization", kRows}; }
Family families::contrib_normalization_of_onnx() noexcept { return {"", "normalization of onnxruntime", kRowsOfOnnx}; }

}  // namespace macroscope
