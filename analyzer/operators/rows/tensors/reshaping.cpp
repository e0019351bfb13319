// Operators that keep every element in its row-major place and change the axes alone.
#include <algorithm>
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

Fact like_first(const OpContext& context, Shape shape) {
  const Fact& data = context.input(0);
  const bool same_elements = shape.known() && data.type.shape.known() && shape.elements() == data.type.shape.elements();
  return Fact::tensor(data.type.dtype, std::move(shape), same_elements ? data.value : nullptr);
}

/// The target of a Reshape on the way to a shape.
struct Target {
  std::vector<Dim> extents;
  std::vector<std::size_t> open;  // axes whose extent is not known yet
  bool has_wildcard = false;      // one of them is written as -1
};

/// The extent that 0 stands for: the data's own.
std::optional<Dim> kept_extent(const OpContext& context, std::size_t axis) {
  const Shape& data = context.shape(0);
  if (!data.known()) return std::nullopt;
  require(axis < data.rank(), "bad-reshape", "extent {} is to be kept (0), but the data has shape {}", axis, data);
  return data[axis];
}

Target target_of(const OpContext& context, const Integers& wanted) {
  Target target;
  const bool zero_is_zero = context.integer("allowzero", 0) != 0;
  for (std::size_t axis = 0; axis < wanted.size(); ++axis) {
    std::optional<Dim> extent = wanted[axis];
    if (extent && extent->is(-1)) {
      require(!target.has_wildcard, "bad-reshape", "more than one extent is -1");
      target.has_wildcard = true;
      extent.reset();
    } else if (extent && extent->is(0) && !zero_is_zero) {
      extent = kept_extent(context, axis);
    }
    require(!extent || at_least(*extent, 0) != Certainty::never, "bad-reshape", "extent {} is {}", axis,
            extent ? extent->text() : "");
    if (!extent) target.open.push_back(axis);
    target.extents.push_back(extent.value_or(Dim(1)));
  }
  return target;
}

/// Fills the open places in: a single one from the number of elements, which stays the same.
void close(const OpContext& context, const Shape& data, Target& target) {
  const Dim others = product(target.extents);  // open places count as 1
  require(!target.has_wildcard || !others.is(0), "bad-reshape", "-1 cannot be resolved beside an extent of 0");
  if (data.known() && target.open.empty()) {
    context.must_equal(data.elements(), others, "elements before and after");
  } else if (data.known() && target.open.size() == 1 && !others.is(0)) {
    target.extents[target.open.front()] = exact_share(context, data.elements(), others, "elements left for -1");
  } else {
    for (const std::size_t axis : target.open) target.extents[axis] = fresh_extent(context, 0, axis);
  }
}

std::vector<Fact> reshape(const OpContext& context) {
  require_operands(context, context.version() >= 5 ? 2 : 1);
  const std::optional<Integers> wanted = list_of(context, 1, "shape");
  if (!wanted) return {like_first(context, Shape::unknown())};
  Target target = target_of(context, *wanted);
  close(context, context.shape(0), target);
  return {like_first(context, checked_shape(target.extents))};
}

std::vector<Fact> flatten(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  if (!data.known()) return {like_first(context, fresh_shape(context, 0, 2))};
  const std::int64_t axis = context.integer("axis", 1);
  const auto rank = static_cast<std::int64_t>(data.rank());
  const std::int64_t lowest = context.version() < 11 ? 0 : -rank;
  require(axis >= lowest && axis <= rank, "bad-axis", "axis {} is not within {} .. {}", axis, lowest, rank);
  const auto split = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
  return {like_first(context, Shape{product(data.dims().first(split)), product(data.dims().subspan(split))})};
}

std::vector<Fact> squeeze(const OpContext& context) {
  require_operands(context, 1, context.version() >= 13 ? 2 : 1);
  const Shape& data = context.shape(0);
  if (!data.known()) return {like_first(context, Shape::unknown())};
  std::vector<bool> removed(data.rank(), false);
  if (is_given(context, 1, "axes")) {
    const auto axes = axes_of(context, 1, "axes", data.rank());
    if (!axes) {
      const std::optional<Integers> listed = list_of(context, 1, "axes");
      const bool possible = listed && listed->size() <= data.rank();
      return {like_first(context, possible ? fresh_shape(context, 0, data.rank() - listed->size()) : Shape::unknown())};
    }
    for (const std::size_t axis : *axes) {
      context.must_equal(data[axis], 1, "extent of an axis that is to be removed");
      removed[axis] = true;
    }
  } else {
    for (std::size_t axis = 0; axis < data.rank(); ++axis) {
      removed[axis] = data[axis].is(1);
      if (!removed[axis] && equal(data[axis], 1) != Certainty::never) context.assume(Assumption::different(data[axis], 1));
    }
  }
  std::vector<Dim> extents;
  for (std::size_t axis = 0; axis < data.rank(); ++axis)
    if (!removed[axis]) extents.push_back(data[axis]);
  // An extent that is assumed to be 1 counts as 1: the elements are the same.
  return {Fact::tensor(context.dtype(0), Shape(extents), context.input(0).value)};
}

std::vector<Fact> unsqueeze(const OpContext& context) {
  require_operands(context, context.version() >= 13 ? 2 : 1);
  require(is_given(context, 1, "axes"), "missing-attribute", "'axes' is left out");
  const Shape& data = context.shape(0);
  const std::optional<Integers> listed = list_of(context, 1, "axes");
  if (!data.known() || !listed) return {like_first(context, Shape::unknown())};
  const std::size_t rank = data.rank() + listed->size();
  const auto axes = axes_of(context, 1, "axes", rank);
  if (!axes) return {like_first(context, fresh_shape(context, 0, rank))};
  std::vector<Dim> extents;
  auto next = data.begin();
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const bool added = std::find(axes->begin(), axes->end(), axis) != axes->end();
    extents.push_back(added ? Dim(1) : *next++);
  }
  return {like_first(context, Shape(extents))};
}

constexpr Operator kReshapingRows[] = {
    {.name = "Flatten",
     .meaning = Moves{flatten, axis_maps::regroup},
     .traits = {Trait::view, Trait::regroups},
     .channels = ChannelAxis::lost,
     .identity = IdentityWhen::same_type_shape},
    {.name = "Reshape",
     .meaning = Moves{reshape, axis_maps::regroup},
     .roles = "view constant",
     .traits = {Trait::view, Trait::regroups},
     .channels = ChannelAxis::lost,
     .identity = IdentityWhen::same_type_shape},
    {.name = "Squeeze",
     .meaning = Moves{squeeze, axis_maps::regroup},
     .roles = "view constant",
     .traits = {Trait::view, Trait::regroups},
     .channels = ChannelAxis::lost,
     .identity = IdentityWhen::same_type_shape},
    {.name = "Unsqueeze",
     .meaning = Moves{unsqueeze, axis_maps::regroup},
     .roles = "view constant",
     .traits = {Trait::view, Trait::regroups},
     .channels = ChannelAxis::lost},
};

}  // namespace

Family families::reshaping() { return {"", "reshaping", kReshapingRows}; }

}  // namespace macroscope
