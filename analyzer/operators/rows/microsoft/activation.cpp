// Activations of com.microsoft, alone or behind a bias or a residual.
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/microsoft/fused.h"

namespace macroscope {
namespace {

Work fast_gelu_work(const OpContext& context) {
  Work work = per_element_of_first<kGeluByTanh>(context);
  if (context.has_input(1)) work.add({.add = 1}, elements_of(context.input(0)));
  return work;
}

/// The last axis is cut into a value and its gate.
std::vector<Fact> halved_shape(const OpContext& context) {
  require_inputs(context, 1);
  const Shape& shape = context.shape(0);
  if (!shape.known()) return {Fact::tensor(context.dtype(0))};
  return {Fact::tensor(context.dtype(0), with_last(shape, exact_share(context, last_of(shape), 2, "half of the last axis")))};
}

Work bias_split_gelu_work(const OpContext& context) {
  Work work;
  work.add({.add = 1}, elements_of(context.input(0)));
  work.add(kGeluByErf + Effort{.mul = 1}, elements_of(context.output(0)));
  return work;
}

std::vector<Fact> swiglu_shape(const OpContext& context) {
  return context.has_input(1) ? like_first(context) : halved_shape(context);
}

Work swiglu_work(const OpContext& context) {
  Effort effort = kSilu + Effort{.mul = 1};
  if (context.real("activation_alpha", 1) != 1) effort.mul += 1;
  if (context.real("activation_beta", 0) != 0) effort.add += 1;
  if (context.real("limit", 0) > 0) effort.compare += 3;
  Work work;
  work.add(effort, elements_of(context.output(0)));
  return work;
}

// Dropout behind a bias and a residual; inputs data, (bias, residual,) ratio, training_mode.

bool is_training(const OpContext& context, std::size_t input) { return context.scalar(input) == Dim(1); }

Work dropout_work(const OpContext& context, int summands, std::size_t training_mode) {
  Work work;
  const Dim elements = elements_of(context.input(0));
  work.add({.add = summands}, elements);
  // A comparison with the ratio, the mask and the scale.
  if (is_training(context, training_mode)) work.add({.mul = 2, .compare = 1}, elements);
  return work;
}

Work bias_dropout_work(const OpContext& context) { return dropout_work(context, context.has_input(2) ? 2 : 1, 4); }
Work bitmask_dropout_work(const OpContext& context) { return dropout_work(context, 0, 2); }

std::vector<Fact> bias_dropout_shape(const OpContext& context) {
  std::vector<Fact> results = like_first(context);
  results.push_back(Fact::tensor(DataType::boolean, context.shape(0)));
  return results;
}

/// 32 elements of the mask in each integer.
std::vector<Fact> bitmask_dropout_shape(const OpContext& context) {
  constexpr int kBits = 32;
  std::vector<Fact> results = like_first(context);
  const Shape& shape = context.shape(0);
  results.push_back(
      Fact::tensor(DataType::uint32, shape.known() ? Shape{ceil_div(shape.elements(), kBits)} : Shape{context.fresh(1)}));
  return results;
}

/// X + Y * gate; with a weight the gate is the sigmoid of a product with it, one for each row.
Work gated_add_work(const OpContext& context) {
  Work work;
  work.add({.add = 1, .mul = 1}, elements_of(context.input(0)));
  if (!context.has_input(3)) return work;
  work.add_macs(elements_of(context.input(2)), context.dtype(2));
  work.add({.add = 1, .div = 1, .special = 1}, rows_of(context.known_shape(2)));
  return work;
}

constexpr std::string_view kDropoutCost = "1 add per element for each of bias and residual; in training 1 compare, 2 mul";

constexpr Operator kRows[] = {
    {.name = "BiasAdd",
     .meaning = PerElement{.effort = {.add = 2}, .operands = 3, .shaped_by_first = true},
     .roles = "data bias data",
     .traits = {Trait::affine, Trait::sums},
     .saves = Saves::nothing},
    {.name = "BiasDropout",
     .meaning = Rules{bias_dropout_shape, bias_dropout_work},
     .roles = "data bias data constant*2",
     .cost = kDropoutCost,
     .saves = Saves::nothing},
    {.name = "BiasGelu",
     .meaning = PerElement{.effort = kGeluByErf + Effort{.add = 1}, .operands = 2, .shaped_by_first = true},
     .roles = "data bias",
     .derives = "Gelu"},
    {.name = "BiasSoftmax",
     .meaning = PerElement{.effort = kSoftmax + Effort{.add = 1}, .operands = 2, .shaped_by_first = true},
     .saves = Saves::result},
    {.name = "BiasSplitGelu",
     .meaning = Rules{halved_shape, bias_split_gelu_work},
     .roles = "data bias",
     .cost = "1 add per element for the bias; per output element 1 special, 1 add, 4 mul"},
    {.name = "BitmaskBiasDropout",
     .meaning = Rules{bitmask_dropout_shape, bias_dropout_work},
     .roles = "data bias data constant*2",
     .cost = kDropoutCost,
     .saves = Saves::nothing},
    {.name = "BitmaskDropout",
     .meaning = Rules{bitmask_dropout_shape, bitmask_dropout_work},
     .roles = "data constant*2",
     .cost = "none; in training 1 compare, 2 mul per element",
     .saves = Saves::nothing},
    {.name = "FastGelu",
     .meaning = Rules{like_first, fast_gelu_work, axis_maps::elementwise},
     .roles = "data bias",
     .cost = "1 special, 2 add, 6 mul per element; 1 add for the bias",
     .derives = "Gelu"},
    {.name = "GatedAdd",
     .meaning = Rules{like_first, gated_add_work},
     .roles = "data*3 weight",
     .cost = "1 mul, 1 add per element; with a weight rows * K MACs and a sigmoid (1 special, 1 add, 1 div) per row"},
    {.name = "Gelu", .meaning = PerElement{.effort = kGeluByErf}, .derives = "Gelu"},
    {.name = "QuickGelu", .meaning = PerElement{.effort = kSilu + Effort{.mul = 1}}, .derives = "Gelu"},
    {.name = "ScaledSiLU",
     .meaning = Rules{like_first, per_element_of_first<kSilu + Effort{.mul = 1}>, axis_maps::elementwise},
     .roles = "data constant",
     .cost = "1 special, 1 add, 1 div, 2 mul per element",
     .traits = Trait::elementwise},
    {.name = "SwiGLU",
     .meaning = Rules{swiglu_shape, swiglu_work},
     .cost = "1 special, 1 add, 1 div, 2 mul per output element; 1 mul for alpha, 1 add for beta, 3 compare for a limit",
     .derives = "SwiGLU"},
};

}  // namespace

Family families::microsoft_activation() { return {"com.microsoft", "activation", kRows}; }

}  // namespace macroscope
