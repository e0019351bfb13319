#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

/// The scale: one number, one for each place along `axis`, or with `block_size` one for each block along it.
void check_scale(const OpContext& context) {
  const Shape& shape = context.shape(0);
  const Shape& scale = context.shape(1);
  if (context.has_input(2) && scale.known() && context.shape(2).known()) {
    const Shape& zero_point = context.shape(2);
    const bool one_each = scale.elements().is(1) && zero_point.elements().is(1);
    require(one_each || scale.rank() == zero_point.rank(), "shape-mismatch", "scale {} and zero point {} differ", scale,
            zero_point);
    for (std::size_t axis = 0; axis < scale.rank() && !one_each; ++axis)
      context.must_equal(scale[axis], zero_point[axis], "scale and zero point");
  }
  if (!shape.known() || !scale.known() || scale.rank() == 0) return;
  const std::int64_t block = context.integer("block_size", 0);
  require(block >= 0, "bad-attribute", "block_size is {}", block);
  if (block == 0) {
    if (scale.rank() != 1 || scale[0].is(1)) return;
    // Before version 13 there was no axis: the scale of one number was all there was.
    const std::size_t axis = OpContext::axis_of(context.integer("axis", 1), shape.rank());
    context.must_equal(scale[0], shape[axis], "entries of the scale");
    return;
  }
  const std::size_t blocked = OpContext::axis_of(context.integer("axis", 1), shape.rank());
  require(scale.rank() == shape.rank(), "bad-rank", "the scale of blocks is {}, what it scales is {}", scale, shape);
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    context.must_equal(scale[axis], axis == blocked ? ceil_div(shape[axis], block) : shape[axis], "blocks of the scale");
}

DataType quantized_type(const OpContext& context) {
  const DataType stated = data_type_of(context.integer("output_dtype", 0));
  const DataType zero_point = context.dtype(2);
  if (!context.has_input(2)) return stated == DataType::unknown ? DataType::uint8 : stated;
  require(stated == DataType::unknown || zero_point == DataType::unknown || stated == zero_point, "dtype-mismatch",
          "output_dtype is {}, the zero point is {}", name_of(stated), name_of(zero_point));
  return zero_point == DataType::unknown ? stated : zero_point;
}

std::vector<Fact> quantize_shape(const OpContext& context) {
  require_inputs(context, 2);
  check_scale(context);
  return {Fact::tensor(quantized_type(context), context.shape(0))};
}

/// Rounding is part of the conversion.
constexpr Lines kQuantizeLinear{.text = "X, scale, zero | Y[i..] = Cast(Max(low, Min(high, X[i..] / scale[..] + zero)))",
                                .shape = quantize_shape,
                                .axes = axis_maps::elementwise};

constexpr std::int64_t kFloatsByScaleSince = 19;

std::vector<Fact> dequantize_shape(const OpContext& context) {
  require_inputs(context, 2);
  require_same_dtype(context, {0, 2});
  check_scale(context);
  const DataType stated = data_type_of(context.integer("output_dtype", 0));
  const DataType by_scale = context.version() < kFloatsByScaleSince ? DataType::float32 : context.dtype(1);
  return {Fact::tensor(stated == DataType::unknown ? by_scale : stated, context.shape(0))};
}

constexpr Lines kDequantizeLinear{
    .text = "X, scale, zero | Y[i..] = (X[i..] - zero) * scale[..]", .shape = dequantize_shape, .axes = axis_maps::elementwise};

constexpr Lines kDynamicQuantizeLinear{
    .text =
        "X -> Y, scale, zero | high[] max= X[i..]; low[] max= -X[i..];"
        "scale[] = (Max(high[], 0) - Min(low[], 0)) / 255; zero[] = Cast(Max(0, Min(255, 0 - low[] / scale[])));"
        "Y[i..] = QuantizeLinear(X[i..], scale[], zero)",
    .dtype = [](const OpContext&, std::size_t output) { return output == 1 ? DataType::float32 : DataType::uint8; }};

constexpr Operator kQuantizationRows[] = {
    {.name = "DequantizeLinear",
     .meaning = line_body<kDequantizeLinear>,
     .roles = "view quantisation*2",
     .since = 10,
     .traits = {Trait::elementwise, Trait::dequantizes}},
    {.name = "DynamicQuantizeLinear", .meaning = line_body<kDynamicQuantizeLinear>, .since = 11},
    {.name = "QuantizeLinear",
     .meaning = line_body<kQuantizeLinear>,
     .roles = "data quantisation*2",
     .since = 10,
     .traits = Trait::elementwise,
     .saves = Saves::nothing},
};

}  // namespace

Family families::quantization() { return {"", "quantization", kQuantizationRows}; }

}  // namespace macroscope
