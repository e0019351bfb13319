#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/constant_folding.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/per_element.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

constexpr PerElement kElu{.effort = {.add = 1, .mul = 1, .compare = 1, .special = 1}};
constexpr PerElement kLeaky{.effort = {.mul = 1, .compare = 1}};

constexpr Lines kGelu{.text =
                          "when not approximate='tanh': Y[i..] = 0.5 * X[i..] * (1 + Erf(0.7071 * X[i..]));"
                          "when approximate='tanh': t[i..] = X[i..] + 0.044715 * X[i..] * X[i..] * X[i..];"
                          "when approximate='tanh': Y[i..] = 0.5 * X[i..] * (1 + Tanh(0.7979 * t[i..]))",
                      .check =
                          [](const OpContext& context) {
                            choice(context, "approximate", "none", {"none", "tanh"});
                          },
                      .axes = axis_maps::elementwise};

// Rows that are normalized: along one axis, or in the first versions from that axis on.

constexpr Lines kSoftmax{.text =
                             "m[i/axis..] max= X[i..]; e[i..] = Exp(X[i..] - m[i/axis..]); s[i/axis..] += e[i..];"
                             "Y[i..] = e[i..] / s[i/axis..]"};
constexpr Lines kSoftmaxOfRest{.text =
                                   "m[i/axis:=1..] max= X[i..]; e[i..] = Exp(X[i..] - m[i/axis:=1..]); s[i/axis:=1..] += e[i..];"
                                   "Y[i..] = e[i..] / s[i/axis:=1..]"};
constexpr Lines kLogSoftmax{.text =
                                "m[i/axis..] max= X[i..]; d[i..] = X[i..] - m[i/axis..]; s[i/axis..] += Exp(d[i..]);"
                                "l[i/axis..] = Log(s[i/axis..]); Y[i..] = d[i..] - l[i/axis..]"};
constexpr Lines kLogSoftmaxOfRest{
    .text =
        "m[i/axis:=1..] max= X[i..]; d[i..] = X[i..] - m[i/axis:=1..]; s[i/axis:=1..] += Exp(d[i..]);"
        "l[i/axis:=1..] = Log(s[i/axis:=1..]); Y[i..] = d[i..] - l[i/axis:=1..]"};
/// The place of the greatest is known once it is found.
constexpr Lines kHardmax{.text = "m[i/axis..] max= X[i..]; Y[i..] = Cast(m[i/axis..], X[i..])"};
constexpr Lines kHardmaxOfRest{.text = "m[i/axis:=1..] max= X[i..]; Y[i..] = Cast(m[i/axis:=1..], X[i..])"};

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

constexpr Lines kSwiGlu{
    .text = "gate, value | Y[i..] = Swish(gate[i..]) * value[i..]", .shape = swiglu_shape, .axes = axis_maps::elementwise};

constexpr Operator kActivationRows[] = {
    {.name = "Celu",
     .meaning = PerElement{.effort = {.add = 1, .mul = 1, .div = 1, .compare = 1, .special = 1}},
     .since = 12,
     .derivative = {.text = {"dL/dz * ([x > 0] + [x <= 0] * exp(x / {alpha}))"}, .alpha = 1}},
    {.name = "Elu",
     .meaning = kElu,
     .saves = Saves::result,
     .derivative = {.text = {"dL/dz * ([x > 0] + [x <= 0] * (z + {alpha}))"}, .alpha = 1}},
    {.name = "Gelu", .meaning = line_body<kGelu>, .since = 20, .traits = Trait::elementwise},
    {.name = "HardSigmoid",
     .meaning = PerElement{.effort = {.add = 1, .mul = 1, .compare = 2}},
     .saves = Saves::result,
     .derivative = {.text = {"dL/dz * {alpha} * [0 < z] * [z < 1]"}, .alpha = 0.2}},
    {.name = "HardSwish",
     .meaning = PerElement{.effort = {.add = 1, .mul = 2, .compare = 2}},
     .since = 14,
     .derivative = {{"dL/dz * ([x >= 3] + [-3 < x] * [x < 3] * (2 * x + 3) / 6)"}}},
    {.name = "Hardmax", .meaning = line_body<kHardmaxOfRest>},
    {.name = "Hardmax", .meaning = line_body<kHardmax>, .since = 13},
    {.name = "LeakyRelu",
     .meaning = kLeaky,
     .saves = Saves::result,
     .derivative = {.text = {"dL/dz * ([x > 0] + {alpha} * [x <= 0])"}, .alpha = 0.01}},
    {.name = "LogSoftmax", .meaning = line_body<kLogSoftmaxOfRest>, .saves = Saves::result},
    {.name = "LogSoftmax", .meaning = line_body<kLogSoftmax>, .since = 13, .saves = Saves::result},
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
     .meaning = line_body<kSoftmaxOfRest>,
     .saves = Saves::result,
     .derivative = {.text = {"z * (dL/dz - sum(z * dL/dz))"}, .words = "with the sum along the axis of the softmax"}},
    {.name = "Softmax",
     .meaning = line_body<kSoftmax>,
     .since = 13,
     .saves = Saves::result,
     .derivative = {.text = {"z * (dL/dz - sum(z * dL/dz))"}, .words = "with the sum along the axis of the softmax"}},
    {.name = "Softplus", .meaning = PerElement{.effort = {.add = 1, .special = 2}}, .derivative = {{"dL/dz / (1 + exp(-x))"}}},
    {.name = "Softsign",
     .meaning = PerElement{.effort = {.add = 1, .div = 1, .compare = 1}},
     .derivative = {{"dL/dz / (1 + abs(x))^2"}}},
    {.name = "SwiGLU", .meaning = line_body<kSwiGlu>, .since = 28},
    {.name = "Swish", .meaning = PerElement{.effort = {.add = 1, .mul = 1, .div = 1, .special = 1}}, .since = 24},
    {.name = "Tanh",
     .meaning = PerElement{.effort = {.special = 1}},
     .saves = Saves::result,
     .derivative = {{"dL/dz * (1 - z^2)"}}},
    {"ThresholdedRelu", PerElement{.effort = {.compare = 1}}},
};

}  // namespace

Family families::activation() { return {"", "activation", kActivationRows}; }

}  // namespace macroscope
