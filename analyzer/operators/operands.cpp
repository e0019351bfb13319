#include "analyzer/operators/operands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "analyzer/operators/broadcast.h"

namespace macroscope {
namespace {

/// Lists of unknown content are followed up to this length; more axes than this no tensor has.
constexpr std::size_t kMaxRank = 64;

std::optional<Integers> list_in(const Fact& operand) {
  if (operand.value && operand.value->integers()) return *operand.value->integers();
  if (!operand.type.shape.known() || operand.type.shape.rank() == 0) return std::nullopt;
  const std::optional<std::int64_t> length = operand.type.shape.elements().number();
  if (!length || *length < 0 || *length > static_cast<std::int64_t>(kMaxRank)) return std::nullopt;
  return Integers(static_cast<std::size_t>(*length));
}

}  // namespace

void require_inputs(const OpContext& context, std::size_t count) {
  for (std::size_t index = 0; index < count; ++index)
    require(context.has_input(index), "missing-input", "operand {} is left out; {} are needed", index, count);
}

void require_operands(const OpContext& context, std::size_t least, std::size_t most) {
  require_inputs(context, least);
  require(context.input_count() <= most, "operand-count", "{} operands are given, at most {} are read", context.input_count(),
          most);
}

void require_same_dtype(const OpContext& context, std::initializer_list<std::size_t> indices) {
  const std::size_t* first = nullptr;
  for (const std::size_t& index : indices) {
    if (context.dtype(index) == DataType::unknown) continue;
    if (first == nullptr) first = &index;
    require(context.dtype(index) == context.dtype(*first), "dtype-mismatch", "operand {} is {}, operand {} is {}", *first,
            name_of(context.dtype(*first)), index, name_of(context.dtype(index)));
  }
}

void require_rank(const OpContext& context, std::size_t index, std::size_t rank) {
  const Shape& shape = context.shape(index);
  if (shape.known() && shape.rank() != rank)
    fail("bad-rank", "operand {} has shape {}, its rank must be {}", index, shape.text(), rank);
}

void require_rank_at_least(const OpContext& context, std::size_t index, std::size_t rank) {
  const Shape& shape = context.shape(index);
  require(!shape.known() || shape.rank() >= rank, "bad-rank", "operand {} has shape {}, its rank must be at least {}", index,
          shape, rank);
}

std::string_view choice(const OpContext& context, std::string_view name, std::string_view otherwise,
                        std::initializer_list<std::string_view> choices) {
  const std::string_view given = context.text(name, otherwise);
  require(std::find(choices.begin(), choices.end(), given) != choices.end(), "bad-attribute",
          "attribute '{}' is '{}'; it may be one of {}", name, given, fmt::join(choices.begin(), choices.end(), ", "));
  return given;
}

DataType dtype_attribute(const OpContext& context, std::string_view name, DataType otherwise) {
  const std::optional<std::int64_t> number = context.integer(name);
  if (!number) return otherwise;
  const DataType dtype = data_type_of(*number);
  require(dtype != DataType::unknown, "bad-attribute", "attribute '{}' is {}, which is no dtype", name, *number);
  return dtype;
}

bool is_given(const OpContext& context, std::size_t index, std::string_view attribute) {
  return context.has_input(index) || (!attribute.empty() && context.has_attribute(attribute));
}

std::optional<Integers> list_of(const OpContext& context, std::size_t index, std::string_view attribute) {
  if (context.has_input(index)) {
    const Shape& shape = context.shape(index);
    require(!shape.known() || shape.rank() <= 1, "bad-rank", "operand {} has shape {}, it must be a list", index, shape);
    return list_in(context.input(index));
  }
  const auto listed = attribute.empty() ? std::nullopt : context.integer_list(attribute);
  return listed ? std::optional<Integers>(Integers(listed->begin(), listed->end())) : std::nullopt;
}

std::optional<Dim> scalar_of(const OpContext& context, std::size_t index, std::string_view attribute) {
  if (!context.has_input(index)) {
    const auto given = attribute.empty() ? std::nullopt : context.integer(attribute);
    return given ? std::optional<Dim>(*given) : std::nullopt;
  }
  const Shape& shape = context.shape(index);
  require(!shape.known() || equal(shape.elements(), 1) != Certainty::never, "bad-operand",
          "operand {} has shape {}, it must hold one number", index, shape);
  return context.scalar(index);
}

std::optional<std::vector<std::size_t>> axes_of(const OpContext& context, std::size_t index, std::string_view attribute,
                                                std::size_t rank) {
  const std::optional<Integers> given = list_of(context, index, attribute);
  if (!given) return std::nullopt;
  std::vector<std::size_t> axes;
  for (const auto& element : *given) {
    const std::optional<std::int64_t> number = element ? element->number() : std::nullopt;
    if (!number) return std::nullopt;
    const std::size_t axis = OpContext::axis_of(*number, rank);
    require(std::find(axes.begin(), axes.end(), axis) == axes.end(), "bad-axis", "axis {} is named twice", *number);
    axes.push_back(axis);
  }
  return axes;
}

Dim fresh_extent(const OpContext& context, std::size_t output, std::size_t axis) {
  return context.fresh(output, fmt::format("[{}]", axis));
}

Shape fresh_shape(const OpContext& context, std::size_t output, std::size_t rank) {
  if (rank > kMaxRank) return Shape::unknown();
  std::vector<Dim> extents;
  for (std::size_t axis = 0; axis < rank; ++axis) extents.push_back(fresh_extent(context, output, axis));
  return Shape(extents);
}

Shape checked_shape(const std::vector<Dim>& extents) {
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    const std::optional<Int128> extent = extents[axis].integer();
    require(!extent || (*extent >= 0 && *extent <= std::numeric_limits<std::int64_t>::max()), "bad-extent",
            "axis {} of the result would have extent {}", axis, extents[axis]);
  }
  return Shape(extents);
}

Dim agreed(const OpContext& context, const Dim& a, const Dim& b, std::string_view what) {
  context.must_equal(a, b, what);
  return plainer(a, b);
}

Dim at_least_zero(const OpContext& context, const Dim& extent, const Dim& axis) {
  switch (at_least(extent, 0)) {
    case Certainty::always:
      return extent;
    case Certainty::never:
      return 0;
    case Certainty::unknown:
      break;
  }
  if (extent != axis - 1) return max(0, extent);
  context.assume(Assumption::at_least(axis, 1));
  return extent;
}

Dim exact_share(const OpContext& context, const Dim& a, const Dim& b, std::string_view what) {
  if (const std::optional<Dim> share = exact_quotient(a, b)) return *share;
  require(!a.is_number() || !b.is_number(), "not-divisible", "{}: {} is no multiple of {}", what, a, b);
  context.assume(Assumption::divisible(a, b));
  return floor_div(a, b);
}

}  // namespace macroscope
