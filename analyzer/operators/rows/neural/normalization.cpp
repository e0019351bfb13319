#include "analyzer/operators/rows/neural/normalization.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

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

Work batch_normalization_work(const OpContext& context) {
  Work work;
  const Dim elements = elements_of(context.input(0));
  if (!is_training(context)) {
    work.add({.add = 1, .mul = 1}, elements);
    return work;
  }
  const Dim features = batch_features(context).elements();
  add_normalization(work, elements, features, {.mul = 1, .add = 1});
  // Each running statistic is momentum * old + (1 - momentum) * new.
  const Effort running{.add = 1, .mul = 2};
  for (std::size_t output = 1; output <= 2; ++output)
    if (context.has_output(output)) work.add(running, features);
  return work;
}

// Normalizations over groups of elements: layer, group, instance.

std::size_t first_normalized_axis(const OpContext& context, std::size_t rank) {
  return OpContext::axis_of(context.integer("axis", -1), rank);
}

/// The groups that LayerNormalization and RMSNormalization work on: a group for each place along the axes before `axis`.
Dim rows_of(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  return product(shape.dims().first(first_normalized_axis(context, shape.rank())));
}

/// Scale and shift stretch over the normalized axes, and must not stretch these.
void check_stretches(const OpContext& context, std::size_t index) {
  const Shape& shape = context.shape(0);
  const Shape& operand = context.shape(index);
  if (!shape.known() || !operand.known()) return;
  require(operand.rank() <= shape.rank(), "shape-mismatch", "operand {} is {}, what it applies to is {}", index, operand, shape);
  const std::size_t offset = shape.rank() - operand.rank();
  for (std::size_t axis = 0; axis < operand.rank(); ++axis)
    if (!operand[axis].is(1)) context.must_equal(operand[axis], shape[offset + axis], "an axis of the scale or shift");
}

std::vector<Fact> layer_normalization_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_same_dtype(context, {0, 1, 2});
  const Shape& shape = context.shape(0);
  Shape statistics = Shape::unknown();
  if (shape.known()) {
    std::vector<Dim> dims(shape.begin(), shape.end());
    for (std::size_t axis = first_normalized_axis(context, shape.rank()); axis < dims.size(); ++axis) dims[axis] = 1;
    statistics = Shape(dims);
  }
  check_stretches(context, 1);
  check_stretches(context, 2);
  const DataType stash = data_type_of(context.integer("stash_type", 1));
  std::vector<Fact> results;
  results.push_back(Fact::tensor(context.dtype(0), shape));
  for (std::size_t index = 1; index < context.output_count(); ++index) results.push_back(Fact::tensor(stash, statistics));
  return results;
}

Work layer_normalization_work(const OpContext& context) {
  Work work;
  add_normalization(work, elements_of(context.input(0)), rows_of(context), {.mul = 1, .add = context.has_input(2) ? 1 : 0});
  return work;
}

std::vector<Fact> rms_normalization_shape(const OpContext& context) {
  require_inputs(context, 2);
  const Shape& shape = context.shape(0);
  if (shape.known()) first_normalized_axis(context, shape.rank());
  check_stretches(context, 1);
  return {Fact::tensor(context.dtype(1) == DataType::unknown ? context.dtype(0) : context.dtype(1), shape)};
}

Work rms_normalization_work(const OpContext& context) {
  Work work;
  add_rms_normalization(work, elements_of(context.input(0)), rows_of(context));
  return work;
}

const Dim& channels_of(const OpContext& context) { return context.shape(0)[1]; }

/// Scale and shift of GroupNormalization and InstanceNormalization are lists, of one entry for each channel or group.
void check_lists(const OpContext& context, const Dim& entries) {
  for (const std::size_t index : {std::size_t{1}, std::size_t{2}}) {
    require_rank(context, index, 1);
    if (context.shape(index).known()) context.must_equal(context.shape(index)[0], entries, "entries of the scale or shift");
  }
}

std::vector<Fact> group_normalization_shape(const OpContext& context) {
  require_inputs(context, 3);
  const auto groups = context.size("num_groups");
  require(groups && at_least(*groups, 1) != Certainty::never, "bad-attribute", "num_groups must be given and above 0");
  if (context.shape(0).known()) {
    require_rank_at_least(context, 0, 2);
    exact_share(context, channels_of(context), *groups, "channels over groups");
    check_lists(context, context.version() >= kGroupScalePerChannelSince ? channels_of(context) : *groups);
  }
  return {Fact::tensor(context.dtype(0), context.shape(0))};
}

Work group_normalization_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  add_normalization(work, shape.elements(), shape[0] * context.size("num_groups", 1), {.mul = 1, .add = 1});
  return work;
}

std::vector<Fact> instance_normalization_shape(const OpContext& context) {
  require_inputs(context, 3);
  require_same_dtype(context, {0, 1, 2});
  if (context.shape(0).known()) {
    require_rank_at_least(context, 0, 2);
    check_lists(context, channels_of(context));
  }
  return {Fact::tensor(context.dtype(0), context.shape(0))};
}

Work instance_normalization_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  add_normalization(work, shape.elements(), shape[0] * shape[1], {.mul = 1, .add = 1});
  return work;
}

// Normalizations without scale and shift.

std::vector<Fact> same_shape(const OpContext& context) {
  require_inputs(context, 1);
  return {Fact::tensor(context.dtype(0), context.shape(0))};
}

/// Number of groups if these axes are walked within each.
Dim groups_without(const Shape& shape, std::span<const std::int64_t> axes) {
  std::vector<Dim> dims(shape.begin(), shape.end());
  for (const std::int64_t axis : axes) dims[OpContext::axis_of(axis, dims.size())] = 1;
  return product(dims);
}

constexpr std::int64_t kAllButChannels[] = {0, 2, 3};

Work mean_variance_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  add_normalization(work, shape.elements(),
                    groups_without(shape, context.integer_list("axes").value_or(std::span(kAllButChannels))), {});
  return work;
}

std::vector<Fact> mean_variance_shape(const OpContext& context) {
  if (context.shape(0).known() && context.has_attribute("axes")) groups_without(context.shape(0), *context.integer_list("axes"));
  return same_shape(context);
}

std::vector<Fact> lp_normalization_shape(const OpContext& context) {
  const std::int64_t p = context.integer("p", 2);
  require(p == 1 || p == 2, "bad-attribute", "p is {}, it may be 1 or 2", p);
  if (context.shape(0).known()) first_normalized_axis(context, context.shape(0).rank());
  return same_shape(context);
}

Work lp_normalization_work(const OpContext& context) {
  Work work;
  const Shape& shape = context.known_shape(0);
  const std::int64_t axis = context.integer("axis", -1);
  if (context.integer("p", 2) == 1) {
    work.add({.add = 1, .div = 1, .compare = 1}, shape.elements());
  } else {
    work.add({.add = 1, .mul = 1, .div = 1}, shape.elements());
    work.add({.special = 1}, groups_without(shape, std::span(&axis, 1)));
  }
  return work;
}

std::vector<Fact> local_response_shape(const OpContext& context) {
  require(context.integer("size", 0) > 0, "bad-attribute", "size must be given and above 0");
  return same_shape(context);
}

Work local_response_work(const OpContext& context) {
  Work work;
  const Dim elements = elements_of(context.input(0));
  work.add({.add = 1, .mul = 2, .div = 1, .special = 1}, elements);
  work.of(Flop::add) += elements * context.integer("size", 0);
  return work;
}

// What an element is normalized with.

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

AxisMap whole_from(const OpContext& context, std::size_t axis) {
  const Shape& shape = context.known_shape(0);
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(shape, axis, shape.rank()));
  return map;
}

AxisMap whole_samples(const OpContext& context) { return whole_from(context, 1); }
AxisMap whole_maps(const OpContext& context) { return whole_from(context, 2); }

AxisMap mean_variance_axes(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  std::vector<AccessMap> axes = axis_maps::same(shape.rank());
  for (const std::int64_t axis : context.integer_list("axes").value_or(std::span(kAllButChannels))) {
    const std::size_t from_front = OpContext::axis_of(axis, shape.rank());
    axes[from_front] = AccessMap::whole(shape[from_front]);
  }
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

/// Neighbouring channels: floor((size - 1) / 2) before, the rest behind.
AxisMap local_response_axes(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  require_rank_at_least(context, 0, 2);
  const std::int64_t others = context.integer("size", 1) - 1;
  AxisMap map;
  map.reads(0, 0, axis_maps::same_but(shape, 1, AccessMap::along(1, 1, -(others / 2), others - others / 2)));
  return map;
}

constexpr Operator kRows[] = {
    {.name = "BatchNormalization",
     .meaning = Rules{batch_normalization_shape, batch_normalization_work, batch_normalization_axes},
     .roles = "data weight bias statistic*2",
     .cost = "1 mul, 1 add per element; in training 3 mul, 4 add, per channel 2 div, 1 add, 1 special, and 2 mul, 1 add for each "
             "running "
             "statistic",
     .traits = {Trait::elementwise, Trait::affine, Trait::normalization},
     .channels = ChannelAxis::second,
     .derivative = {.text = {"s / sqrt(v + {epsilon}) * (dL/dz - mean(dL/dz) - y * mean(y * dL/dz))", "sum(y * dL/dz)",
                             "sum(dL/dz)"},
                    .operands = {"x", "s", "b"},
                    .words = "with y = (x - m) / sqrt(v + {epsilon}), mean m and variance v over the batch and the map"}},
    {.name = "GroupNormalization",
     .meaning = Rules{group_normalization_shape, group_normalization_work, whole_samples},
     .roles = "data weight bias",
     .since = 18,
     .cost = "3 mul, 4 add per element; 2 div, 1 add, 1 special per group",
     .traits = Trait::normalization,
     .channels = ChannelAxis::second},
    {.name = "InstanceNormalization",
     .meaning = Rules{instance_normalization_shape, instance_normalization_work, whole_maps},
     .roles = "data weight bias",
     .cost = "3 mul, 4 add per element; 2 div, 1 add, 1 special per sample and channel",
     .traits = Trait::normalization,
     .channels = ChannelAxis::second},
    {.name = "LRN",
     .meaning = Rules{local_response_shape, local_response_work, local_response_axes},
     .cost = "2 mul, size + 1 add, 1 special, 1 div per element",
     .traits = Trait::normalization,
     .channels = ChannelAxis::second},
    {.name = "LayerNormalization",
     .meaning = Rules{layer_normalization_shape, layer_normalization_work, axis_maps::from_axis},
     .roles = "data weight bias",
     .since = 17,
     .cost = "3 mul, 3 add per element, 1 add for the shift; 2 div, 1 add, 1 special per row",
     .traits = Trait::normalization,
     .channels = ChannelAxis::last,
     .derivative = {.text = {"1 / sqrt(v + {epsilon}) * (s * dL/dz - mean(s * dL/dz) - y * mean(y * s * dL/dz))",
                             "sum(y * dL/dz)", "sum(dL/dz)"},
                    .operands = {"x", "s", "b"},
                    .words = "with y = (x - m) / sqrt(v + {epsilon}), mean m and variance v over what is normalized together"}},
    {.name = "LpNormalization",
     .meaning = Rules{lp_normalization_shape, lp_normalization_work, axis_maps::along_axis},
     .cost = "1 mul, 1 add, 1 div per element, 1 special per row; with p=1 1 compare, 1 add, 1 div per element",
     .traits = Trait::normalization},
    {.name = "MeanVarianceNormalization",
     .meaning = Rules{mean_variance_shape, mean_variance_work, mean_variance_axes},
     .since = 9,
     .cost = "2 mul, 3 add per element; 2 div, 1 add, 1 special per group",
     .traits = Trait::normalization},
    {.name = "RMSNormalization",
     .meaning = Rules{rms_normalization_shape, rms_normalization_work, axis_maps::from_axis},
     .roles = "data weight",
     .since = 23,
     .cost = "3 mul, 1 add per element; 1 div, 1 add, 1 special per row",
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

Family families::normalization() { return {"", "normalization", kRows}; }

}  // namespace macroscope
