// Operators by which models calculate with shapes: sizes, ranges, constants, running sums.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"
#include "analyzer/operators/rows/line_body.h"

namespace macroscope {
namespace {

std::vector<Fact> shape(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(DataType::int64, fresh_shape(context, 0, 1))};
  const auto rank = static_cast<std::int64_t>(data.rank());
  const auto bound = [rank](std::int64_t given) { return std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank); };
  const std::int64_t start = bound(context.integer("start", 0)), end = std::max(start, bound(context.integer("end", rank)));
  const Integers extents(data.begin() + start, data.begin() + end);
  return {Fact::tensor(DataType::int64, Shape{end - start}, integer_content(extents))};
}

std::vector<Fact> size(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  return {Fact::tensor(DataType::int64, Shape{}, data.known() ? integer_content({data.elements()}) : nullptr)};
}

/// The one element of a floating operand.
std::optional<Real> real_scalar(const OpContext& context, std::size_t index) {
  const Reals* reals = context.input(index).value ? context.input(index).value->reals() : nullptr;
  return reals != nullptr && reals->size() == 1 ? reals->front() : std::nullopt;
}

/// max(0, ceil((limit - start) / delta)) of integers.
std::optional<Dim> range_length(const Dim& start, const Dim& limit, const Dim& delta) {
  require(!delta.is(0), "bad-operand", "a range by steps of 0");
  const Dim span = limit - start;
  if (at_least(delta, 1) == Certainty::always) return max(0, ceil_div(span, delta));
  if (at_least(delta, 0) == Certainty::never) return max(0, ceil_div(-span, -delta));
  return std::nullopt;
}

Fact range_of(const OpContext& context, const std::optional<Dim>& start, const std::optional<Dim>& limit,
              const std::optional<Dim>& delta) {
  const std::optional<Dim> length = start && limit && delta ? range_length(*start, *limit, *delta) : std::nullopt;
  if (!length) return Fact::tensor(context.dtype(0), Shape{context.fresh(0)});
  Fact result = Fact::tensor(context.dtype(0), checked_shape({*length}));
  const std::optional<std::int64_t> count = length->number();
  if (!count || *count > static_cast<std::int64_t>(Value::kMaxElements)) return result;
  Integers elements;
  for (std::int64_t n = 0; n < *count; ++n) elements.emplace_back(*start + *delta * n);
  if (!is_floating(context.dtype(0))) {
    result.value = integer_content(std::move(elements));
    return result;
  }
  Reals reals;
  for (const auto& element : elements) reals.emplace_back(Real::ratio(*element));
  result.value = std::make_shared<const Value>(std::move(reals));
  return result;
}

Fact range_of_numbers(const OpContext& context, double start, double limit, double delta) {
  require(delta != 0, "bad-operand", "a range by steps of 0");
  const double length = std::max(0.0, std::ceil((limit - start) / delta));
  require(length < std::ldexp(1.0, 62), "bad-operand", "a range of {} to {} by {}", start, limit, delta);
  const auto count = static_cast<std::int64_t>(length);
  Fact result = Fact::tensor(context.dtype(0), Shape{count});
  if (count > static_cast<std::int64_t>(Value::kMaxElements)) return result;
  Reals elements;
  for (std::int64_t n = 0; n < count; ++n) elements.emplace_back(start + delta * static_cast<double>(n));
  result.value = std::make_shared<const Value>(std::move(elements));
  return result;
}

/// max(0, ceil((limit - start) / delta)) where these are quotients of sizes.
std::optional<Dim> real_range_length(const Real& start, const Real& limit, const Real& delta) {
  const auto less = negated(start);
  const auto span = less ? sum(limit, *less) : std::nullopt;
  const auto steps = span ? quotient(*span, delta) : std::nullopt;
  const auto count = steps ? ceil(*steps) : std::nullopt;
  const auto whole = count ? count->whole() : std::nullopt;
  return whole ? std::optional(max(0, *whole)) : std::nullopt;
}

Fact real_range(const OpContext& context) {
  const std::optional<Real> start = real_scalar(context, 0), limit = real_scalar(context, 1), delta = real_scalar(context, 2);
  if (!start || !limit || !delta) return Fact::tensor(context.dtype(0), Shape{context.fresh(0)});
  if (start->number() && limit->number() && delta->number())
    return range_of_numbers(context, *start->number(), *limit->number(), *delta->number());
  if (start->whole() && limit->whole() && delta->whole())
    return range_of(context, start->whole(), limit->whole(), delta->whole());
  const std::optional<Dim> length = real_range_length(*start, *limit, *delta);
  return Fact::tensor(context.dtype(0), length ? checked_shape({*length}) : Shape{context.fresh(0)});
}

std::vector<Fact> range(const OpContext& context) {
  require_operands(context, 3);
  require_same_dtype(context, {0, 1, 2});
  for (std::size_t index = 0; index < 3; ++index) {
    const Shape& bound = context.shape(index);
    require(!bound.known() || equal(bound.elements(), 1) != Certainty::never, "bad-operand",
            "operand {} has shape {}, it must hold one number", index, bound);
  }
  return {is_floating(context.dtype(0)) ? real_range(context)
                                        : range_of(context, context.scalar(0), context.scalar(1), context.scalar(2))};
}

std::vector<Fact> constant_of_shape(const OpContext& context) {
  require_operands(context, 1);
  require_rank(context, 0, 1);
  const StoredTensor* value = context.tensor("value");
  const DataType dtype = value == nullptr ? DataType::float32 : value->dtype;
  const std::optional<Integers> wanted = list_of(context, 0);
  if (!wanted) return {Fact::tensor(dtype)};
  std::vector<Dim> extents;
  for (std::size_t axis = 0; axis < wanted->size(); ++axis)
    extents.push_back((*wanted)[axis] ? *(*wanted)[axis] : fresh_extent(context, 0, axis));
  const Shape result = checked_shape(extents);
  const ValuePointer zero = std::make_shared<const Value>(Reals{Real(0.0)});
  return {Fact::tensor(dtype, result, filled(value == nullptr ? zero : context.network().content(*value), result.elements()))};
}

Fact list_fact(DataType dtype, std::size_t length, ValuePointer content) {
  return Fact::tensor(dtype, Shape{Dim::of_size(length)}, length > Value::kMaxElements ? nullptr : std::move(content));
}

Fact stored_fact(const OpContext& context, const StoredTensor& tensor) {
  return Fact::tensor(tensor.dtype, shape_of(tensor), context.network().content(tensor));
}

std::vector<Fact> constant(const OpContext& context) {
  if (const StoredTensor* value = context.tensor("value")) return {stored_fact(context, *value)};
  if (const StoredTensor* value = context.tensor("sparse_value")) return {stored_fact(context, *value)};
  if (const auto number = context.integer("value_int"))
    return {Fact::tensor(DataType::int64, Shape{}, integer_content({Dim(*number)}))};
  if (context.has_attribute("value_float"))
    return {Fact::tensor(DataType::float32, Shape{}, std::make_shared<const Value>(Reals{Real(context.real("value_float", 0))}))};
  if (context.has_attribute("value_string"))
    return {Fact::tensor(DataType::string, Shape{},
                         std::make_shared<const Value>(Texts{std::string(context.text("value_string", {}))}))};
  if (const auto numbers = context.integer_list("value_ints"))
    return {list_fact(DataType::int64, numbers->size(), integer_content(Integers(numbers->begin(), numbers->end())))};
  if (const auto numbers = context.real_list("value_floats"))
    return {
        list_fact(DataType::float32, numbers->size(), std::make_shared<const Value>(Reals(numbers->begin(), numbers->end())))};
  if (const auto texts = context.text_list("value_strings"))
    return {list_fact(DataType::string, texts->size(), std::make_shared<const Value>(Texts(texts->begin(), texts->end())))};
  fail("missing-attribute", "a Constant without a value");
}

/// Running sums or products of each row along an axis.
ValuePointer accumulated(const OpContext& context, std::size_t axis, bool product) {
  const Integers* elements = context.integers(0);
  const std::optional<Grid> grid = Grid::of(context.shape(0));
  if (elements == nullptr || !grid || elements->size() != static_cast<std::size_t>(grid->elements())) return nullptr;
  const bool reverse = context.integer("reverse", 0) != 0, exclusive = context.integer("exclusive", 0) != 0;
  const std::int64_t count = grid->extent(axis), stride = grid->stride(axis);
  Integers result(elements->size());
  std::vector<std::int64_t> position(grid->rank(), 0);
  for (std::int64_t first = 0; first < grid->elements(); ++first, grid->advance(position)) {
    if (position[axis] != 0) continue;
    std::optional<Dim> sum = Dim(product ? 1 : 0);
    for (std::int64_t n = 0; n < count; ++n) {
      const auto place = static_cast<std::size_t>(first + (reverse ? count - 1 - n : n) * stride);
      if (exclusive) result[place] = sum;
      const std::optional<Dim>& element = (*elements)[place];
      sum = !sum || !element ? std::nullopt : std::optional<Dim>(product ? *sum * *element : *sum + *element);
      if (!exclusive) result[place] = sum;
    }
  }
  return integer_content(std::move(result));
}

std::vector<Fact> accumulate(const OpContext& context, bool product) {
  require_operands(context, 2);
  const Shape& data = context.shape(0);
  const std::optional<Dim> given = scalar_of(context, 1);
  const std::optional<std::int64_t> number = given ? given->number() : std::nullopt;
  if (!data.known() || !number) return {Fact::tensor(context.dtype(0), data)};
  return {Fact::tensor(context.dtype(0), data, accumulated(context, OpContext::axis_of(*number, data.rank()), product))};
}

std::vector<Fact> cum_sum(const OpContext& context) { return accumulate(context, false); }
std::vector<Fact> cum_prod(const OpContext& context) { return accumulate(context, true); }

/// An element is made of those before it, or behind it, and of itself.
AxisMap running(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  const std::optional<Dim> given = scalar_of(context, 1);
  const std::optional<std::int64_t> axis = given ? given->number() : std::nullopt;
  if (!axis) throw Unknown();
  const std::size_t along = OpContext::axis_of(*axis, data.rank());
  const bool is_reverse = context.integer("reverse", 0) != 0;
  const int itself = context.integer("exclusive", 0) != 0 ? 1 : 0;
  AccessMap access = is_reverse ? AccessMap::from(along) : AccessMap::up_to(along);
  (is_reverse ? access.low : access.high) += is_reverse ? itself : -itself;
  AxisMap map;
  map.reads(0, 0, axis_maps::same_but(data, along, std::move(access)));
  return map;
}

/// Each element is made of the one before it along the axis.
constexpr Lines kCumSum{.text = "X, axis | Y[i..] += X[i..]", .shape = cum_sum, .axes = running};
constexpr Lines kCumProd{.text = "X, axis | Y[i..] *= X[i..]", .shape = cum_prod, .axes = running};
constexpr Lines kRange{.text = "start, limit, delta | Y[n] = start + n * delta", .shape = range, .axes = axis_maps::everything};

constexpr Operator kShapeArithmeticRows[] = {
    {.name = "Constant", .meaning = Moves{constant, axis_maps::nothing}, .traits = Trait::holds_constant},
    {.name = "ConstantOfShape",
     .meaning = Moves{constant_of_shape, axis_maps::nothing},
     .roles = "constant",
     .traits = Trait::fills_shape},
    {.name = "CumProd", .meaning = line_body<kCumProd>, .roles = "data constant"},
    {.name = "CumSum", .meaning = line_body<kCumSum>, .roles = "data constant", .saves = Saves::nothing},
    {.name = "Range", .meaning = line_body<kRange>, .roles = "constant"},
    {.name = "Shape", .meaning = Moves{shape, axis_maps::nothing}, .roles = "type", .traits = Trait::reads_shape},
    {.name = "Size", .meaning = Moves{size, axis_maps::nothing}, .roles = "type", .traits = Trait::reads_shape},
};

}  // namespace

Family families::shape_arithmetic() { return {"", "shape arithmetic", kShapeArithmeticRows}; }

}  // namespace macroscope
