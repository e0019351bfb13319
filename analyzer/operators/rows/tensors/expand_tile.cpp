// Operators that repeat elements, or choose between broadcast operands.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/broadcast.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

Fact broadcast_to(const Fact& operand, const Shape& shape) {
  return Fact::tensor(operand.type.dtype, shape,
                      rearranged(operand, shape, [](const Grid& grid, std::span<const std::int64_t> position) {
                        return broadcast_place(grid, position);
                      }));
}

std::vector<Fact> expand(const OpContext& context) {
  require_operands(context, 2);
  require_rank(context, 1, 1);
  const Shape& data = context.shape(0);
  const std::optional<Integers> wanted = list_of(context, 1);
  if (!data.known() || !wanted) return {Fact::tensor(context.dtype(0))};
  const std::size_t rank = std::max(data.rank(), wanted->size());
  std::vector<Dim> extents;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const bool has_own = axis + data.rank() >= rank;
    const Dim own = has_own ? data[axis + data.rank() - rank] : Dim(1);
    if (axis + wanted->size() < rank) {
      extents.push_back(own);
      continue;
    }
    const std::optional<Dim>& target = (*wanted)[axis + wanted->size() - rank];
    require(!target || at_least(*target, 0) != Certainty::never, "bad-expand", "extent {} is {}", axis,
            target ? target->text() : "");
    // Beside an extent that cannot be 1 an unknown one can only be the same or 1.
    if (target) {
      extents.push_back(broadcast(context, own, *target));
    } else {
      extents.push_back(equal(own, 1) == Certainty::never ? own : fresh_extent(context, 0, axis));
    }
  }
  return {broadcast_to(context.input(0), checked_shape(extents))};
}

/// Version 1: so many copies along one axis, both operands scalars.
std::optional<Integers> copies_along_one_axis(const OpContext& context, std::size_t rank) {
  const std::optional<Dim> copies = scalar_of(context, 1);
  const std::optional<Dim> axis = scalar_of(context, 2);
  const std::optional<std::int64_t> number = axis ? axis->number() : std::nullopt;
  Integers repeats(rank);
  if (!number) return repeats;
  const std::size_t repeated = OpContext::axis_of(*number, rank);
  for (std::size_t other = 0; other < rank; ++other) repeats[other] = other == repeated ? copies : Dim(1);
  return repeats;
}

std::vector<Fact> tile(const OpContext& context) {
  require_operands(context, context.version() < 6 ? 3 : 2);
  const Shape& data = context.shape(0);
  if (context.version() >= 6) require_rank(context, 1, 1);
  if (!data.known()) {
    const std::optional<Integers> repeats = context.version() < 6 ? std::nullopt : list_of(context, 1);
    return {Fact::tensor(context.dtype(0), repeats ? fresh_shape(context, 0, repeats->size()) : Shape::unknown())};
  }
  const std::optional<Integers> repeats =
      context.version() < 6 ? copies_along_one_axis(context, data.rank()) : list_of(context, 1);
  if (!repeats) return {Fact::tensor(context.dtype(0), fresh_shape(context, 0, data.rank()))};
  require(repeats->size() == data.rank(), "bad-tile", "{} repeats for {} axes", repeats->size(), data.rank());
  std::vector<Dim> extents;
  for (std::size_t axis = 0; axis < data.rank(); ++axis) {
    const std::optional<Dim>& times = (*repeats)[axis];
    require(!times || at_least(*times, 0) != Certainty::never, "bad-tile", "axis {} is repeated {} times", axis,
            times ? times->text() : "");
    extents.push_back(times ? data[axis] * *times : fresh_extent(context, 0, axis));
  }
  const Shape shape = checked_shape(extents);
  return {Fact::tensor(context.dtype(0), shape,
                       rearranged(context.input(0), shape, [](const Grid& grid, std::span<const std::int64_t> position) {
                         std::int64_t place = 0;
                         for (std::size_t axis = 0; axis < position.size(); ++axis)
                           place += position[axis] % grid.extent(axis) * grid.stride(axis);
                         return place;
                       }))};
}

/// What is chosen where the condition is not known: the same from both, or nothing.
Pick chosen(const Integers& conditions, std::int64_t condition, const Pick& yes, const Pick& no,
            std::span<const ValuePointer> contents) {
  const auto inside = condition >= 0 && static_cast<std::size_t>(condition) < conditions.size();
  const std::optional<Dim> known = inside ? conditions[static_cast<std::size_t>(condition)] : std::nullopt;
  if (known && known->is(0)) return no;
  if (known && known->integer()) return yes;
  const std::array<Pick, 2> both{yes, no};
  const ValuePointer a = picked(contents, std::span(both).first(1)), b = picked(contents, std::span(both).last(1));
  return a && b && *a == *b ? yes : kNoPick;
}

/// Where a condition is a formula that is 1 or 0, so is what is chosen: no + condition * (yes - no).
ValuePointer chosen_by_formula(const Integers& conditions, const Grid& condition, std::span<const ValuePointer> contents,
                               std::span<const Grid> grids, const Shape& shape) {
  const Integers* yes = contents[0] ? contents[0]->integers() : nullptr;
  const Integers* no = contents[1] ? contents[1]->integers() : nullptr;
  const std::optional<Grid> result = Grid::of(shape);
  constexpr std::int64_t kMostFormulas = 64;
  if (yes == nullptr || no == nullptr || !result || result->elements() > kMostFormulas) return nullptr;
  const auto at = [](const Integers& elements, std::int64_t place) {
    const bool inside = place >= 0 && static_cast<std::size_t>(place) < elements.size();
    return inside ? elements[static_cast<std::size_t>(place)] : std::nullopt;
  };
  Integers elements;
  std::vector<std::int64_t> position(result->rank(), 0);
  for (std::int64_t place = 0; place < result->elements(); ++place, result->advance(position)) {
    const std::optional<Dim> holds = at(conditions, broadcast_place(condition, position));
    const std::optional<Dim> a = at(*yes, broadcast_place(grids[0], position)), b = at(*no, broadcast_place(grids[1], position));
    const bool is_same = a && b && *a == *b;
    if (is_same) {
      elements.push_back(a);
    } else if (holds && holds->is_number()) {
      elements.push_back(holds->is(0) ? b : a);
    } else {
      elements.push_back(holds && a && b ? std::optional(*b + *holds * (*a - *b)) : std::nullopt);
    }
  }
  return integer_content(std::move(elements));
}

bool hangs_on_symbols(const Integers& conditions) {
  return std::any_of(conditions.begin(), conditions.end(), [](const auto& element) { return element && !element->is_number(); });
}

std::vector<Fact> where(const OpContext& context) {
  require_operands(context, 3);
  require_same_dtype(context, {1, 2});
  const DataType dtype = context.dtype(1) == DataType::unknown ? context.dtype(2) : context.dtype(1);
  const Shape shape = broadcast_inputs(context);
  if (!shape.known()) return {Fact::tensor(dtype)};
  const std::array<ValuePointer, 2> contents{context.input(1).value, context.input(2).value};
  const Integers* conditions = context.integers(0);
  const std::optional<Grid> condition = Grid::of(context.shape(0)), yes = Grid::of(context.shape(1)),
                            no = Grid::of(context.shape(2));
  if (conditions == nullptr || !condition || !yes || !no) return {Fact::tensor(dtype, shape)};
  if (hangs_on_symbols(*conditions)) {
    const std::array<Grid, 2> grids{*yes, *no};
    if (ValuePointer content = chosen_by_formula(*conditions, *condition, contents, grids, shape))
      return {Fact::tensor(dtype, shape, std::move(content))};
  }
  return {Fact::tensor(dtype, shape, assembled(contents, shape, [&](std::span<const std::int64_t> position) {
                         return chosen(*conditions, broadcast_place(*condition, position),
                                       Pick{0, broadcast_place(*yes, position)}, Pick{1, broadcast_place(*no, position)},
                                       contents);
                       }))};
}

AxisMap expand_axes(const OpContext& context) {
  const Shape& result = context.output(0).type.shape;
  if (!result.known()) throw Unknown();
  AxisMap map;
  map.reads(0, 0, axis_maps::broadcast(context.known_shape(0), result));
  return map;
}

/// An axis that is repeated starts anew after each copy.
AxisMap tile_axes(const OpContext& context) {
  const Shape &data = context.known_shape(0), &result = context.output(0).type.shape;
  if (!result.known()) throw Unknown();
  std::vector<AccessMap> axes = axis_maps::broadcast(data, result);
  for (std::size_t axis = 0; axis < data.rank(); ++axis)
    if (!data[axis].is(1) && data[axis] != result[axis]) axes[axis].steps.front().modulus = data[axis];
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

constexpr Operator kRepeatingRows[] = {
    {.name = "Expand",
     .meaning = Moves{expand, expand_axes},
     .roles = "view constant",
     .traits = Trait::spreads,
     .channels = ChannelAxis::lost,
     .identity = IdentityWhen::same_type_shape},
    {.name = "Tile",
     .meaning = Moves{tile, tile_axes},
     .roles = "data constant",
     .traits = Trait::spreads,
     .identity = IdentityWhen::same_type_shape},
    {.name = "Where", .meaning = Moves{where, axis_maps::elementwise}, .traits = Trait::keeps_axes},
};

}  // namespace

Family families::repeating() { return {"", "repeating and choosing", kRepeatingRows}; }

}  // namespace macroscope
