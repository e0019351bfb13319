// Operators that add elements around a tensor, or crop it.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

struct Pads {
  /// By axis; empty where unknown.
  Integers begin, end;
};

/// Pads of every axis, from those of the axes that are named; empty if it is not known which.
std::optional<Pads> pads_of(const OpContext& context, std::size_t rank) {
  const std::string_view attribute = context.version() < 2 ? "paddings" : "pads";
  require(is_given(context, 1, attribute), "missing-attribute", "'{}' is left out", attribute);
  const std::optional<Integers> listed = list_of(context, 1, attribute);
  std::vector<std::size_t> axes(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) axes[axis] = axis;
  if (context.has_input(3)) {
    const auto named = axes_of(context, 3, {}, rank);
    if (!named) return std::nullopt;
    axes = *named;
  }
  require(!listed || listed->size() == 2 * axes.size(), "bad-pads", "{} pads for {} axes", listed ? listed->size() : 0,
          axes.size());
  Pads pads{Integers(rank, Dim(0)), Integers(rank, Dim(0))};
  for (std::size_t index = 0; index < axes.size(); ++index) {
    pads.begin[axes[index]] = listed ? (*listed)[index] : std::nullopt;
    pads.end[axes[index]] = listed ? (*listed)[index + axes.size()] : std::nullopt;
  }
  return pads;
}

/// Where an index outside 0 .. extent - 1 takes its element from; below 0: it is the constant.
std::int64_t source_index(std::int64_t index, std::int64_t extent, std::string_view mode) {
  if (index >= 0 && index < extent) return index;
  if (mode == "constant" || extent == 0) return -1;
  if (mode == "edge") return index < 0 ? 0 : extent - 1;
  if (mode == "wrap") return (index % extent + extent) % extent;
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1);  // reflect: the border is not repeated
  const std::int64_t phase = (index % period + period) % period;
  return std::min(phase, period - phase);
}

ValuePointer padded_content(const OpContext& context, const Shape& shape, const Pads& pads, std::string_view mode) {
  const std::optional<Grid> grid = context.input(0).value ? Grid::of(context.shape(0)) : std::nullopt;
  std::vector<std::int64_t> begin;
  for (const auto& pad : pads.begin)
    if (const auto number = pad ? pad->number() : std::nullopt) begin.push_back(*number);
  if (!grid || begin.size() != grid->rank()) return nullptr;
  const bool is_integer_content = context.integers(0) != nullptr;
  const ValuePointer zero = is_integer_content ? integer_content({Dim(0)}) : std::make_shared<const Value>(Reals{Real(0.0)});
  const std::array<ValuePointer, 2> contents{context.input(0).value, context.has_input(2) ? context.input(2).value : zero};
  return assembled(contents, shape, [&](std::span<const std::int64_t> position) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < position.size(); ++axis) {
      const std::int64_t index = source_index(position[axis] - begin[axis], grid->extent(axis), mode);
      if (index < 0) return Pick{1, 0};
      place += index * grid->stride(axis);
    }
    return Pick{0, place};
  });
}

std::vector<Fact> pad(const OpContext& context) {
  require_operands(context, context.version() >= 11 ? 2 : 1, context.version() >= 18 ? 4 : context.version() >= 11 ? 3 : 1);
  const std::string_view mode = choice(context, "mode", "constant", {"constant", "reflect", "edge", "wrap"});
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0))};
  const std::optional<Pads> pads = pads_of(context, data.rank());
  if (!pads) return {Fact::tensor(context.dtype(0), fresh_shape(context, 0, data.rank()))};
  std::vector<Dim> extents;
  for (std::size_t axis = 0; axis < data.rank(); ++axis) {
    const auto &begin = pads->begin[axis], &end = pads->end[axis];
    const Int128 both = begin && end ? (*begin + *end).integer().value_or(0) : 0;
    require(both >= INT64_MIN && both <= INT64_MAX, "bad-pads", "axis {} is padded by {} and {}", axis,
            begin ? begin->text() : "", end ? end->text() : "");
    extents.push_back(begin && end ? data[axis] + *begin + *end : fresh_extent(context, 0, axis));
  }
  const Shape shape = checked_shape(extents);
  return {Fact::tensor(context.dtype(0), shape, padded_content(context, shape, *pads, mode))};
}

std::vector<Fact> center_crop_pad(const OpContext& context) {
  require_operands(context, 2);
  const Shape& data = context.shape(0);
  const std::optional<Integers> wanted = list_of(context, 1);
  if (!data.known()) {
    const bool every_axis = wanted && !context.has_attribute("axes");
    return {Fact::tensor(context.dtype(0), every_axis ? fresh_shape(context, 0, wanted->size()) : Shape::unknown())};
  }
  std::vector<std::size_t> axes(data.rank());
  for (std::size_t axis = 0; axis < data.rank(); ++axis) axes[axis] = axis;
  if (context.has_attribute("axes")) axes = axes_of(context, kNoOperand, "axes", data.rank()).value();
  require(!wanted || wanted->size() == axes.size(), "bad-crop", "{} extents for {} axes", wanted ? wanted->size() : 0,
          axes.size());
  std::vector<Dim> extents(data.begin(), data.end());
  for (std::size_t index = 0; index < axes.size(); ++index) {
    const std::optional<Dim> extent = wanted ? (*wanted)[index] : std::nullopt;
    extents[axes[index]] = extent ? *extent : fresh_extent(context, 0, axes[index]);
  }
  return {Fact::tensor(context.dtype(0), checked_shape(extents))};
}

AxisMap pad_axes(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  const std::optional<Pads> pads = pads_of(context, data.rank());
  if (!pads) throw Unknown();
  AxisMap map;
  std::vector<AccessMap> axes;
  for (std::size_t axis = 0; axis < data.rank(); ++axis) {
    const std::optional<Dim>& begin = pads->begin[axis];
    axes.push_back(begin ? AccessMap::along(axis, 1, -*begin, -*begin) : somewhere_along(axis));
  }
  map.reads(0, 0, std::move(axes));
  if (context.has_input(2)) map.reads(0, 2, std::vector<AccessMap>(context.known_shape(2).rank(), AccessMap::at(0)));
  return map;
}

/// What is cropped or added is half of the difference on either side, one more of it behind.
AxisMap center_crop_pad_axes(const OpContext& context) {
  const Shape &data = context.known_shape(0), &result = context.output(0).type.shape;
  if (!result.known() || result.rank() != data.rank()) throw Unknown();
  std::vector<AccessMap> axes;
  for (std::size_t axis = 0; axis < data.rank(); ++axis) {
    const Dim more = data[axis] - result[axis];
    if (at_least(more, 0) == Certainty::always) {
      const Dim first = floor_div(more, 2);
      axes.push_back(AccessMap::along(axis, 1, first, first));
    } else if (at_least(-more, 0) == Certainty::always) {
      const Dim added = floor_div(-more, 2);
      axes.push_back(AccessMap::along(axis, 1, -added, -added));
    } else {
      axes.push_back(somewhere_along(axis));
    }
  }
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

constexpr Operator kPaddingRows[] = {
    {"CenterCropPad", Moves{center_crop_pad, center_crop_pad_axes}, "data constant"},
    {.name = "Pad",
     .meaning = Moves{pad, pad_axes},
     .roles = "data constant*3",
     .traits = {Trait::pads, Trait::keeps_axes},
     .identity = IdentityWhen::nothing_added},
};

}  // namespace

Family families::padding() { return {"", "padding", kPaddingRows}; }

}  // namespace macroscope
