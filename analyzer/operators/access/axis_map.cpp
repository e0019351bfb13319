#include "analyzer/operators/access/axis_map.h"

#include <algorithm>
#include <optional>

namespace macroscope {
namespace axis_maps {
namespace {

/// An axis of a shape as a part of the row-major numbering of a group of axes: index i stands for i * stride.
struct Part {
  std::size_t axis = 0;
  Dim extent, stride;
};

/// Axes [first, end) of a shape that the same number of elements of another lies in.
struct Group {
  std::size_t operand_first = 0, operand_end = 0;
  std::size_t result_first = 0, result_end = 0;
};

std::vector<Part> parts_of(const Shape& shape, std::size_t first, std::size_t end) {
  std::vector<Part> parts;
  Dim stride = 1;
  for (std::size_t axis = end; axis-- > first;) {
    parts.push_back({axis, shape[axis], stride});
    stride *= shape[axis];
  }
  return parts;
}

/// The smallest groups of neighbouring axes of both shapes with equally many elements.  Axes left over at the end, whose products are never
/// equal, make one last group.
std::vector<Group> groups_of(const Shape& operand, const Shape& result) {
  std::vector<Group> groups;
  std::size_t i = 0, j = 0;
  while (i < operand.rank() || j < result.rank()) {
    Group group{i, i, j, j};
    Dim before = 1, after = 1;
    const auto take_operand = [&] { before *= operand[i++]; };
    const auto take_result = [&] { after *= result[j++]; };
    if (i < operand.rank()) take_operand();
    if (j < result.rank()) take_result();
    while (before != after && (i < operand.rank() || j < result.rank())) {
      const bool result_is_less = j < result.rank() && (i == operand.rank() || exact_quotient(before, after));
      if (i < operand.rank() && !result_is_less) {
        take_operand();
      } else {
        take_result();
      }
    }
    group.operand_end = i;
    group.result_end = j;
    groups.push_back(group);
  }
  return groups;
}

/// What of the result's axis lies in the axis `part` of the operand; empty where it lies across in no simple way.
bool add_share(const Part& part, const Part& of_result, AccessMap& access) {
  const Dim bottom = part.stride, top = part.stride * part.extent;
  const Dim weight = of_result.stride, above = of_result.stride * of_result.extent;
  if (of_result.extent.is(1)) return true;
  if (exact_quotient(bottom, above) || exact_quotient(weight, top)) return true;
  AccessTerm step{static_cast<std::uint32_t>(of_result.axis)};
  const std::optional<Dim> scale = exact_quotient(weight, bottom);
  const std::optional<Dim> cut = scale ? Dim(1) : exact_quotient(bottom, weight);
  if (!cut) return false;
  step.step = scale ? *scale : Dim(1);
  step.divisor = *cut;
  if (!exact_quotient(top, above)) {
    const std::optional<Dim> modulus = exact_quotient(top, weight * *cut);
    if (!modulus) return false;
    step.modulus = *modulus;
  }
  access.steps.push_back(std::move(step));
  return true;
}

/// What an axis of the operand reads, given the axes of the result in its group.  An axis of one element is always read at 0.
AccessMap of_part(const Part& part, const std::vector<Part>& result) {
  AccessMap access = AccessMap::at(0);
  if (part.extent.is(1)) return access;
  for (auto of_result = result.rbegin(); of_result != result.rend(); ++of_result)
    if (!add_share(part, *of_result, access)) {
      std::uint64_t spread = 0;
      for (const Part& other : result) spread |= other.axis < 64 ? std::uint64_t{1} << other.axis : 0;
      return AccessMap::unknown(spread);
    }
  return access;
}

std::size_t named_axis(const OpContext& context, std::size_t rank) {
  return OpContext::axis_of(context.integer("axis", -1), rank);
}

template <typename AxesOf>
AxisMap every_pair(const OpContext& context, AxesOf axes_of) {
  AxisMap map;
  for (std::size_t output = 0; output < context.output_count(); ++output) {
    if (!context.has_output(output)) continue;
    for (std::size_t operand = 0; operand < context.input_count(); ++operand)
      if (context.has_input(operand) && context.shape(operand).known()) axes_of(map, output, operand);
  }
  return map;
}

}  // namespace

std::vector<AccessMap> same(std::size_t rank) {
  std::vector<AccessMap> axes;
  axes.reserve(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) axes.push_back(AccessMap::along(axis));
  return axes;
}

std::vector<AccessMap> same_but(const Shape& operand, std::size_t axis, AccessMap access) {
  std::vector<AccessMap> axes = same(operand.rank());
  axes[axis] = std::move(access);
  return axes;
}

std::vector<AccessMap> whole_between(const Shape& operand, std::size_t first, std::size_t last) {
  std::vector<AccessMap> axes = same(operand.rank());
  for (std::size_t axis = first; axis < last; ++axis) axes[axis] = AccessMap::whole(operand[axis]);
  return axes;
}

std::vector<AccessMap> broadcast(const Shape& operand, const Shape& result) {
  std::vector<AccessMap> axes;
  if (operand.rank() > result.rank()) return std::vector<AccessMap>(operand.rank(), AccessMap::unknown());
  axes.reserve(operand.rank());
  const std::size_t offset = result.rank() - operand.rank();
  for (std::size_t axis = 0; axis < operand.rank(); ++axis) {
    const bool is_stretched = operand[axis].is(1) && !result[offset + axis].is(1);
    axes.push_back(is_stretched ? AccessMap::at(0) : AccessMap::along(offset + axis));
  }
  return axes;
}

std::vector<AccessMap> regrouped(const Shape& operand, const Shape& result) {
  std::vector<AccessMap> axes(operand.rank(), AccessMap::at(0));
  for (const Group& group : groups_of(operand, result)) {
    const bool is_kept = group.operand_end - group.operand_first == 1 && group.result_end - group.result_first == 1;
    if (is_kept) {
      axes[group.operand_first] = AccessMap::along(group.result_first);
      continue;
    }
    const std::vector<Part> result_parts = parts_of(result, group.result_first, group.result_end);
    for (const Part& part : parts_of(operand, group.operand_first, group.operand_end))
      axes[part.axis] = of_part(part, result_parts);
  }
  return axes;
}

AxisMap elementwise(const OpContext& context) {
  return every_pair(context, [&](AxisMap& map, std::size_t output, std::size_t operand) {
    const Shape& result = context.output(output).type.shape;
    if (result.known()) map.reads(output, operand, broadcast(context.shape(operand), result));
  });
}

AxisMap regroup(const OpContext& context) {
  AxisMap map;
  const Shape& result = context.output(0).type.shape;
  if (result.known()) map.reads(0, 0, regrouped(context.known_shape(0), result));
  return map;
}

AxisMap everything(const OpContext& context) {
  return every_pair(context, [&](AxisMap& map, std::size_t output, std::size_t operand) {
    map.reads(output, operand, whole_between(context.shape(operand), 0, context.shape(operand).rank()));
  });
}

AxisMap nothing(const OpContext& /*context*/) {
  AxisMap map;
  map.reads_nothing = true;
  return map;
}

AxisMap rows(const OpContext& context) {
  return every_pair(context, [&](AxisMap& map, std::size_t output, std::size_t operand) {
    const Shape& shape = context.shape(operand);
    const Shape& result = context.output(output).type.shape;
    if (!result.known() || shape.rank() == 0 || result.rank() == 0) return;
    std::vector<AccessMap> axes = broadcast(shape, result);
    axes.back() = AccessMap::whole(shape[shape.rank() - 1]);
    map.reads(output, operand, std::move(axes));
  });
}

AxisMap tokens(const OpContext& context) {
  return every_pair(context, [&](AxisMap& map, std::size_t output, std::size_t operand) {
    const Shape& shape = context.shape(operand);
    const Shape& result = context.output(output).type.shape;
    if (!result.known()) return;
    std::vector<AccessMap> axes;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
      const bool has_place = axis + 1 < result.rank() && shape[axis] == result[axis];
      axes.push_back(has_place ? AccessMap::along(axis) : AccessMap::whole(shape[axis]));
    }
    map.reads(output, operand, std::move(axes));
  });
}

AxisMap along_axis(const OpContext& context) {
  AxisMap map;
  const Shape& shape = context.known_shape(0);
  const std::size_t axis = named_axis(context, shape.rank());
  for (std::size_t output = 0; output < context.output_count(); ++output)
    map.reads(output, 0, whole_between(shape, axis, axis + 1));
  return map;
}

AxisMap from_axis(const OpContext& context) {
  AxisMap map;
  const Shape& shape = context.known_shape(0);
  for (std::size_t output = 0; output < context.output_count(); ++output)
    map.reads(output, 0, whole_between(shape, named_axis(context, shape.rank()), shape.rank()));
  return map;
}

}  // namespace axis_maps
}  // namespace macroscope
