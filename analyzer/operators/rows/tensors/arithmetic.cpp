#include "analyzer/operators/contents/constant_folding.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/per_element.h"

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

constexpr PerElement kClip{.effort = {.compare = 2}, .operands = 0, .shaped_by_first = true};

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

Work clip_work(const OpContext& context) { return per_element_work(kClip, context); }

constexpr Operator kRows[] = {
    {"Abs", PerElement{.effort = {.compare = 1}, .fold = folds::magnitude, .fold_reals = folds::magnitude_of_real}},
    {"Acos", kSpecial, "x", 7},
    {"Acosh", kSpecial, "x", 9},
    {"Add", PerElement{.effort = {.add = 1}, .operands = 2, .fold = folds::add, .fold_reals = folds::add_reals}},
    {"Affine", PerElement{.effort = {.add = 1, .mul = 1}}},
    {"Asin", kSpecial, "x", 7},
    {"Asinh", kSpecial, "x", 9},
    {"Atan", kSpecial, "x", 7},
    {"Atanh", kSpecial, "x", 9},
    {"Ceil", PerElement{.effort = {.compare = 1}, .fold = folds::same, .fold_reals = folds::round_up}},
    {"Clip", Rules{clip_shape, clip_work, axis_maps::elementwise}, "xc", 1, "2 compares per element"},
    {"Cos", kSpecial, "x", 7},
    {"Cosh", kSpecial, "x", 9},
    {"Div", PerElement{.effort = {.div = 1}, .operands = 2, .fold = folds::divide, .fold_reals = folds::divide_reals}},
    {"Erf", kSpecial, "x", 9},
    {"Exp", PerElement{.effort = {.special = 1}, .fold_reals = folds::exponential}},
    {"Floor", PerElement{.effort = {.compare = 1}, .fold = folds::same, .fold_reals = folds::round_down}},
    {"Log", PerElement{.effort = {.special = 1}, .fold_reals = folds::logarithm}},
    {"Max",
     PerElement{.operands = 0, .per_further_input = {.compare = 1}, .fold = folds::largest, .fold_reals = folds::largest_real}},
    {"Mean", PerElement{.effort = {.mul = 1}, .operands = 0, .per_further_input = {.add = 1}}},
    {"Min",
     PerElement{.operands = 0, .per_further_input = {.compare = 1}, .fold = folds::smallest, .fold_reals = folds::smallest_real}},
    {"Mod", PerElement{.effort = {.div = 1}, .operands = 2, .fold = folds::modulo, .fold_reals = folds::modulo_of_reals}, "x",
     10},
    {"Mul", PerElement{.effort = {.mul = 1}, .operands = 2, .fold = folds::multiply, .fold_reals = folds::multiply_reals}},
    {"Neg", PerElement{.effort = {.compare = 1}, .fold = folds::negate, .fold_reals = folds::negate_real}},
    {"Pow",
     PerElement{.effort = {.special = 1}, .operands = 2, .fold = folds::raise, .fold_reals = folds::raise_reals, .mixed = true}},
    {"Reciprocal", PerElement{.effort = {.div = 1}, .fold_reals = folds::reciprocal}},
    {"Round", PerElement{.effort = {.compare = 1}, .fold = folds::same, .fold_reals = folds::round_to_nearest}, "x", 11},
    {"Sign", PerElement{.effort = {.compare = 1}, .fold = folds::sign}, "x", 9},
    {"Sin", kSpecial, "x", 7},
    {"Sinh", kSpecial, "x", 9},
    {"Sqrt", PerElement{.effort = {.special = 1}, .fold_reals = folds::square_root}},
    {"Sub", PerElement{.effort = {.add = 1}, .operands = 2, .fold = folds::subtract, .fold_reals = folds::subtract_reals}},
    {"Sum", PerElement{.operands = 0, .per_further_input = {.add = 1}, .fold = folds::add, .fold_reals = folds::add_reals}},
    {"Tan", kSpecial, "x", 7},
};

}  // namespace

Family families::arithmetic() noexcept { return {"", "arithmetic", kRows}; }

}  // namespace macroscope
