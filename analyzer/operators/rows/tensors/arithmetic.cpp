#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/constant_folding.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/per_element.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

constexpr PerElement kSpecial{.effort = {.special = 1}};

/// A bound of Clip: an operand from version 11 on, an attribute before.
std::optional<Real> bound_of(const OpContext& context, std::size_t operand, std::string_view attribute) {
  if (!context.has_input(operand)) {
    if (!context.has_attribute(attribute)) return std::nullopt;
    return Real(context.real(attribute, 0));
  }
  const ValuePointer& value = context.input(operand).value;
  if (value == nullptr || value->size() != 1) return std::nullopt;
  if (const Reals* reals = value->reals()) return reals->front();
  if (const Integers* integers = value->integers(); integers != nullptr && integers->front())
    return Real::ratio(*integers->front());
  return std::nullopt;
}

std::optional<Real> clipped(const Real& element, const OpContext& context) {
  std::optional<Real> result = element;
  for (const auto& [operand, attribute] : {std::pair{1, "min"}, std::pair{2, "max"}}) {
    const auto index = static_cast<std::size_t>(operand);
    const auto bound = bound_of(context, index, attribute);
    if (!bound && context.has_input(index)) return std::nullopt;
    if (!bound || !result) continue;
    const Real pair[] = {*result, *bound};
    result = operand == 1 ? folds::largest_real(pair, context) : folds::smallest_real(pair, context);
  }
  return result;
}

ValuePointer clipped_content(const OpContext& context) {
  const ValuePointer& content = context.input(0).value;
  if (content == nullptr) return nullptr;
  if (const Integers* integers = content->integers()) {
    Integers elements;
    for (const auto& element : *integers) {
      const auto result = element ? clipped(Real::ratio(*element), context) : std::nullopt;
      elements.push_back(result ? result->whole() : std::nullopt);
    }
    return std::make_shared<const Value>(std::move(elements));
  }
  const Reals* reals = content->reals();
  if (reals == nullptr) return nullptr;
  Reals elements;
  for (const auto& element : *reals) elements.push_back(element ? clipped(*element, context) : std::nullopt);
  return std::make_shared<const Value>(std::move(elements));
}

std::vector<Fact> clip_shape(const OpContext& context) {
  require(context.has_input(0), "missing-input", "operand 0 is left out");
  for (std::size_t bound = 1; bound < context.input_count(); ++bound) {
    const Fact& fact = context.input(bound);
    require(fact.type.dtype == DataType::unknown || context.dtype(0) == DataType::unknown || fact.type.dtype == context.dtype(0),
            "dtype-mismatch", "the bound in operand {} is {}, what is clipped is {}", bound, name_of(fact.type.dtype),
            name_of(context.dtype(0)));
    require(!fact.type.shape.known() || equal(fact.type.shape.elements(), 1) != Certainty::never, "shape-mismatch",
            "the bound in operand {} is {}, not one number", bound, fact.type.shape);
  }
  std::vector<Fact> results;
  results.push_back(Fact::tensor(context.dtype(0), context.shape(0)));
  results.front().value = clipped_content(context);
  return results;
}

constexpr Lines kClip{
    .text = "X, min, max | Y[i..] = Min(Max(X[i..], min), max)", .shape = clip_shape, .axes = axis_maps::elementwise};

constexpr Operator kArithmeticRows[] = {
    {.name = "Abs",
     .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::magnitude, .fold_reals = folds::magnitude_of_real},
     .derivative = {{"dL/dz * ([x > 0] - [x < 0])"}}},
    {.name = "Acos", .meaning = kSpecial, .since = 7},
    {.name = "Acosh", .meaning = kSpecial, .since = 9},
    {.name = "Add",
     .meaning = PerElement{.effort = {.add = 1}, .operands = 2, .fold = folds::add, .fold_reals = folds::add_reals},
     .traits = {Trait::affine, Trait::sums},
     .saves = Saves::nothing,
     .derivative = {{"dL/dz", "dL/dz"}}},
    {"Affine", PerElement{.effort = {.add = 1, .mul = 1}}},
    {.name = "Asin", .meaning = kSpecial, .since = 7},
    {.name = "Asinh", .meaning = kSpecial, .since = 9},
    {.name = "Atan", .meaning = kSpecial, .since = 7, .derivative = {{"dL/dz / (1 + x^2)"}}},
    {.name = "Atanh", .meaning = kSpecial, .since = 9},
    {.name = "Ceil",
     .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::same, .fold_reals = folds::round_up},
     .traits = Trait::level,
     .saves = Saves::nothing},
    {.name = "Clip", .meaning = line_body<kClip>, .roles = "data constant", .traits = Trait::elementwise},
    {.name = "Cos", .meaning = kSpecial, .since = 7, .derivative = {{"dL/dz * -sin(x)"}}},
    {.name = "Cosh", .meaning = kSpecial, .since = 9},
    {.name = "Div",
     .meaning = PerElement{.effort = {.div = 1}, .operands = 2, .fold = folds::divide, .fold_reals = folds::divide_reals},
     .traits = Trait::affine,
     .derivative = {{"dL/dz / b", "dL/dz * -z / b"}}},
    {.name = "Erf", .meaning = kSpecial, .since = 9, .derivative = {{"dL/dz * 2 / sqrt(pi) * exp(-x^2)"}}},
    {.name = "Exp",
     .meaning = PerElement{.effort = {.special = 1}, .fold_reals = folds::exponential},
     .saves = Saves::result,
     .derivative = {{"dL/dz * z"}}},
    {.name = "Floor",
     .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::same, .fold_reals = folds::round_down},
     .traits = Trait::level,
     .saves = Saves::nothing},
    {.name = "Log",
     .meaning = PerElement{.effort = {.special = 1}, .fold_reals = folds::logarithm},
     .derivative = {{"dL/dz / x"}}},
    {.name = "Max",
     .meaning =
         PerElement{
             .operands = 0, .per_further_input = {.compare = 1}, .fold = folds::largest, .fold_reals = folds::largest_real},
     .identity = IdentityWhen::only_operand},
    {.name = "Mean",
     .meaning = PerElement{.effort = {.mul = 1}, .operands = 0, .per_further_input = {.add = 1}},
     .saves = Saves::nothing,
     .identity = IdentityWhen::only_operand},
    {.name = "Min",
     .meaning =
         PerElement{
             .operands = 0, .per_further_input = {.compare = 1}, .fold = folds::smallest, .fold_reals = folds::smallest_real},
     .identity = IdentityWhen::only_operand},
    {.name = "Mod",
     .meaning = PerElement{.effort = {.div = 1}, .operands = 2, .fold = folds::modulo, .fold_reals = folds::modulo_of_reals},
     .since = 10},
    {.name = "Mul",
     .meaning = PerElement{.effort = {.mul = 1}, .operands = 2, .fold = folds::multiply, .fold_reals = folds::multiply_reals},
     .traits = {Trait::affine, Trait::products},
     .saves = Saves::factors,
     .derivative = {{"dL/dz * b", "dL/dz * a"}}},
    {.name = "Neg",
     .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::negate, .fold_reals = folds::negate_real},
     .saves = Saves::nothing,
     .derivative = {{"-dL/dz"}}},
    {"Pow",
     PerElement{.effort = {.special = 1}, .operands = 2, .fold = folds::raise, .fold_reals = folds::raise_reals, .mixed = true}},
    {.name = "Reciprocal",
     .meaning = PerElement{.effort = {.div = 1}, .fold_reals = folds::reciprocal},
     .saves = Saves::result,
     .derivative = {{"dL/dz * -z^2"}}},
    {.name = "Round",
     .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::same, .fold_reals = folds::round_to_nearest},
     .since = 11,
     .traits = Trait::level,
     .saves = Saves::nothing},
    {.name = "Sign", .meaning = PerElement{.effort = {.compare = 1}, .fold = folds::sign}, .since = 9, .saves = Saves::nothing},
    {.name = "Sin", .meaning = kSpecial, .since = 7, .derivative = {{"dL/dz * cos(x)"}}},
    {.name = "Sinh", .meaning = kSpecial, .since = 9},
    {.name = "Sqrt",
     .meaning = PerElement{.effort = {.special = 1}, .fold_reals = folds::square_root},
     .saves = Saves::result,
     .derivative = {{"dL/dz / (2 * z)"}}},
    {.name = "Sub",
     .meaning = PerElement{.effort = {.add = 1}, .operands = 2, .fold = folds::subtract, .fold_reals = folds::subtract_reals},
     .traits = Trait::affine,
     .saves = Saves::nothing,
     .derivative = {{"dL/dz", "-dL/dz"}}},
    {.name = "Sum",
     .meaning = PerElement{.operands = 0, .per_further_input = {.add = 1}, .fold = folds::add, .fold_reals = folds::add_reals},
     .saves = Saves::nothing,
     .identity = IdentityWhen::only_operand},
    {.name = "Tan", .meaning = kSpecial, .since = 7},
};

}  // namespace

Family families::arithmetic() { return {"", "arithmetic", kArithmeticRows}; }

}  // namespace macroscope
