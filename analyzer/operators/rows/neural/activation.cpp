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
    {"Celu", PerElement{.effort = {.add = 1, .mul = 1, .div = 1, .compare = 1, .special = 1}}, "x", 12},
    {"Elu", kElu},
    {"Gelu", Rules{gelu_shape, gelu_work, axis_maps::elementwise}, "x", 20,
     "1 special, 1 add, 3 mul per element; by tanh 1 special, 2 add, 6 mul"},
    {"HardSigmoid", PerElement{.effort = {.add = 1, .mul = 1, .compare = 2}}},
    {"HardSwish", PerElement{.effort = {.add = 1, .mul = 2, .compare = 2}}, "x", 14},
    {"Hardmax", Rules{softmax_shape, hardmax_work, softmax_axes}, "x", 1, "1 compare per element"},
    {"LeakyRelu", kLeaky},
    {"LogSoftmax", Rules{softmax_shape, log_softmax_work, softmax_axes}, "x", 1,
     "1 compare, 3 add, 1 special per element; 1 special per row"},
    {"Mish", PerElement{.effort = {.add = 1, .mul = 1, .special = 3}}, "x", 18},
    {"PRelu", PerElement{.effort = {.mul = 1, .compare = 1}, .operands = 2, .shaped_by_first = true}, "xw"},
    {"ParametricSoftplus", PerElement{.effort = {.add = 1, .mul = 2, .special = 2}}},
    {"Relu", PerElement{.effort = {.compare = 1}, .fold = folds::rectify, .fold_reals = folds::rectify_real}},
    {"ScaledTanh", PerElement{.effort = {.mul = 2, .special = 1}}},
    {"Selu", PerElement{.effort = {.add = 1, .mul = 2, .compare = 1, .special = 1}}},
    {"Shrink", PerElement{.effort = {.add = 1, .compare = 2}}, "x", 9},
    {"Sigmoid", PerElement{.effort = {.add = 1, .div = 1, .special = 1}}},
    {"Softmax", Rules{softmax_shape, softmax_work, softmax_axes}, "x", 1, "1 compare, 2 add, 1 special, 1 div per element"},
    {"Softplus", PerElement{.effort = {.add = 1, .special = 2}}},
    {"Softsign", PerElement{.effort = {.add = 1, .div = 1, .compare = 1}}},
    {"SwiGLU", Rules{swiglu_shape, swiglu_work, axis_maps::elementwise}, "x", 28,
     "as Swish, and 1 mul, per element: 1 special, 1 add, 1 div, 2 mul"},
    {"Swish", PerElement{.effort = {.add = 1, .mul = 1, .div = 1, .special = 1}}, "x", 24},
    {"Tanh", PerElement{.effort = {.special = 1}}},
    {"ThresholdedRelu", PerElement{.effort = {.compare = 1}}},
};

}  // namespace

Family families::activation() noexcept { return {"", "activation", kRows}; }

}  // namespace macroscope
