#include <algorithm>

#include "analyzer/operators/contents/fact_join.h"
#include "analyzer/operators/families.h"

namespace macroscope {
namespace {

Type element_of(const OpContext& context, std::size_t input) {
  const Type& type = context.input(input).type;
  require(type.kind == Kind::unknown || type.kind == Kind::sequence || type.kind == Kind::optional, "bad-type",
          "operand {} is no sequence", input);
  return type.element ? *type.element : Type{};
}

/// One element of a sequence: extents that differ from element to element are sizes of its own each time one is taken.
Type picked_element(const OpContext& context, std::size_t input) {
  Type element = element_of(context, input);
  if (!element.shape.known()) return element;
  std::vector<Dim> dims;
  for (const Dim& dim : element.shape) {
    const Symbol* symbol = dim.is_number() ? nullptr : context.network().symbols.find_id(dim.text());
    dims.push_back(symbol != nullptr && symbol->origin == SymbolOrigin::data ? context.fresh(0) : dim);
  }
  element.shape = Shape(dims);
  return element;
}

std::vector<Fact> sequence_empty(const OpContext& context) {
  const DataType dtype = data_type_of(context.integer("dtype", static_cast<std::int64_t>(DataType::float32)));
  return {sequence_fact(Type::tensor(dtype), ElementShapes{})};
}

std::vector<Fact> sequence_construct(const OpContext& context) {
  require(context.input_count() > 0, "missing-input", "a sequence is made of one tensor at least");
  DifferingByData differing(context, 0);
  Type element = context.input(0).type;
  for (std::size_t index = 1; index < context.input_count(); ++index) {
    const DataType dtype = context.dtype(index);
    require(dtype == element.dtype || dtype == DataType::unknown || element.dtype == DataType::unknown, "bad-type",
            "elements of a sequence have one type, but these are {} and {}", name_of(element.dtype), name_of(dtype));
    element = join(element, context.input(index).type, differing);
  }
  ElementShapes shapes;
  for (std::size_t index = 0; index < context.input_count(); ++index) shapes.push_back(context.shape(index));
  return {sequence_fact(std::move(element), std::move(shapes))};
}

/// A position counted from either end of `count` places, where it is a known number. \throws RuleError where it is outside
std::optional<std::size_t> place_of(const OpContext& context, std::size_t input, std::size_t count) {
  const std::optional<Dim> position = context.scalar(input);
  if (!position || !position->number()) return std::nullopt;
  return OpContext::axis_of(*position->number(), count);
}

std::optional<Dim> changed_length(const OpContext& context, int by) {
  const std::optional<Dim> length = length_of(context.input(0));
  return length ? std::optional<Dim>(*length + by) : std::nullopt;
}

std::vector<Fact> sequence_insert(const OpContext& context) {
  const Fact& sequence = context.input(0);
  const Type& tensor = context.input(1).type;
  const Type element = element_of(context, 0);
  require(tensor.dtype == element.dtype || tensor.dtype == DataType::unknown || element.dtype == DataType::unknown, "bad-type",
          "elements of a sequence have one type, but these are {} and {}", name_of(element.dtype), name_of(tensor.dtype));
  DifferingByData differing(context, 0);
  const Fact inserted = join(sequence, sequence_fact(tensor, Dim(1)), differing);
  const Type joined = inserted.type.element ? *inserted.type.element : Type{};
  if (const ElementShapes* shapes = element_shapes_of(sequence)) {
    // At the end, unless a position says otherwise.
    const std::optional<std::size_t> place = context.has_input(2) ? place_of(context, 2, shapes->size() + 1) : shapes->size();
    if (place) {
      ElementShapes changed = *shapes;
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(*place), tensor.shape);
      return {sequence_fact(joined, std::move(changed))};
    }
  }
  return {sequence_fact(joined, changed_length(context, 1))};
}

std::vector<Fact> sequence_erase(const OpContext& context) {
  if (const ElementShapes* shapes = element_shapes_of(context.input(0)); shapes != nullptr && !shapes->empty()) {
    const std::optional<std::size_t> place = context.has_input(1) ? place_of(context, 1, shapes->size()) : shapes->size() - 1;
    if (place) {
      ElementShapes changed = *shapes;
      changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(*place));
      return {sequence_fact(element_of(context, 0), std::move(changed))};
    }
  }
  return {sequence_fact(element_of(context, 0), changed_length(context, -1))};
}

std::vector<Fact> sequence_at(const OpContext& context) {
  if (const ElementShapes* shapes = element_shapes_of(context.input(0)))
    if (const std::optional<std::size_t> place = place_of(context, 1, shapes->size()))
      return {Fact::tensor(element_of(context, 0).dtype, (*shapes)[*place])};
  return {Fact{picked_element(context, 0), nullptr}};
}

std::vector<Fact> sequence_length(const OpContext& context) {
  const std::optional<Dim> length = length_of(context.input(0));
  return {Fact::tensor(DataType::int64, Shape(), length ? std::make_shared<const Value>(Integers{length}) : nullptr)};
}

/// Extent of the pieces along the axis, and their number.
struct Pieces {
  std::optional<Dim> extent;
  std::optional<Dim> count;
};

Pieces pieces_of(const OpContext& context, const Dim& whole) {
  if (!context.has_input(1)) return {Dim(1), whole};
  const Shape& split_shape = context.shape(1);
  const Integers* split = context.integers(1);
  if (split_shape.known() && split_shape.rank() == 0) {
    const std::optional<Dim> size = context.scalar(1);
    if (!size) return {};
    require(at_least(*size, 1) != Certainty::never, "bad-split", "pieces of {} cannot be made", size->text());
    const bool even = exact_quotient(whole, *size).has_value();
    return {even ? size : std::nullopt, ceil_div(whole, *size)};
  }
  Pieces pieces;
  if (split_shape.known() && split_shape.rank() == 1) pieces.count = split_shape[0];
  if (split != nullptr && !split->empty() &&
      std::all_of(split->begin(), split->end(), [&](const auto& size) { return size && size == split->front(); }))
    pieces.extent = split->front();
  return pieces;
}

std::vector<Fact> split_to_sequence(const OpContext& context) {
  const Shape& input = context.shape(0);
  if (!input.known()) return {sequence_fact(Type::tensor(context.dtype(0)), std::nullopt)};
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), input.rank());
  const bool drops_axis = !context.has_input(1) && context.integer("keepdims", 1) == 0;
  const Pieces pieces = pieces_of(context, input[axis]);
  std::vector<Dim> dims(input.begin(), input.end());
  if (drops_axis) {
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  } else {
    dims[axis] = pieces.extent ? *pieces.extent : context.fresh(0);
  }
  return {sequence_fact(Type::tensor(context.dtype(0), Shape(dims)), pieces.count)};
}

/// Along the axis that joins them, of elements that are known one by one.
std::optional<Dim> joined_extent(const Fact& sequence, std::size_t axis) {
  const ElementShapes* shapes = element_shapes_of(sequence);
  if (shapes == nullptr) return std::nullopt;
  Dim sum;
  for (const Shape& shape : *shapes) {
    if (!shape.known() || axis >= shape.rank()) return std::nullopt;
    sum += shape[axis];
  }
  return sum;
}

std::vector<Fact> concat_from_sequence(const OpContext& context) {
  const Type element = element_of(context, 0);
  if (!element.shape.known()) return {Fact::tensor(element.dtype)};
  const bool new_axis = context.integer("new_axis", 0) != 0;
  const auto given = context.integer("axis");
  require(given.has_value(), "missing-attribute", "axis is not given");
  const std::size_t axis = OpContext::axis_of(*given, element.shape.rank() + (new_axis ? 1 : 0));
  std::vector<Dim> dims(element.shape.begin(), element.shape.end());
  const std::optional<Dim> length = length_of(context.input(0));
  const auto at = dims.begin() + static_cast<std::ptrdiff_t>(axis);
  if (new_axis) {
    dims.insert(at, length ? *length : context.fresh(0));
  } else if (std::optional<Dim> joined = joined_extent(context.input(0), axis)) {
    *at = *std::move(joined);
  } else {
    const bool varies = !dims[axis].is_number();
    *at = length && !varies ? *length * dims[axis] : context.fresh(0);
  }
  return {Fact::tensor(element.dtype, Shape(dims))};
}

std::vector<Fact> optional_of(const OpContext& context) {
  if (context.has_input(0)) return {Fact{Type::optional_of(context.input(0).type), nullptr}};
  const Attribute* type = context.attribute("type");
  require(type != nullptr, "missing-attribute", "an empty optional needs the attribute type");
  const auto* content = std::get_if<const Type*>(&type->content);
  return {Fact{Type::optional_of(content != nullptr ? **content : Type{}), nullptr}};
}

std::vector<Fact> optional_has_element(const OpContext& context) {
  ValuePointer value;
  if (!context.has_input(0)) value = std::make_shared<const Value>(Integers{Dim(0)});
  if (context.has_input(0) && context.input(0).type.kind != Kind::optional && context.input(0).type.kind != Kind::unknown)
    value = std::make_shared<const Value>(Integers{Dim(1)});
  return {Fact::tensor(DataType::boolean, Shape(), std::move(value))};
}

std::vector<Fact> optional_get_element(const OpContext& context) {
  const Fact& input = context.input(0);
  if (input.type.kind != Kind::optional) return {input};
  return {Fact{input.type.element ? *input.type.element : Type{}, nullptr}};
}

constexpr Operator kSequenceRows[] = {
    {.name = "ConcatFromSequence", .meaning = Moves{concat_from_sequence}, .since = 11},
    {.name = "Optional", .meaning = Moves{optional_of}, .since = 15},
    {.name = "OptionalGetElement", .meaning = Moves{optional_get_element}, .since = 15},
    {.name = "OptionalHasElement", .meaning = Moves{optional_has_element}, .since = 15},
    {"SequenceAt", Moves{sequence_at}, "data constant", 11},
    {.name = "SequenceConstruct", .meaning = Moves{sequence_construct}, .since = 11},
    {.name = "SequenceEmpty", .meaning = Moves{sequence_empty}, .since = 11},
    {"SequenceErase", Moves{sequence_erase}, "data constant", 11},
    {"SequenceInsert", Moves{sequence_insert}, "data*2 constant", 11},
    {.name = "SequenceLength", .meaning = Moves{sequence_length}, .since = 11},
    {"SplitToSequence", Moves{split_to_sequence}, "data constant", 11},
};

}  // namespace

Family families::sequence() { return {"", "sequence", kSequenceRows}; }

}  // namespace macroscope
