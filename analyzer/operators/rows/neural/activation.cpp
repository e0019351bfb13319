#include "analyzer/operators/contents/constant_folding.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/per_element.h"

namespace macroscope {
namespace {

constexpr std::int64_t kSoftmaxOfOneAxisSince = 13;

constexpr PerElement kGeluByErf{.effort = {.add = 1, .mul = 3, .special = 1}};
constexpr PerElement kGeluByTanh{.effort = {.add = 2, .mul = 6, .special = 1}};
constexpr PerElement kSoftmax{.effort = {.add = 2, .div = 1, .compare = 1, .special = 1}};
constexpr PerElement kLogSoftmax{.effort = {.add = 3, .compare = 1, .special = 1}};
constexpr PerElement kHardmax{.effort = {.compare = 1}};
constexpr PerElement kSwiGlu{.effort = {.add = 1, .mul = 2, .div = 1, .special = 1}};

const PerElement& gelu(const OpContext& context) {
  const std::string_view approximate = context.text("approximate", "none");
  require(approximate == "none" || approximate == "tanh", "bad-attribute", "attribute 'approximate' is '{}', not none or tanh",
          approximate);
  return approximate == "tanh" ? kGeluByTanh : kGeluByErf;
}

std::vector<Fact> gelu_shape(const OpContext& context) { return per_element_shape(gelu(context), context); }
Work gelu_work(const OpContext& context) { return per_element_work(gelu(context), context); }

/// The axis that is normalized; before version 13 all axes from there on are one.
std::size_t softmax_axis(const OpContext& context, std::size_t rank) {
  return OpContext::axis_of(context.integer("axis", context.version() < kSoftmaxOfOneAxisSince ? 1 : -1), rank);
}

std::vector<Fact> softmax_shape(const OpContext& context) {
  const Shape& shape = context.shape(0);
  if (shape.known()) {
    require(shape.rank() >= 1, "bad-rank", "a scalar has no axis to normalize");
    // A vector has no axis 1, the default of the first versions, which take it as one row.
    if (context.has_attribute("axis") || context.version() >= kSoftmaxOfOneAxisSince) softmax_axis(context, shape.rank());
  }
  return per_element_shape(kSoftmax, context);
}

Dim softmax_rows(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  if (context.version() < kSoftmaxOfOneAxisSince)
    return shape.rank() == 1 ? Dim(1) : product(shape.dims().first(softmax_axis(context, shape.rank())));
  const std::size_t axis = softmax_axis(context, shape.rank());
  return product(shape.dims().first(axis)) * product(shape.dims().subspan(axis + 1));
}

Work softmax_work(const OpContext& context) { return per_element_work(kSoftmax, context); }
Work hardmax_work(const OpContext& context) { return per_element_work(kHardmax, context); }

Work log_softmax_work(const OpContext& context) {
  Work work = per_element_work(kLogSoftmax, context);
  work.add({.special = 1}, softmax_rows(context));
  return work;
}

/// Gate and value have one shape: nothing is broadcast.
std::vector<Fact> swiglu_shape(const OpContext& context) {
  const Shape& gate = context.shape(0);
  const Shape& value = context.shape(1);
  std::vector<Fact> results = per_element_shape({.operands = 2, .shaped_by_first = true}, context);
  if (!gate.known()) results.front().type.shape = value;
  if (!gate.known() || !value.known()) return results;
  require(gate.rank() == value.rank(), "shape-mismatch", "gate {} and value {} differ", gate, value);
  std::vector<Dim> dims;
  for (std::size_t axis = 0; axis < gate.rank(); ++axis) {
    context.must_equal(gate[axis], value[axis], "an axis of gate and value");
    dims.push_back(value[axis].is_number() ? value[axis] : gate[axis]);
  }
  results.front().type.shape = Shape(dims);
  return results;
}

Work swiglu_work(const OpContext& context) { return per_element_work(kSwiGlu, context); }

constexpr PerElement kElu{.effort = {.add = 1, .mul = 1, .compare = 1, .special = 1}};
constexpr PerElement kLeaky{.effort = {.mul = 1, .compare = 1}};

/// An element reads its whole row.
AxisMap softmax_axes(const OpContext& context) {
  const Shape& shape = context.known_shape(0);
  const std::size_t axis = shape.rank() == 1 ? 0 : softmax_axis(context, shape.rank());
  AxisMap map;
  map.reads(0, 0, axis_maps::whole_between(shape, axis, context.version() < kSoftmaxOfOneAxisSince ? shape.rank() : axis + 1));
  return map;
}

constexpr Operator kRows[] = {
    {.name = "Celu",
     .meaning = PerElement{.effort = {.add = 1, .mul = 1, .div = 1, .compare = 1, .special = 1}},
     .since = 12,
     .derivative = {.text = {"dL/dz * ([x > 0] + [x <= 0] * exp(x / {alpha}))"}, .alpha = 1}},
    {.name = "Elu",
     .meaning = kElu,
     .saves = Saves::result,
     .derivative = {.text = {"dL/dz * ([x > 0] + [x <= 0] * (z + {alpha}))"}, .alpha = 1}},
    {.name = "Gelu",
     .meaning = Rules{gelu_shape, gelu_work, axis_maps::elementwise},
     .since = 20,
     .cost = "1 special, 1 add, 3 mul per element; by tanh 1 special, 2 add, 6 mul",
     .traits = Trait::elementwise},
    {.name = "HardSigmoid",
     .meaning = PerElement{.effort = {.add = 1, .mul = 1, .compare = 2}},
     .saves = Saves::result,
     .derivative = {.text = {"dL/dz * {alpha} * [0 < z] * [z < 1]"}, .alpha = 0.2}},
    {.name = "HardSwish",
     .meaning = PerElement{.effort = {.add = 1, .mul = 2, .compare = 2}},
     .since = 14,
     .derivative = {{"dL/dz * ([x >= 3] + [-3 < x] * [x < 3] * (2 * x + 3) / 6)"}}},
    {.name = "Hardmax", .meaning = Rules{softmax_shape, hardmax_work, softmax_axes}, .cost = "1 compare per element"},
    {.name = "LeakyRelu",
     .meaning = kLeaky,
     .saves = Saves::result,
     .derivative = {.text = {"dL/dz * ([x > 0] + {alpha} * [x <= 0])"}, .alpha = 0.01}},
    {.name = "LogSoftmax",
     .meaning = Rules{softmax_shape, log_softmax_work, softmax_axes},
     .cost = "1 compare, 3 add, 1 special per element; 1 special per row",
     .saves = Saves::result},
    {.name = "Mish", .meaning = PerElement{.effort = {.add = 1, .mul = 1, .special = 3}}, .since = 18},
    {.name = "PRelu",
     .meaning = PerElement{.effort = {.mul = 1, .compare = 1}, .operands = 2, .shaped_by_first = true},
     .roles = "data weight",
     .derivative = {.text = {"dL/dz * ([x > 0] + w * [x <= 0])", "dL/dz * x * [x <= 0]"}, .operands = {"x", "w"}}},
    {"ParametricSoftplus", PerElement{.effort = {.add = 1, .mul = 2, .special = 2}}},
    {.name = "Relu",
     .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::rectify, .fold_reals = folds::rectify_real},
     .saves = Saves::result,
     .derivative = {{"dL/dz * [x > 0]"}}},
    {"ScaledTanh", PerElement{.effort = {.mul = 2, .special = 1}}},
    {.name = "Selu",
     .meaning = PerElement{.effort = {.add = 1, .mul = 2, .compare = 1, .special = 1}},
     .derivative = {.text = {"dL/dz * ({gamma} * [x > 0] + [x <= 0] * (z + {gamma} * {alpha}))"},
                    .alpha = 1.67326319217681884765625,
                    .gamma = 1.05070102214813232421875}},
    {.name = "Shrink", .meaning = PerElement{.effort = {.add = 1, .compare = 2}}, .since = 9},
    {.name = "Sigmoid",
     .meaning = PerElement{.effort = {.add = 1, .div = 1, .special = 1}},
     .saves = Saves::result,
     .derivative = {{"dL/dz * z * (1 - z)"}}},
    {.name = "Softmax",
     .meaning = Rules{softmax_shape, softmax_work, softmax_axes},
     .cost = "1 compare, 2 add, 1 special, 1 div per element",
     .saves = Saves::result,
     .derivative = {.text = {"z * (dL/dz - sum(z * dL/dz))"}, .words = "with the sum along the axis of the softmax"}},
    {.name = "Softplus", .meaning = PerElement{.effort = {.add = 1, .special = 2}}, .derivative = {{"dL/dz / (1 + exp(-x))"}}},
    {.name = "Softsign",
     .meaning = PerElement{.effort = {.add = 1, .div = 1, .compare = 1}},
     .derivative = {{"dL/dz / (1 + abs(x))^2"}}},
    {.name = "SwiGLU",
     .meaning = Rules{swiglu_shape, swiglu_work, axis_maps::elementwise},
     .since = 28,
     .cost = "as Swish, and 1 mul, per element: 1 special, 1 add, 1 div, 2 mul"},
    {.name = "Swish", .meaning = PerElement{.effort = {.add = 1, .mul = 1, .div = 1, .special = 1}}, .since = 24},
    {.name = "Tanh",
     .meaning = PerElement{.effort = {.special = 1}},
     .saves = Saves::result,
     .derivative = {{"dL/dz * (1 - z^2)"}}},
    {"ThresholdedRelu", PerElement{.effort = {.compare = 1}}},
};

}  // namespace

Family families::activation() { return {"", "activation", kRows}; }

}  // namespace macroscope
