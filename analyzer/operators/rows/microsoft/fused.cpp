#include "analyzer/operators/rows/microsoft/fused.h"

#include "analyzer/operators/activation.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
Effort effort_of_activation(std::string_view name) {
  const std::optional<AppliedActivation> activation = activation_named(name);
  return activation ? activation->effort : Effort{};
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
