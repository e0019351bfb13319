// Slice: what remains of an axis between two bounds, by steps of any sign, with symbols.
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Exporters write the largest number of their type for "to the end"; no axis is as long as this.
constexpr std::int64_t kBeyond = std::numeric_limits<std::int32_t>::max();

/// What is taken of one axis.
struct Range {
  Dim extent;
  /// First index, where that is known.
  std::optional<Dim> first;
};

/// Whether a number means "to the end" of an axis of symbolic extent.
bool is_beyond(const Dim& bound, const Dim& extent) {
  const std::optional<Int128> number = bound.integer();
  return number && *number >= kBeyond && !extent.integer();
}

/// A bound that may be counted from the end, as an index from the front: between -1 and the extent where it is a number, not clamped
/// above where it is not.
Dim from_front(const OpContext& context, const Dim& bound, const Dim& extent) {
  switch (at_least(bound, 0)) {
    case Certainty::always:
      return bound;
    case Certainty::never:
      return is_beyond(-bound, extent) ? Dim(-1) : bound + extent;
    case Certainty::unknown:
      break;
  }
  if (at_least(-bound, 0) == Certainty::always) {
    context.assume(Assumption::at_least(-bound, 1));
    return bound + extent;
  }
  context.assume(Assumption::at_least(bound, 0));
  return bound;
}

Dim not_beyond(const Dim& index, const Dim& end) { return is_beyond(index, end) ? end : min(index, end); }

/// Elements start, start + step ... before end, of an axis.
Range forward(const OpContext& context, const Dim& start, const Dim& end, const Dim& extent, const Dim& step) {
  // A start past the end needs no clamp: what is left is negative then, and becomes 0.
  const Dim first = at_least_zero(context, from_front(context, start, extent), extent);
  const Dim last = not_beyond(at_least_zero(context, from_front(context, end, extent), extent), extent);
  return {ceil_div(at_least_zero(context, last - first, extent), step), first};
}

/// Elements start, start - step ... after end.
Range backward(const OpContext& context, const Dim& start, const Dim& end, const Dim& extent, const Dim& step) {
  const Dim first = not_beyond(max(from_front(context, start, extent), -1), extent - 1);
  const Dim last = max(from_front(context, end, extent), -1);
  return {ceil_div(at_least_zero(context, first - last, extent), step), first};
}

struct Bounds {
  std::optional<Dim> start, end, step;
};

/// Whether a step goes forward; where that depends on a symbol it is assumed that the step is not 0, and forward if it can be.
bool is_forward(const OpContext& context, const Dim& step) {
  if (at_least(step, 1) == Certainty::always) return true;
  if (at_least(step, 0) == Certainty::never) return false;
  const bool forward = at_least(-step, 0) != Certainty::always;
  context.assume(Assumption::at_least(forward ? step : -step, 1));
  return forward;
}

Range taken(const OpContext& context, const Bounds& bounds, const Dim& extent, std::size_t axis) {
  require(!bounds.step || !bounds.step->is(0), "bad-slice", "the step along axis {} is 0", axis);
  if (!bounds.start || !bounds.end || !bounds.step) return {fresh_extent(context, 0, axis), std::nullopt};
  return is_forward(context, *bounds.step) ? forward(context, *bounds.start, *bounds.end, extent, *bounds.step)
                                           : backward(context, *bounds.start, *bounds.end, extent, -*bounds.step);
}

ValuePointer sliced_content(const OpContext& context, const Shape& shape, const std::vector<Range>& ranges,
                            const std::vector<Bounds>& bounds) {
  if (context.input(0).value == nullptr) return nullptr;
  std::vector<std::int64_t> first, step;
  for (std::size_t axis = 0; axis < ranges.size(); ++axis) {
    const std::optional<std::int64_t> by = bounds[axis].step ? bounds[axis].step->number() : std::nullopt;
    const std::optional<std::int64_t> from = ranges[axis].first ? ranges[axis].first->number() : std::nullopt;
    if (!from || !by) return nullptr;
    first.push_back(*from);
    step.push_back(*by);
  }
  return rearranged(context.input(0), shape, [&](const Grid& grid, std::span<const std::int64_t> position) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < position.size(); ++axis)
      place += (first[axis] + (position[axis] == 0 ? 0 : position[axis] * step[axis])) * grid.stride(axis);
    return place;
  });
}

std::optional<Dim> element(const std::optional<Integers>& list, std::size_t index) {
  return list && index < list->size() ? (*list)[index] : std::nullopt;
}

/// The axes that bounds are given for, first to last if they are not named; empty if that is not known.
std::optional<std::vector<std::size_t>> sliced_axes(const OpContext& context, const std::optional<Integers>& starts,
                                                    std::size_t rank) {
  const bool named = is_given(context, 3, "axes");
  const auto axes = named ? axes_of(context, 3, "axes", rank) : std::nullopt;
  if (axes) return axes;
  const bool every_axis = starts && starts->size() == rank;
  if (!starts || (named && !every_axis)) return std::nullopt;
  require(starts->size() <= rank, "bad-slice", "bounds for {} axes, the tensor has {}", starts->size(), rank);
  std::vector<std::size_t> first_to_last(starts->size());
  std::iota(first_to_last.begin(), first_to_last.end(), 0U);
  if (named) context.assume(Assumption::stated(fmt::format("{} == [{}]", context.input_name(3), fmt::join(first_to_last, ", "))));
  return first_to_last;
}

void require_lengths(const std::optional<Integers>& list, std::size_t axes, std::string_view what) {
  require(!list || list->size() == axes, "bad-slice", "{} {} for {} axes", list ? list->size() : 0, what, axes);
}

std::vector<Fact> slice(const OpContext& context) {
  const bool by_operands = context.version() >= 10;
  require_operands(context, by_operands ? 3 : 1, by_operands ? 5 : 1);
  require(is_given(context, 1, "starts") && is_given(context, 2, "ends"), "missing-attribute", "'starts' or 'ends' is left out");
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0))};
  const std::optional<Integers> starts = list_of(context, 1, "starts");
  const std::optional<Integers> ends = list_of(context, 2, "ends");
  const bool has_steps = is_given(context, 4, "steps");
  const std::optional<Integers> steps = list_of(context, 4, "steps");
  const auto axes = sliced_axes(context, starts, data.rank());
  if (!axes) return {Fact::tensor(context.dtype(0), fresh_shape(context, 0, data.rank()))};
  require_lengths(starts, axes->size(), "starts");
  require_lengths(ends, axes->size(), "ends");
  require_lengths(steps, axes->size(), "steps");
  std::vector<Bounds> bounds(data.rank(), Bounds{Dim(0), Dim(0), Dim(1)});
  std::vector<Range> ranges;
  for (const Dim& extent : data) ranges.push_back({extent, Dim(0)});
  for (std::size_t index = 0; index < axes->size(); ++index) {
    const std::size_t axis = (*axes)[index];
    bounds[axis] = {element(starts, index), element(ends, index), has_steps ? element(steps, index) : Dim(1)};
    ranges[axis] = taken(context, bounds[axis], data[axis], axis);
  }
  std::vector<Dim> extents;
  extents.reserve(ranges.size());
  for (const Range& range : ranges) extents.push_back(range.extent);
  const Shape shape = checked_shape(extents);
  return {Fact::tensor(context.dtype(0), shape, sliced_content(context, shape, ranges, bounds))};
}

/// An axis whose bounds are not known is read from somewhere on.
AxisMap slice_axes(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  const std::optional<Integers> starts = list_of(context, 1, "starts"), ends = list_of(context, 2, "ends");
  const bool has_steps = is_given(context, 4, "steps");
  const std::optional<Integers> steps = list_of(context, 4, "steps");
  const auto axes = sliced_axes(context, starts, data.rank());
  if (!axes) throw Unknown();
  std::vector<AccessMap> read = axis_maps::same(data.rank());
  for (std::size_t index = 0; index < axes->size(); ++index) {
    const std::size_t axis = (*axes)[index];
    const Bounds bounds{element(starts, index), element(ends, index), has_steps ? element(steps, index) : Dim(1)};
    read[axis] = somewhere_along(axis);
    if (!bounds.start || !bounds.end || !bounds.step) continue;
    const Range range = taken(context, bounds, data[axis], axis);
    if (range.first) read[axis] = AccessMap::along(axis, *bounds.step, *range.first, *range.first);
  }
  AxisMap map;
  map.reads(0, 0, std::move(read));
  return map;
}

constexpr Operator kSlicingRows[] = {
    {.name = "Slice",
     .meaning = Moves{slice, slice_axes},
     .roles = "view constant*4",
     .traits = {Trait::cuts, Trait::picks, Trait::keeps_axes},
     .identity = IdentityWhen::nothing_taken_out},
};

}  // namespace

Family families::slicing() { return {"", "slicing", kSlicingRows}; }

}  // namespace macroscope
