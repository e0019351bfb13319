// Simulated quantisation as QONNX and Brevitas write it: numbers are rounded to a few bits and stay in floating point.
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

std::vector<Fact> same_as_data(const OpContext& context) {
  require_inputs(context, context.node().op == "BipolarQuant" ? 2 : 4);
  return {Fact::tensor(context.dtype(0), context.shape(0))};
}

Work per_element(const OpContext& context, const Effort& effort) {
  Work work;
  work.add(effort, elements_of(context.input(0)));
  return work;
}

/// Scaled, shifted, rounded and clipped, and back.
constexpr Effort kRounded{.add = 2, .mul = 1, .div = 1, .compare = 3};

Work rounded(const OpContext& context) { return per_element(context, kRounded); }
Work sign_of(const OpContext& context) { return per_element(context, {.mul = 1, .compare = 1}); }
/// The exponent of each number decides how it is rounded.
Work rounded_to_floats(const OpContext& context) {
  return per_element(context, {.add = 1, .mul = 2, .div = 2, .compare = 3, .special = 2});
}

constexpr std::string_view kRoundedCost =
    "2 add, 1 mul, 1 div, 3 compares per element: scaled, shifted, rounded, clipped, and back";

constexpr Operator kQuantizationRows[] = {
    {.name = "BipolarQuant",
     .meaning = Rules{same_as_data, sign_of, axis_maps::elementwise},
     .roles = "view quantisation",
     .cost = "1 compare, 1 mul per element: its sign, times the scale"},
    {.name = "FloatQuant",
     .meaning = Rules{same_as_data, rounded_to_floats, axis_maps::elementwise},
     .roles = "view quantisation constant",
     .cost = "1 add, 2 mul, 2 div, 3 compares, 2 special per element: rounded by its exponent"},
    {.name = "IntQuant",
     .meaning = Rules{same_as_data, rounded, axis_maps::elementwise},
     .roles = "view quantisation*2 constant",
     .cost = kRoundedCost},
    {.name = "Quant",
     .meaning = Rules{same_as_data, rounded, axis_maps::elementwise},
     .roles = "view quantisation*2 constant",
     .cost = kRoundedCost},
    {.name = "Trunc",
     .meaning = Rules{same_as_data, rounded, axis_maps::elementwise},
     .roles = "view quantisation*2 constant",
     .cost = kRoundedCost},
};

}  // namespace

Family families::qonnx_quantization() { return {"qonnx.custom_op.general", "simulated quantisation", kQuantizationRows}; }
Family families::brevitas_quantization() { return {"onnx.brevitas", "simulated quantisation", kQuantizationRows}; }

}  // namespace macroscope
