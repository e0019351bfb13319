// Operators that put tensors together along an axis and take them apart, and those that exchange axes.
#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Rank of those operands that have a known one. \throws RuleError `bad-rank` where two differ
std::optional<std::size_t> common_rank(const OpContext& context) {
  std::optional<std::size_t> rank;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    if (!context.shape(index).known()) continue;
    rank = rank.value_or(context.shape(index).rank());
    require_rank(context, index, *rank);
  }
  return rank;
}

/// Where the operand that holds a position of the joined axis begins.
struct Joint {
  std::size_t operand = 0;
  std::int64_t begin = 0;
};

ValuePointer joined_content(const OpContext& context, const Shape& shape, std::size_t axis) {
  std::vector<ValuePointer> contents;
  std::vector<std::optional<Grid>> grids;
  std::vector<Joint> joints;
  for (std::size_t operand = 0; operand < context.input_count(); ++operand) {
    contents.push_back(context.input(operand).value);
    const Shape& part = context.shape(operand);
    const std::optional<std::int64_t> extent = part.known() ? part[axis].number() : std::nullopt;
    if (!extent || *extent > static_cast<std::int64_t>(Value::kMaxElements)) return nullptr;
    grids.push_back(Grid::of(part));
    const auto begin = static_cast<std::int64_t>(joints.size());
    for (std::int64_t place = 0; place < *extent; ++place) joints.push_back({operand, begin});
    if (joints.size() > Value::kMaxElements) return nullptr;
  }
  std::vector<std::int64_t> within;
  return assembled(contents, shape, [&](std::span<const std::int64_t> position) {
    const Joint& joint = joints[static_cast<std::size_t>(position[axis])];
    const std::optional<Grid>& grid = grids[joint.operand];
    within.assign(position.begin(), position.end());
    within[axis] -= joint.begin;
    return grid ? Pick{joint.operand, grid->place_of(within)} : kNoPick;
  });
}

std::vector<Fact> concat(const OpContext& context) {
  require_inputs(context, std::max<std::size_t>(context.input_count(), 1));
  DataType dtype = DataType::unknown;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    require_same_dtype(context, {0, index});
    if (dtype == DataType::unknown) dtype = context.dtype(index);
  }
  const std::optional<std::int64_t> given = context.integer("axis");
  require(given || context.version() < 4, "missing-attribute", "'axis' is left out");
  const std::optional<std::size_t> rank = common_rank(context);
  if (!rank) return {Fact::tensor(dtype)};
  const std::size_t axis = OpContext::axis_of(given.value_or(1), *rank);
  std::vector<Dim> extents;
  std::optional<Dim> joined = 0;
  for (std::size_t index = 0; index < context.input_count(); ++index) {
    const Shape& part = context.shape(index);
    if (!part.known()) {
      joined.reset();
      continue;
    }
    if (joined) *joined += part[axis];
    if (extents.empty()) extents.assign(part.begin(), part.end());
    for (std::size_t other = 0; other < *rank; ++other)
      if (other != axis) extents[other] = agreed(context, extents[other], part[other], "extents of what is put together");
  }
  extents[axis] = joined ? *joined : fresh_extent(context, 0, axis);
  const Shape shape = checked_shape(extents);
  return {Fact::tensor(dtype, shape, joined_content(context, shape, axis))};
}

/// Equal parts: from version 18 on the last may be smaller, before that there must be no rest.
std::vector<Dim> equal_parts(const OpContext& context, const Dim& extent) {
  const std::optional<std::int64_t> wanted = context.integer("num_outputs");
  const auto count = static_cast<std::int64_t>(context.output_count());
  require(context.version() < 18 || wanted, "missing-attribute", "neither 'split' nor 'num_outputs' is given");
  require(!wanted || *wanted == count, "bad-attribute", "'num_outputs' is {} for {} outputs", wanted.value_or(0), count);
  if (!wanted)
    return std::vector<Dim>(context.output_count(), exact_share(context, extent, count, "extent to be split into equal parts"));
  const Dim part = ceil_div(extent, count);
  std::vector<Dim> parts(context.output_count(), part);
  parts.back() = extent - part * (count - 1);
  require(at_least(parts.back(), 0) != Certainty::never, "bad-split", "{} cannot be split into {} parts", extent, count);
  return parts;
}

/// The parts that are listed; those that are not known are fresh, but for a single one, which takes what the others leave.
std::vector<Dim> listed_parts(const OpContext& context, const Integers& listed, const std::optional<Dim>& extent,
                              std::size_t axis) {
  require(listed.size() == context.output_count(), "bad-split", "{} parts for {} outputs", listed.size(), context.output_count());
  Dim sum = 0;
  std::vector<std::size_t> open;
  std::vector<Dim> parts;
  for (std::size_t index = 0; index < listed.size(); ++index) {
    require(!listed[index] || at_least(*listed[index], 0) != Certainty::never, "bad-split", "part {} is {}", index,
            listed[index] ? listed[index]->text() : "");
    if (!listed[index]) open.push_back(index);
    parts.push_back(listed[index].value_or(Dim(0)));
    sum += parts.back();
  }
  if (open.empty()) {
    if (extent) context.must_equal(*extent, sum, "extent and the sum of its parts");
  } else if (open.size() == 1 && extent) {
    parts[open.front()] = *extent - sum;
  } else {
    for (const std::size_t index : open) parts[index] = fresh_extent(context, index, axis);
  }
  return parts;
}

std::vector<Fact> split(const OpContext& context) {
  require_operands(context, 1, context.version() == 1 || context.version() >= 13 ? 2 : 1);
  const Shape& data = context.shape(0);
  std::vector<Fact> results(context.output_count(), Fact::tensor(context.dtype(0)));
  if (!data.known()) return results;
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  std::vector<Dim> parts;
  if (is_given(context, 1, "split")) {
    require(!context.has_attribute("num_outputs"), "bad-attribute", "both 'split' and 'num_outputs' are given");
    const std::optional<Integers> listed = list_of(context, 1, "split");
    parts = listed_parts(context, listed.value_or(Integers(context.output_count())), data[axis], axis);
  } else {
    parts = equal_parts(context, data[axis]);
  }
  std::vector<Dim> extents(data.begin(), data.end());
  std::optional<std::int64_t> begin = 0;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    extents[axis] = parts[index];
    results[index].type.shape = checked_shape(extents);
    if (begin)
      results[index].value =
          rearranged(context.input(0), results[index].type.shape, [&](const Grid& grid, std::span<const std::int64_t> position) {
            return grid.place_of(position) + *begin * grid.stride(axis);
          });
    const std::optional<std::int64_t> size = parts[index].number();
    if (begin) begin = size ? std::optional<std::int64_t>(*begin + *size) : std::nullopt;
  }
  return results;
}

std::vector<std::size_t> permutation(const OpContext& context, std::size_t rank) {
  const auto listed = context.integer_list("perm");
  std::vector<std::size_t> axes(rank);
  std::iota(axes.rbegin(), axes.rend(), 0U);
  if (!listed) return axes;
  require(listed->size() == rank, "bad-permutation", "'perm' has {} axes, the tensor {}", listed->size(), rank);
  std::vector<bool> used(rank, false);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::int64_t from = (*listed)[axis];
    require(from >= 0 && from < static_cast<std::int64_t>(rank), "bad-permutation", "'perm' names axis {}, the rank is {}", from,
            rank);
    axes[axis] = static_cast<std::size_t>(from);
    require(!used[axes[axis]], "bad-permutation", "'perm' names axis {} twice", from);
    used[axes[axis]] = true;
  }
  return axes;
}

std::vector<Fact> transpose(const OpContext& context) {
  require_operands(context, 1);
  const Shape& data = context.shape(0);
  if (!data.known()) {
    const auto listed = context.integer_list("perm");
    return {Fact::tensor(context.dtype(0), listed ? fresh_shape(context, 0, listed->size()) : Shape::unknown())};
  }
  const std::vector<std::size_t> axes = permutation(context, data.rank());
  std::vector<Dim> extents;
  extents.reserve(axes.size());
  for (const std::size_t axis : axes) extents.push_back(data[axis]);
  const Shape shape(extents);
  return {Fact::tensor(context.dtype(0), shape,
                       rearranged(context.input(0), shape, [&](const Grid& grid, std::span<const std::int64_t> position) {
                         std::int64_t place = 0;
                         for (std::size_t axis = 0; axis < axes.size(); ++axis) place += position[axis] * grid.stride(axes[axis]);
                         return place;
                       }))};
}

Fact block_result(const OpContext& context, const std::vector<Dim>& extents) {
  return Fact::tensor(context.dtype(0), checked_shape(extents));
}

/// The block's edge. \throws RuleError
Dim block_edge(const OpContext& context) {
  const std::optional<Dim> edge = context.size("blocksize");
  require(edge.has_value(), "missing-attribute", "'blocksize' is left out");
  require(at_least(*edge, 1) != Certainty::never, "bad-attribute", "'blocksize' is {}", edge->text());
  require_rank(context, 0, 4);
  choice(context, "mode", "DCR", {"DCR", "CRD"});
  return *edge;
}

std::vector<Fact> depth_to_space(const OpContext& context) {
  require_operands(context, 1);
  const Dim edge = block_edge(context);
  const Dim area = checked_shape({edge * edge})[0];
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0), fresh_shape(context, 0, 4))};
  return {block_result(context, {data[0], exact_share(context, data[1], area, "channels and the area of a block"), data[2] * edge,
                                 data[3] * edge})};
}

std::vector<Fact> space_to_depth(const OpContext& context) {
  require_operands(context, 1);
  const Dim edge = block_edge(context);
  const Dim area = checked_shape({edge * edge})[0];
  const Shape& data = context.shape(0);
  if (!data.known()) return {Fact::tensor(context.dtype(0), fresh_shape(context, 0, 4))};
  return {block_result(context, {data[0], data[1] * area, exact_share(context, data[2], edge, "height and the edge of a block"),
                                 exact_share(context, data[3], edge, "width and the edge of a block")})};
}

/// Each operand stands where those before it end.
AxisMap concat_axes(const OpContext& context) {
  const std::optional<std::size_t> rank = common_rank(context);
  if (!rank) throw Unknown();
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 1), *rank);
  AxisMap map;
  Dim begin;
  for (std::size_t operand = 0; operand < context.input_count(); ++operand) {
    const Shape& part = context.known_shape(operand);
    map.reads(0, operand, axis_maps::same_but(part, axis, AccessMap::along(axis, 1, -begin, -begin)));
    begin += part[axis];
  }
  return map;
}

AxisMap split_axes(const OpContext& context) {
  const Shape& data = context.known_shape(0);
  const std::size_t axis = OpContext::axis_of(context.integer("axis", 0), data.rank());
  AxisMap map;
  Dim begin;
  for (std::size_t output = 0; output < context.output_count(); ++output) {
    if (!context.has_output(output)) throw Unknown();
    const Shape& part = context.output(output).type.shape;
    if (!part.known()) throw Unknown();
    map.reads(output, 0, axis_maps::same_but(data, axis, AccessMap::along(axis, 1, begin, begin)));
    begin += part[axis];
  }
  return map;
}

AxisMap transpose_axes(const OpContext& context) {
  const std::vector<std::size_t> from = permutation(context, context.known_shape(0).rank());
  std::vector<AccessMap> axes(from.size());
  for (std::size_t axis = 0; axis < from.size(); ++axis) axes[from[axis]] = AccessMap::along(axis);
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

AccessTerm digit(std::size_t axis, const Dim& step, const Dim& divisor, const Dim& modulus) {
  AccessTerm digit{static_cast<std::uint32_t>(axis)};
  digit.step = step;
  digit.divisor = divisor;
  digit.modulus = modulus;
  return digit;
}

/// The place within a block is a digit of the channel: the upper ones before (DCR) or behind (CRD) what stays the channel.
AxisMap depth_to_space_axes(const OpContext& context) {
  const Dim edge = block_edge(context);
  const Shape& result = context.output(0).type.shape;
  if (!result.known()) throw Unknown();
  const bool is_outside = context.text("mode", "DCR") == "DCR";
  const Dim channel = is_outside ? Dim(1) : edge * edge;
  const Dim column = is_outside ? result[1] : Dim(1);
  std::vector<AccessMap> axes(4);
  axes[0] = AccessMap::along(0);
  axes[1] = AccessMap::along(1, channel);
  axes[1].steps.push_back(digit(2, column * edge, 1, edge));
  axes[1].steps.push_back(digit(3, column, 1, edge));
  axes[2] = AccessMap::of_step(digit(2, 1, edge, 0));
  axes[3] = AccessMap::of_step(digit(3, 1, edge, 0));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

AxisMap space_to_depth_axes(const OpContext& context) {
  const Dim edge = block_edge(context);
  const Dim& channels = context.known_shape(0)[1];
  std::vector<AccessMap> axes(4);
  axes[0] = AccessMap::along(0);
  axes[1] = AccessMap::of_step(digit(1, 1, 1, channels));
  axes[2] = AccessMap::along(2, edge);
  axes[2].steps.push_back(digit(1, 1, channels * edge, 0));
  axes[3] = AccessMap::along(3, edge);
  axes[3].steps.push_back(digit(1, 1, channels, edge));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

constexpr Operator kJoiningRows[] = {
    {.name = "Concat",
     .meaning = Moves{concat, concat_axes},
     .roles = "view",
     .traits = {Trait::concatenates, Trait::keeps_axes},
     .identity = IdentityWhen::only_operand},
    {.name = "DepthToSpace",
     .meaning = Moves{depth_to_space, depth_to_space_axes},
     .traits = Trait::keeps_axes,
     .channels = ChannelAxis::second},
    {.name = "SpaceToDepth",
     .meaning = Moves{space_to_depth, space_to_depth_axes},
     .traits = Trait::keeps_axes,
     .channels = ChannelAxis::second},
    {.name = "Split", .meaning = Moves{split, split_axes}, .roles = "view constant", .traits = {Trait::cuts, Trait::keeps_axes}},
    {.name = "Transpose",
     .meaning = Moves{transpose, transpose_axes},
     .roles = "view",
     .traits = Trait::permutes,
     .channels = ChannelAxis::permuted,
     .identity = IdentityWhen::same_order},
};

}  // namespace

Family families::joining() { return {"", "joining and splitting", kJoiningRows}; }

}  // namespace macroscope
