#include "analyzer/operators/rows/microsoft/fused.h"

#include <algorithm>
#include <utility>

#include "analyzer/operators/catalogue.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Names that are no operators of ONNX with so much work per element, or not under this name.
constexpr std::pair<std::string_view, Effort> kActivations[] = {
    {"Clip", {.compare = 2}},
    {"GELU", kGeluByErf},
    {"Gelu", kGeluByErf},
    {"NONE", {}},
    {"RELU", {.compare = 1}},
    {"gelu", kGeluByErf},
    {"identity", {}},
    {"none", {}},
    {"relu", {.compare = 1}},
    {"relu2", {.mul = 1, .compare = 1}},
    {"relu_squared", {.mul = 1, .compare = 1}},
    {"sigmoid", {.add = 1, .div = 1, .special = 1}},
    {"silu", kSilu},
    {"swish", kSilu},
    {"tanh", {.special = 1}},
};

}  // namespace

Effort effort_of_activation(std::string_view name) {
  const auto named =
      std::find_if(std::begin(kActivations), std::end(kActivations), [name](const auto& entry) { return entry.first == name; });
  if (named != std::end(kActivations)) return named->second;
  constexpr std::int64_t kNewest = 1000;
  const Operator* row = find_operator({}, name, kNewest);
  const PerElement* meaning = row == nullptr ? nullptr : std::get_if<PerElement>(&row->meaning);
  require(meaning != nullptr && meaning->operands == 1, "bad-attribute", "'{}' is no activation", name);
  return meaning->effort;
}

std::vector<Fact> like_first(const OpContext& context) {
  require_inputs(context, 1);
  return {Fact::tensor(context.dtype(0), context.shape(0))};
}

Shape with_last(const Shape& shape, const Dim& extent) {
  if (!shape.known()) return Shape::unknown();
  last_of(shape);
  std::vector<Dim> dims(shape.begin(), shape.end());
  dims.back() = extent;
  return Shape(dims);
}

const Dim& last_of(const Shape& shape) {
  require(shape.rank() >= 1, "bad-rank", "a scalar has no last axis");
  return shape[shape.rank() - 1];
}

Dim rows_of(const Shape& shape) {
  last_of(shape);
  return product(shape.dims().first(shape.rank() - 1));
}

std::int64_t positive(const OpContext& context, std::string_view attribute) {
  const std::int64_t value = context.integer(attribute, 0);
  require(value > 0, "bad-attribute", "attribute '{}' must be given and above 0", attribute);
  return value;
}

}  // namespace macroscope
