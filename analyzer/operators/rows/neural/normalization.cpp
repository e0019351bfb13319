#include "analyzer/operators/rows/neural/normalization.h"
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

constexpr std::int64_t kBatchModesSince = 14;
constexpr std::int64_t kGroupScalePerChannelSince = 21;

// BatchNormalization.

bool is_training(const OpContext& context) {
  if (context.version() >= kBatchModesSince) return context.integer("training_mode", 0) != 0;
  return context.output_count() > 1 && context.integer("is_test", 0) == 0;
}

/// What scale, shift and statistics are given for: channels, or before version 9, where `spatial` is 0, every place of a sample.
Shape batch_features(const OpContext& context) {
  const Shape& shape = context.shape(0);
  if (!shape.known()) return Shape::unknown();
  require(shape.rank() >= 1, "bad-rank", "operand 0 is a scalar");
  if (shape.rank() == 1) return Shape{1};
  if (context.integer("spatial", 1) == 0) return Shape(shape.dims().subspan(1));
  return Shape{shape[1]};
}

std::vector<Fact> batch_normalization_shape(const OpContext& context) {
  require_inputs(context, 5);
  const Shape features = batch_features(context);
  Shape known = features;
  for (std::size_t index = 1; index < 5; ++index) {
    const Shape& shape = context.shape(index);
    if (!shape.known()) continue;
    if (!known.known()) known = shape;
    if (context.integer("spatial", 1) != 0) require_rank(context, index, 1);
    require(shape.rank() == known.rank(), "bad-rank", "operand {} is {}, not {}", index, shape, known);
    for (std::size_t axis = 0; axis < shape.rank(); ++axis)
      context.must_equal(shape[axis], known[axis], "channels and statistics");
  }
  if (context.version() >= kBatchModesSince) {
    const std::size_t outputs = context.integer("training_mode", 0) != 0 ? 3 : 1;
    require(context.output_count() <= outputs, "output-count", "{} outputs, but with training_mode={} there are {}",
            context.output_count(), outputs == 3 ? 1 : 0, outputs);
  }
  std::vector<Fact> results;
  results.push_back(Fact::tensor(context.dtype(0), context.shape(0)));
  for (std::size_t index = 1; index < context.output_count(); ++index)
    results.push_back(Fact::tensor(context.dtype(index % 2 == 1 ? 3 : 4), known));
  return results;
}

/// Samples and places r of each feature c.
void batch_loops(const OpContext& context, LoopExtents& extents) {
  const Shape& shape = context.known_shape(0);
  const bool is_vector = shape.rank() == 1;
  const bool has_channels = !is_vector && context.integer("spatial", 1) != 0;
  extents.set("r", has_channels ? shape[0] * product(shape.dims().subspan(2)) : shape[0]);
  extents.set("c", is_vector ? Dim(1) : has_channels ? shape[1] : product(shape.dims().subspan(1)));
}

/// In training a channel's mean and variance are those of the whole batch.
AxisMap batch_normalization_axes(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  if (!is_training(context)) return axis_maps::elementwise(context);
  std::vector<AccessMap> axes = axis_maps::whole_between(shape, 0, shape.rank());
  if (shape.rank() > 1) axes[1] = AccessMap::along(1);
  AxisMap map;
  map.reads(0, 0, axes);
  if (shape.rank() > 1) axes[1] = AccessMap::along(0);
  for (std::size_t output = 1; output < context.output_count(); ++output) map.reads(output, 0, axes);
  return map;
}

/// What was measured before is one product and one sum; in training it is measured, and the running statistics follow.
constexpr Lines kBatchNormalization{
    .text =
        "X, scale, B, mean, var -> Y, M, V |"
        "let f[c] = scale[c] * Pow(var[c] + epsilon, -0.5); let g[c] = B[c] - mean[c] * f[c];"
        "when not training: Y[r,c] = X[r,c] * f[c] + g[c];"
        "when training: s[c] += X[r,c]; when training: m[c] = s[c] / count;"
        "when training: d[r,c] = X[r,c] - m[c]; when training: q[c] += Mul(d[r,c], d[r,c]);"
        "when training: v[c] = Pow(q[c] / count + epsilon, -0.5); when training: Y[r,c] = d[r,c] * v[c] * scale[c] + B[c];"
        "when training, M: M[c] = momentum * mean[c] + rest * m[c];"
        "when training, V: V[c] = momentum * var[c] + rest * q[c]",
    .conditions = {{{"training", is_training}}},
    .loops = batch_loops,
    .shape = batch_normalization_shape,
    .axes = batch_normalization_axes};

// Normalizations over groups of elements: layer, group, instance.

DataType layer_normalization_type(const OpContext& context, std::size_t output) {
  return output == 0 ? context.dtype(0) : data_type_of(context.integer("stash_type", 1));
}

constexpr Lines kLayerNormalization{
    .text =
        "X, scale, B -> Y, Mean, InvStdDev |"
        "s[i/axis:..] += X[i..]; Mean[i/axis:..] = s[i/axis:..] / count; d[i..] = X[i..] - Mean[i/axis:..];"
        "q[i/axis:..] += Mul(d[i..], d[i..]); InvStdDev[i/axis:..] = Pow(q[i/axis:..] / count + epsilon, -0.5);"
        "Y[i..] = d[i..] * InvStdDev[i/axis:..] * scale[i/some..] + B?[i/some..]",
    .check =
        [](const OpContext& context) {
          require_same_dtype(context, {0, 1, 2});
        },
    .dtype = layer_normalization_type};

constexpr Lines kRmsNormalization{
    .text =
        "X, scale | q[i/axis:..] += Mul(X[i..], X[i..]); v[i/axis:..] = Pow(q[i/axis:..] / count + epsilon, -0.5);"
        "Y[i..] = X[i..] * v[i/axis:..] * scale[i/some..]",
    .dtype = [](const OpContext& context, std::size_t) {
      return context.dtype(1) == DataType::unknown ? context.dtype(0) : context.dtype(1);
    }};

bool has_scale_per_group(const OpContext& context) { return context.version() < kGroupScalePerChannelSince; }

constexpr Lines kGroupNormalization{.text =
                                        "X, scale, B |"
                                        "s[n,g] += X[n,g*c,p..]; m[n,g] = s[n,g] / count; d[n,g*c,p..] = X[n,g*c,p..] - m[n,g];"
                                        "q[n,g] += Mul(d[n,g*c,p..], d[n,g*c,p..]); v[n,g] = Pow(q[n,g] / count + epsilon, -0.5);"
                                        "when not per_group: Y[n,g*c,p..] = d[n,g*c,p..] * v[n,g] * scale[g*c] + B[g*c];"
                                        "when per_group: Y[n,g*c,p..] = d[n,g*c,p..] * v[n,g] * scale[g] + B[g]",
                                    .conditions = {{{"per_group", has_scale_per_group}}},
                                    .check = [](const OpContext& context) {
                                      require(context.has_attribute("num_groups"), "bad-attribute",
                                              "num_groups must be given and above 0");
                                    }};

constexpr Lines kInstanceNormalization{.text =
                                           "X, scale, B |"
                                           "s[n,c] += X[n,c,p..]; m[n,c] = s[n,c] / count; d[n,c,p..] = X[n,c,p..] - m[n,c];"
                                           "q[n,c] += Mul(d[n,c,p..], d[n,c,p..]); v[n,c] = Pow(q[n,c] / count + epsilon, -0.5);"
                                           "Y[n,c,p..] = d[n,c,p..] * v[n,c] * scale[c] + B[c]",
                                       .check = [](const OpContext& context) {
                                         require_same_dtype(context, {0, 1, 2});
                                       }};

// Normalizations without scale and shift.

constexpr Lines kMeanVarianceNormalization{
    .text =
        "s[i/axes=0,2,3..] += X[i..]; m[i/axes=0,2,3..] = s[i/axes=0,2,3..] / count; d[i..] = X[i..] - m[i/axes=0,2,3..];"
        "q[i/axes=0,2,3..] += Mul(d[i..], d[i..]); v[i/axes=0,2,3..] = Pow(q[i/axes=0,2,3..] / count + epsilon, -0.5);"
        "Y[i..] = d[i..] * v[i/axes=0,2,3..]"};

constexpr Lines kLpNormalization{
    .text =
        "when p=1: r[i/axis..] += Abs(X[i..]);"
        "when not p=1: s[i/axis..] += Mul(X[i..], X[i..]); when not p=1: r[i/axis..] = Sqrt(s[i/axis..]);"
        "Y[i..] = X[i..] / r[i/axis..]",
    .check = [](const OpContext& context) {
      const std::int64_t p = context.integer("p", 2);
      require(p == 1 || p == 2, "bad-attribute", "p is {}, it may be 1 or 2", p);
    }};

/// Neighbouring channels: floor((size - 1) / 2) before, the rest behind.
AxisMap local_response_axes(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  require_rank_at_least(context, 0, 2);
  const std::int64_t others = context.integer("size", 1) - 1;
  AxisMap map;
  map.reads(0, 0, axis_maps::same_but(shape, 1, AccessMap::along(1, 1, -(others / 2), others - others / 2)));
  return map;
}

constexpr Lines kLocalResponse{.text =
                                   "j < size; q[n,c,p..] = Mul(X[n,c,p..], X[n,c,p..]); s[n,c,p..] += q[n,c+j,p..];"
                                   "Y[n,c,p..] = X[n,c,p..] / Pow(bias + alpha * s[n,c,p..], beta)",
                               .axes = local_response_axes};

constexpr Operator kNormalizationRows[] = {
    {.name = "BatchNormalization",
     .meaning = line_body<kBatchNormalization>,
     .roles = "data weight bias statistic*2",
     .traits = {Trait::elementwise, Trait::affine, Trait::normalization},
     .channels = ChannelAxis::second,
     .derivative = {.text = {"s / sqrt(v + {epsilon}) * (dL/dz - mean(dL/dz) - y * mean(y * dL/dz))", "sum(y * dL/dz)",
                             "sum(dL/dz)"},
                    .operands = {"x", "s", "b"},
                    .words = "with y = (x - m) / sqrt(v + {epsilon}), mean m and variance v over the batch and the map"}},
    {.name = "GroupNormalization",
     .meaning = line_body<kGroupNormalization>,
     .roles = "data weight bias",
     .since = 18,
     .traits = Trait::normalization,
     .channels = ChannelAxis::second},
    {.name = "InstanceNormalization",
     .meaning = line_body<kInstanceNormalization>,
     .roles = "data weight bias",
     .traits = Trait::normalization,
     .channels = ChannelAxis::second},
    {.name = "LRN", .meaning = line_body<kLocalResponse>, .traits = Trait::normalization, .channels = ChannelAxis::second},
    {.name = "LayerNormalization",
     .meaning = line_body<kLayerNormalization>,
     .roles = "data weight bias",
     .since = 17,
     .traits = Trait::normalization,
     .channels = ChannelAxis::last,
     .derivative = {.text = {"1 / sqrt(v + {epsilon}) * (s * dL/dz - mean(s * dL/dz) - y * mean(y * s * dL/dz))",
                             "sum(y * dL/dz)", "sum(dL/dz)"},
                    .operands = {"x", "s", "b"},
                    .words = "with y = (x - m) / sqrt(v + {epsilon}), mean m and variance v over what is normalized together"}},
    {.name = "LpNormalization", .meaning = line_body<kLpNormalization>, .traits = Trait::normalization},
    {.name = "MeanVarianceNormalization",
     .meaning = line_body<kMeanVarianceNormalization>,
     .since = 9,
     .traits = Trait::normalization},
    {.name = "RMSNormalization",
     .meaning = line_body<kRmsNormalization>,
     .roles = "data weight",
     .since = 23,
     .traits = Trait::normalization,
     .channels = ChannelAxis::last},
};

}  // namespace

void add_normalization(Work& work, const Dim& elements, const Dim& groups, const Affine& affine) {
  // Sum and mean, difference, its square and sum, division by the deviation; then scale and shift.
  work.add({.add = 3 + affine.add, .mul = 2 + affine.mul}, elements);
  work.add({.add = 1, .div = 2, .special = 1}, groups);
}

void add_rms_normalization(Work& work, const Dim& elements, const Dim& groups) {
  work.add({.add = 1, .mul = 3}, elements);
  work.add({.add = 1, .div = 1, .special = 1}, groups);
}

Family families::normalization() { return {"", "normalization", kNormalizationRows}; }

}  // namespace macroscope
