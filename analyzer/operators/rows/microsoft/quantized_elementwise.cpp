// Element-wise operators, reductions and pooling on quantised tensors: what DequantizeLinear, the operator itself and QuantizeLinear come to.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/broadcast.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

// Inputs X, its scale and zero point, the result's scale and zero point.

constexpr Lines kLeakyRelu{
    .text =
        "X, x_scale, x_zero, y_scale, y_zero |"
        "Y[i..] = QuantizeLinear(LeakyRelu(DequantizeLinear(X[i..], x_scale[..], x_zero)), y_scale[..], y_zero)",
    .axes = axis_maps::elementwise};
constexpr Lines kSigmoid{
    .text =
        "X, x_scale, x_zero, y_scale, y_zero |"
        "Y[i..] = QuantizeLinear(Sigmoid(DequantizeLinear(X[i..], x_scale[..], x_zero)), y_scale[..], y_zero)",
    .axes = axis_maps::elementwise};
constexpr Lines kOrderedGelu{
    .text = "X, x_scale, y_scale | Y[i..] = QuantizeLinear(Gelu(DequantizeLinear(X[i..], x_scale[..])), y_scale[..])",
    .axes = axis_maps::elementwise};
constexpr Lines kQuantizedSoftmax{
    .text =
        "X, x_scale, x_zero, y_scale, y_zero | x[i..] = DequantizeLinear(X[i..], x_scale[..], x_zero);"
        "m[i/axis..] max= x[i..]; e[i..] = Exp(x[i..] - m[i/axis..]); s[i/axis..] += e[i..];"
        "Y[i..] = QuantizeLinear(e[i..] / s[i/axis..], y_scale[..], y_zero)"};

/// Inputs A and B at 0 and 3, each followed by scale and zero point, then those of the result.
std::vector<Fact> binary_shape(const OpContext& context) {
  for (const std::size_t index : {0U, 1U, 3U, 4U, 6U})
    require(context.has_input(index), "missing-input", "operand {} is left out", index);
  require_same_dtype(context, {0, 3, 2, 5, 7});
  return {Fact::tensor(context.dtype(0), broadcast(context, context.shape(0), context.shape(3)))};
}

constexpr Lines kAdd{.text =
                         "A, a_scale, a_zero, B, b_scale, b_zero, y_scale, y_zero |"
                         "a[j..] = DequantizeLinear(A[j..], a_scale[..], a_zero);"
                         "b[k..] = DequantizeLinear(B[k..], b_scale[..], b_zero);"
                         "Y[i..] = QuantizeLinear(a[i/some..] + b[i/some..], y_scale[..], y_zero)",
                     .shape = binary_shape,
                     .axes = axis_maps::elementwise};
constexpr Lines kMul{.text =
                         "A, a_scale, a_zero, B, b_scale, b_zero, y_scale, y_zero |"
                         "a[j..] = DequantizeLinear(A[j..], a_scale[..], a_zero);"
                         "b[k..] = DequantizeLinear(B[k..], b_scale[..], b_zero);"
                         "Y[i..] = QuantizeLinear(a[i/some..] * b[i/some..], y_scale[..], y_zero)",
                     .shape = binary_shape,
                     .axes = axis_maps::elementwise};

/// Inputs condition, then X and Y, each followed by scale and zero point.
std::vector<Fact> where_shape(const OpContext& context) {
  require_inputs(context, 9);
  require_same_dtype(context, {1, 4});
  return {Fact::tensor(context.dtype(1),
                       broadcast(context, broadcast(context, context.shape(0), context.shape(1)), context.shape(4)))};
}

constexpr Lines kWhere{.text =
                           "C, A, a_scale, a_zero, B, b_scale, b_zero, y_scale, y_zero |"
                           "a[j..] = DequantizeLinear(A[j..], a_scale[..], a_zero);"
                           "b[k..] = DequantizeLinear(B[k..], b_scale[..], b_zero);"
                           "Y[i..] = QuantizeLinear(Where(C[i/some..], a[i/some..], b[i/some..]), y_scale[..], y_zero)",
                       .shape = where_shape,
                       .axes = axis_maps::elementwise};

// Concatenation: scale and zero point of the result, then a tensor, its scale and its zero point, over and over.

constexpr std::size_t kFirstTensor = 2, kTensorStep = 3;

std::vector<Fact> concat_shape(const OpContext& context) {
  require_inputs(context, kFirstTensor + kTensorStep);
  require((context.input_count() - kFirstTensor) % kTensorStep == 0, "operand-count",
          "{} operands are no tensors with scale and zero point each", context.input_count() - kFirstTensor);
  const auto given = context.integer("axis");
  require(given.has_value(), "missing-attribute", "axis is not given");
  const DataType dtype = context.dtype(1);
  std::vector<Dim> dims;
  for (std::size_t index = kFirstTensor; index < context.input_count(); index += kTensorStep) {
    const Shape& shape = context.shape(index);
    if (!shape.known()) return {Fact::tensor(dtype)};
    if (index == kFirstTensor) {
      dims.assign(shape.begin(), shape.end());
      OpContext::axis_of(*given, dims.size());
      continue;
    }
    require_rank(context, index, dims.size());
    const std::size_t axis = OpContext::axis_of(*given, dims.size());
    for (std::size_t other = 0; other < dims.size(); ++other)
      dims[other] = other == axis ? dims[other] + shape[other]
                                  : agreed(context, dims[other], shape[other], "an axis beside the joined one");
  }
  return {Fact::tensor(dtype, Shape(dims))};
}

Work requantize_work(const OpContext& context) {
  Work work;
  work.add(kDequantize + kQuantize, elements_of(context.output(0)));
  return work;
}

// Means: over axes, over windows, over the whole map.

bool has_axes(const OpContext& context) { return context.has_attribute("axes"); }
bool drops_axes(const OpContext& context) { return context.integer("keepdims", 1) == 0; }
bool is_channels_last(const OpContext& context) { return context.integer("channels_last", 0) != 0; }

Work mean_work(const OpContext& context);

constexpr Loops kReduceMean{
    .nests = {{"Y[i/axes..] += X[i..]", has_axes}, {"Y[] += X[i..]", drops_axes}, {"Y[i/all..] += X[i..]"}},
    .further = mean_work};
constexpr Loops kAveragePool{.nests = {{"Y[n,p..,c] += X[n,p*stride+k*dilation-pad..,c]", is_channels_last},
                                       {"Y[n,c,p..] += X[n,c,p*stride+k*dilation-pad..]"}},
                             .further = mean_work};
constexpr Loops kGlobalAveragePool{
    .nests = {{"Y[n,p/all..,c] += X[n,p..,c]", is_channels_last}, {"Y[n,c,p/all..] += X[n,c,p..]"}}, .further = mean_work};

/// Elements are dequantised; each point of the nest is an addition, each result a product, which is quantised.
Work mean_work(const OpContext& context) {
  const std::string_view op = context.node().op;
  const Loops& loops = op == "QLinearReduceMean" ? kReduceMean : op == "QLinearAveragePool" ? kAveragePool : kGlobalAveragePool;
  const BoundNest nest = bind(loops, context);
  Work work;
  work.add(kDequantize, elements_of(context.input(0)));
  work.add({.add = 1}, nest.points());
  work.add(Effort{.mul = 1} + kQuantize, nest.output.elements());
  return work;
}

constexpr std::string_view kMeanCost =
    "1 add, 1 mul per element; 1 add for each summand; per output element 1 mul and QuantizeLinear";

// Integers of 32 bits; sums of unsigned ones are unsigned.

constexpr Lines kIntegerSum{.text = "Y[i/axes..] += X[i..]", .dtype = [](const OpContext& context, std::size_t) {
                              return context.dtype(0) == DataType::uint8 ? DataType::uint32 : DataType::int32;
                            }};
constexpr Lines kIntegerProduct{.text = "A, a_zero, B, b_zero | Y[i..] = Mul(A[i..] - a_zero, B[i..] - b_zero)",
                                .check =
                                    [](const OpContext& context) {
                                      require_same_dtype(context, {0, 1, 2, 3});
                                    },
                                .dtype = [](const OpContext&, std::size_t) { return DataType::int32; }};

constexpr Operator kQuantizedElementwiseRows[] = {
    {.name = "MulInteger", .meaning = line_body<kIntegerProduct>, .roles = "data quantisation data quantisation"},
    {.name = "QLinearAdd",
     .meaning = line_body<kAdd>,
     .roles = "data quantisation*2 data quantisation*4",
     .traits = {Trait::elementwise, Trait::sums},
     .saves = Saves::nothing},
    {.name = "QLinearAveragePool",
     .meaning = kAveragePool,
     .roles = "data quantisation*4",
     .cost = kMeanCost,
     .derives = "AveragePool"},
    {.name = "QLinearConcat",
     .meaning = Rules{concat_shape, requantize_work},
     .roles = "quantisation*2 [data quantisation*2]",
     .cost = "DequantizeLinear and QuantizeLinear per element",
     .traits = {Trait::concatenates, Trait::keeps_axes}},
    {.name = "QLinearGlobalAveragePool",
     .meaning = kGlobalAveragePool,
     .roles = "data quantisation*4",
     .cost = kMeanCost,
     .derives = "GlobalAveragePool"},
    {.name = "QLinearLeakyRelu",
     .meaning = line_body<kLeakyRelu>,
     .roles = "data quantisation*4",
     .traits = Trait::elementwise,
     .derives = "LeakyRelu"},
    {.name = "QLinearMul",
     .meaning = line_body<kMul>,
     .roles = "data quantisation*2 data quantisation*4",
     .traits = {Trait::elementwise, Trait::products}},
    {.name = "QLinearReduceMean",
     .meaning = kReduceMean,
     .roles = "data quantisation*4",
     .cost = kMeanCost,
     .derives = "ReduceMean"},
    {.name = "QLinearSigmoid",
     .meaning = line_body<kSigmoid>,
     .roles = "data quantisation*4",
     .traits = Trait::elementwise,
     .derives = "Sigmoid"},
    {.name = "QLinearSoftmax", .meaning = line_body<kQuantizedSoftmax>, .roles = "data quantisation*4", .derives = "Softmax"},
    {.name = "QLinearWhere",
     .meaning = line_body<kWhere>,
     .roles = "data*2 quantisation*2 data quantisation*4",
     .traits = Trait::elementwise},
    {.name = "QOrderedGelu",
     .meaning = line_body<kOrderedGelu>,
     .roles = "data quantisation*2",
     .traits = Trait::elementwise,
     .derives = "Gelu"},
    {.name = "ReduceSumInteger", .meaning = line_body<kIntegerSum>},
};

}  // namespace

Family families::microsoft_quantized_elementwise() {
  return {"com.microsoft", "quantised, element by element", kQuantizedElementwiseRows};
}

}  // namespace macroscope
