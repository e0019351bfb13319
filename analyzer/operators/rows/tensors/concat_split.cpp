// Operators that put tensors together along an axis and take them apart, and those that exchange axes.
#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "analyzer/operators/contents/content.h"
#include "analyzer/operators/families.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

/// Rank of those operands that have a known one. \throws RuleError `bad-rank` where two differ
std::optional<std::size_t> common_rank(const Site& site) {
  std::optional<std::size_t> rank;
  for (std::size_t index = 0; index < site.input_count(); ++index) {
    if (!site.shape(index).known()) continue;
    rank = rank.value_or(site.shape(index).rank());
    require_rank(site, index, *rank);
  }
  return rank;
}

/// Where the operand that holds a position of the joined axis begins.
struct Joint {
  std::size_t operand = 0;
  std::int64_t begin = 0;
};

ValuePointer joined_content(const Site& site, const Shape& shape, std::size_t axis) {
  std::vector<ValuePointer> contents;
  std::vector<std::optional<Grid>> grids;
  std::vector<Joint> joints;
  for (std::size_t operand = 0; operand < site.input_count(); ++operand) {
    contents.push_back(site.input(operand).value);
    const Shape& part = site.shape(operand);
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

std::vector<Fact> concat(const Site& site) {
  require_inputs(site, std::max<std::size_t>(site.input_count(), 1));
  DataType dtype = DataType::unknown;
  for (std::size_t index = 0; index < site.input_count(); ++index) {
    require_same_dtype(site, {0, index});
    if (dtype == DataType::unknown) dtype = site.dtype(index);
  }
  const std::optional<std::int64_t> given = site.integer("axis");
  require(given || site.version() < 4, "missing-attribute", "'axis' is left out");
  const std::optional<std::size_t> rank = common_rank(site);
  if (!rank) return {Fact::tensor(dtype)};
  const std::size_t axis = Site::axis_of(given.value_or(1), *rank);
  std::vector<Dim> extents;
  std::optional<Dim> joined = 0;
  for (std::size_t index = 0; index < site.input_count(); ++index) {
    const Shape& part = site.shape(index);
    if (!part.known()) {
      joined.reset();
      continue;
    }
    if (joined) *joined += part[axis];
    if (extents.empty()) extents.assign(part.begin(), part.end());
    for (std::size_t other = 0; other < *rank; ++other)
      if (other != axis) extents[other] = agreed(site, extents[other], part[other], "extents of what is put together");
  }
  extents[axis] = joined ? *joined : fresh_extent(site, 0, axis);
  const Shape shape = checked_shape(extents);
  return {Fact::tensor(dtype, shape, joined_content(site, shape, axis))};
}

/// Equal parts: from version 18 on the last may be smaller, before that there must be no rest.
std::vector<Dim> equal_parts(const Site& site, const Dim& extent) {
  const std::optional<std::int64_t> wanted = site.integer("num_outputs");
  const auto count = static_cast<std::int64_t>(site.output_count());
  require(site.version() < 18 || wanted, "missing-attribute", "neither 'split' nor 'num_outputs' is given");
  require(!wanted || *wanted == count, "bad-attribute", "'num_outputs' is {} for {} outputs", wanted.value_or(0), count);
  if (!wanted)
    return std::vector<Dim>(site.output_count(), exact_share(site, extent, count, "extent to be split into equal parts"));
  const Dim part = ceil_div(extent, count);
  std::vector<Dim> parts(site.output_count(), part);
  parts.back() = extent - part * (count - 1);
  require(at_least(parts.back(), 0) != Certainty::never, "bad-split", "{} cannot be split into {} parts", extent, count);
  return parts;
}

/// The parts that are listed; those that are not known are fresh, but for a single one, which takes what the others leave.
std::vector<Dim> listed_parts(const Site& site, const Integers& listed, const std::optional<Dim>& extent, std::size_t axis) {
  require(listed.size() == site.output_count(), "bad-split", "{} parts for {} outputs", listed.size(), site.output_count());
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
    if (extent) site.must_equal(*extent, sum, "extent and the sum of its parts");
  } else if (open.size() == 1 && extent) {
    parts[open.front()] = *extent - sum;
  } else {
    for (const std::size_t index : open) parts[index] = fresh_extent(site, index, axis);
  }
  return parts;
}

std::vector<Fact> split(const Site& site) {
  require_operands(site, 1, site.version() == 1 || site.version() >= 13 ? 2 : 1);
  const Shape& data = site.shape(0);
  std::vector<Fact> results(site.output_count(), Fact::tensor(site.dtype(0)));
  if (!data.known()) return results;
  const std::size_t axis = Site::axis_of(site.integer("axis", 0), data.rank());
  std::vector<Dim> parts;
  if (is_given(site, 1, "split")) {
    require(!site.has_attribute("num_outputs"), "bad-attribute", "both 'split' and 'num_outputs' are given");
    const std::optional<Integers> listed = list_of(site, 1, "split");
    parts = listed_parts(site, listed.value_or(Integers(site.output_count())), data[axis], axis);
  } else {
    parts = equal_parts(site, data[axis]);
  }
  std::vector<Dim> extents(data.begin(), data.end());
  std::optional<std::int64_t> begin = 0;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    extents[axis] = parts[index];
    results[index].type.shape = checked_shape(extents);
    if (begin)
      results[index].value =
          rearranged(site.input(0), results[index].type.shape, [&](const Grid& grid, std::span<const std::int64_t> position) {
            return grid.place_of(position) + *begin * grid.stride(axis);
          });
    const std::optional<std::int64_t> size = parts[index].number();
    if (begin) begin = size ? std::optional<std::int64_t>(*begin + *size) : std::nullopt;
  }
  return results;
}

std::vector<std::size_t> permutation(const Site& site, std::size_t rank) {
  const auto listed = site.integer_list("perm");
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

std::vector<Fact> transpose(const Site& site) {
  require_operands(site, 1);
  const Shape& data = site.shape(0);
  if (!data.known()) {
    const auto listed = site.integer_list("perm");
    return {Fact::tensor(site.dtype(0), listed ? fresh_shape(site, 0, listed->size()) : Shape::unknown())};
  }
  const std::vector<std::size_t> axes = permutation(site, data.rank());
  std::vector<Dim> extents;
  extents.reserve(axes.size());
  for (const std::size_t axis : axes) extents.push_back(data[axis]);
  const Shape shape(extents);
  return {Fact::tensor(site.dtype(0), shape,
                       rearranged(site.input(0), shape, [&](const Grid& grid, std::span<const std::int64_t> position) {
                         std::int64_t place = 0;
                         for (std::size_t axis = 0; axis < axes.size(); ++axis) place += position[axis] * grid.stride(axes[axis]);
                         return place;
                       }))};
}

Fact block_result(const Site& site, const std::vector<Dim>& extents) {
  return Fact::tensor(site.dtype(0), checked_shape(extents));
}

/// The block's edge. \throws RuleError
Dim block_edge(const Site& site) {
  const std::optional<Dim> edge = site.size("blocksize");
  require(edge.has_value(), "missing-attribute", "'blocksize' is left out");
  require(at_least(*edge, 1) != Certainty::never, "bad-attribute", "'blocksize' is {}", edge->text());
  require_rank(site, 0, 4);
  choice(site, "mode", "DCR", {"DCR", "CRD"});
  return *edge;
}

std::vector<Fact> depth_to_space(const Site& site) {
  require_operands(site, 1);
  const Dim edge = block_edge(site);
  const Dim area = checked_shape({edge * edge})[0];
  const Shape& data = site.shape(0);
  if (!data.known()) return {Fact::tensor(site.dtype(0), fresh_shape(site, 0, 4))};
  return {block_result(
      site, {data[0], exact_share(site, data[1], area, "channels and the area of a block"), data[2] * edge, data[3] * edge})};
}

std::vector<Fact> space_to_depth(const Site& site) {
  require_operands(site, 1);
  const Dim edge = block_edge(site);
  const Dim area = checked_shape({edge * edge})[0];
  const Shape& data = site.shape(0);
  if (!data.known()) return {Fact::tensor(site.dtype(0), fresh_shape(site, 0, 4))};
  return {block_result(site, {data[0], data[1] * area, exact_share(site, data[2], edge, "height and the edge of a block"),
                              exact_share(site, data[3], edge, "width and the edge of a block")})};
}

/// Each operand stands where those before it end.
AxisMap concat_axes(const Site& site) {
  const std::optional<std::size_t> rank = common_rank(site);
  if (!rank) throw NotKnown();
  const std::size_t axis = Site::axis_of(site.integer("axis", 1), *rank);
  AxisMap map;
  Dim begin;
  for (std::size_t operand = 0; operand < site.input_count(); ++operand) {
    const Shape& part = site.known_shape(operand);
    map.reads(0, operand, axis_maps::same_but(part, axis, Reading::along(axis, 1, -begin, -begin)));
    begin += part[axis];
  }
  return map;
}

AxisMap split_axes(const Site& site) {
  const Shape& data = site.known_shape(0);
  const std::size_t axis = Site::axis_of(site.integer("axis", 0), data.rank());
  AxisMap map;
  Dim begin;
  for (std::size_t output = 0; output < site.output_count(); ++output) {
    if (!site.has_output(output)) throw NotKnown();
    const Shape& part = site.output(output).type.shape;
    if (!part.known()) throw NotKnown();
    map.reads(output, 0, axis_maps::same_but(data, axis, Reading::along(axis, 1, begin, begin)));
    begin += part[axis];
  }
  return map;
}

AxisMap transpose_axes(const Site& site) {
  const std::vector<std::size_t> from = permutation(site, site.known_shape(0).rank());
  std::vector<Reading> axes(from.size());
  for (std::size_t axis = 0; axis < from.size(); ++axis) axes[from[axis]] = Reading::along(axis);
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

ReadingStep digit(std::size_t axis, const Dim& step, const Dim& divisor, const Dim& modulus) {
  ReadingStep digit{static_cast<std::uint32_t>(axis)};
  digit.step = step;
  digit.divisor = divisor;
  digit.modulus = modulus;
  return digit;
}

/// The place within a block is a digit of the channel: the upper ones before (DCR) or behind (CRD) what stays the channel.
AxisMap depth_to_space_axes(const Site& site) {
  const Dim edge = block_edge(site);
  const Shape& result = site.output(0).type.shape;
  if (!result.known()) throw NotKnown();
  const bool is_outside = site.text("mode", "DCR") == "DCR";
  const Dim channel = is_outside ? Dim(1) : edge * edge;
  const Dim column = is_outside ? result[1] : Dim(1);
  std::vector<Reading> axes(4);
  axes[0] = Reading::along(0);
  axes[1] = Reading::along(1, channel);
  axes[1].steps.push_back(digit(2, column * edge, 1, edge));
  axes[1].steps.push_back(digit(3, column, 1, edge));
  axes[2] = Reading::of_step(digit(2, 1, edge, 0));
  axes[3] = Reading::of_step(digit(3, 1, edge, 0));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

AxisMap space_to_depth_axes(const Site& site) {
  const Dim edge = block_edge(site);
  const Dim& channels = site.known_shape(0)[1];
  std::vector<Reading> axes(4);
  axes[0] = Reading::along(0);
  axes[1] = Reading::of_step(digit(1, 1, 1, channels));
  axes[2] = Reading::along(2, edge);
  axes[2].steps.push_back(digit(1, 1, channels * edge, 0));
  axes[3] = Reading::along(3, edge);
  axes[3].steps.push_back(digit(1, 1, channels, edge));
  AxisMap map;
  map.reads(0, 0, std::move(axes));
  return map;
}

constexpr Operator kRows[] = {
    {"Concat", Moves{concat, concat_axes}, "v"},
    {"DepthToSpace", Moves{depth_to_space, depth_to_space_axes}},
    {"SpaceToDepth", Moves{space_to_depth, space_to_depth_axes}},
    {"Split", Moves{split, split_axes}, "vc"},
    {"Transpose", Moves{transpose, transpose_axes}, "v"},
};

}  // namespace

Family families::joining() noexcept { return {"", "joining and splitting", kRows}; }

}  // namespace macroscope
