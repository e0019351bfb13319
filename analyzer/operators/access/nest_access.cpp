#include "analyzer/operators/access/nest_access.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/notation/nest.h"

namespace macroscope {
namespace {

using Form = AxisIndex::Form;

/// Where a loop walks the output: the index it is in, and the first of the axes that this index takes.
struct OutputAxes {
  const AxisIndex* index = nullptr;
  std::size_t axis = 0;
  std::size_t count = 0;
};

class NestAxes {
 public:
  NestAxes(const BoundNest& nest) : nest_(nest) {
    std::size_t axis = 0;
    for (const AxisIndex& index : nest.formula->output.axes) {
      const std::size_t count = output_axes_of(index);
      output_axes_[index.loop] = {&index, axis, count};
      if (index.form == Form::groups || index.form == Form::window) output_axes_[index.inner] = {&index, axis, count};
      axis += count;
    }
  }

  std::vector<AccessMap> of(const Operand& operand, const Shape& shape) const {
    std::vector<AccessMap> axes;
    const std::size_t fixed = operand.axes.size() - (operand.repeated_at >= 0 ? 1 : 0);
    for (const AxisIndex& index : operand.axes) {
      const std::size_t count = index.repeated ? shape.rank() - fixed : 1;
      for (std::size_t which = 0; which < count; ++which) axes.push_back(of_axis(index, which, count, shape[axes.size()]));
    }
    return axes;
  }

 private:
  std::size_t output_axes_of(const AxisIndex& index) const {
    const std::size_t extents = nest_.loops[index.loop].extents.size();
    if (index.form == Form::groups) return 1;
    if (index.form != Form::reduced || nest_.reduction.keep) return extents;
    return static_cast<std::size_t>(std::count(nest_.reduction.reduced.begin(), nest_.reduction.reduced.end(), false));
  }

  /// Axis number `which` of the `count` that an index of an operand takes.
  AccessMap of_axis(const AxisIndex& index, std::size_t which, std::size_t count, const Dim& extent) const {
    switch (index.form) {
      case Form::loop:
        return of_loop(index.loop, which, count, extent);
      case Form::groups:
        return of_groups(index, extent);
      case Form::window: {
        const OutputAxes& walked_in = output_axes_[index.loop];
        if (walked_in.index == nullptr) return AccessMap::whole(extent);
        return window_access(nest_.windows[which], walked_in.axis + which);
      }
      case Form::reduced:
        break;
    }
    return AccessMap::unknown();
  }

  AccessMap of_loop(std::uint8_t loop, std::size_t which, std::size_t count, const Dim& extent) const {
    const OutputAxes& walked_in = output_axes_[loop];
    if (walked_in.index == nullptr) return AccessMap::whole(extent);
    if (walked_in.index->form == Form::reduced) return of_reduced(walked_in, which, extent);
    if (walked_in.index->form == Form::window)
      return walked_in.index->loop == loop ? inverse_window_access(nest_.windows[which], walked_in.axis + which)
                                           : AccessMap::whole(extent);
    if (walked_in.index->form == Form::groups) return of_cut(*walked_in.index, walked_in.axis, loop, extent);
    const Dim& walked = nest_.loops[loop].extents[walked_in.count - count + which];
    if (extent.is(1) && !walked.is(1)) return AccessMap::at(0);
    return AccessMap::along(walked_in.axis + walked_in.count - count + which);
  }

  AccessMap of_reduced(const OutputAxes& walked_in, std::size_t which, const Dim& extent) const {
    const auto& reduced = nest_.reduction.reduced;
    if (reduced[which]) return AccessMap::whole(extent);
    const auto before = std::count(reduced.begin(), reduced.begin() + static_cast<std::ptrdiff_t>(which), false);
    return AccessMap::along(walked_in.axis + (nest_.reduction.keep ? which : static_cast<std::size_t>(before)));
  }

  const Dim& extent_of(std::uint8_t loop) const { return nest_.loops[loop].extents.front(); }

  /// An axis of the operand that is a part of a cut axis of the output: the group, or the place within one.
  AccessMap of_cut(const AxisIndex& cut, std::size_t axis, std::uint8_t loop, const Dim& extent) const {
    if (extent.is(1)) return AccessMap::at(0);
    AccessTerm step{static_cast<std::uint32_t>(axis)};
    const Dim& within = extent_of(cut.inner);
    if (loop == cut.inner) {
      if (!extent_of(cut.loop).is(1)) step.modulus = within;
    } else {
      step.divisor = within;
    }
    return AccessMap::of_step(std::move(step));
  }

  /// g*c of the operand where the output has g*o: with its group it reads that group's c.
  AccessMap of_groups(const AxisIndex& index, const Dim& extent) const {
    const OutputAxes& group = output_axes_[index.loop];
    const OutputAxes& inner = output_axes_[index.inner];
    if (group.index == nullptr) return AccessMap::whole(extent);
    if (inner.index == group.index) return AccessMap::along(group.axis);
    if (extent_of(index.loop).is(1) || inner.index != nullptr) return AccessMap::whole(extent);
    AccessTerm step{static_cast<std::uint32_t>(group.axis)};
    step.step = extent_of(index.inner);
    const AxisIndex& cut = *group.index;
    if (cut.form == Form::groups) step.divisor = extent_of(cut.inner);
    AccessMap access = AccessMap::of_step(std::move(step));
    access.high = extent_of(index.inner) - 1;
    return access;
  }

  const BoundNest& nest_;
  std::array<OutputAxes, kMaxLoops> output_axes_{};
};

}  // namespace

AccessMap window_access(const Window& window, std::size_t axis) {
  return AccessMap::along(axis, window.stride, -window.pad_begin, window.reach() - 1 - window.pad_begin);
}

AccessMap inverse_window_access(const Window& window, std::size_t axis) {
  // Place p puts its tap k at o = p * stride + k * dilation - pad.  Elements o, o + stride ... are covered alike.
  if (window.stride.is(1)) return AccessMap::along(axis, 1, window.pad_begin + 1 - window.reach(), window.pad_begin);
  const std::optional<std::int64_t> kernel = window.kernel.number(), pad = window.pad_begin.number(),
                                    step_size = window.stride.number(), dilation = window.dilation.number();
  const std::int64_t stride = step_size.value_or(0);
  if (!kernel || !pad || !dilation || stride < 1 || stride > static_cast<std::int64_t>(kMaxPeriod))
    return AccessMap::unknown(axis < 64 ? 1ULL << axis : 0);
  AccessTerm step{static_cast<std::uint32_t>(axis)};
  std::vector<bool> gaps;
  for (std::int64_t element = 0; element < stride; ++element) {
    // The taps that meet an element are `stride` apart at most: the first and the last of them bound its places.
    const auto meets = [&](std::int64_t tap) { return (element + *pad - tap * *dilation) % stride == 0; };
    std::int64_t first = 0, last = *kernel - 1;
    const std::int64_t beyond = std::min(stride, *kernel);
    while (first < beyond && !meets(first)) ++first;
    gaps.push_back(first == beyond);  // no tap meets it: it holds the bias alone
    if (gaps.back()) {
      step.lows.emplace_back();
      step.highs.emplace_back();
      continue;
    }
    while (!meets(last)) --last;
    step.lows.push_back(floor_div(Dim(element + *pad) - Dim(last) * window.dilation, stride));
    step.highs.push_back(floor_div(Dim(element + *pad) - Dim(first) * window.dilation, stride));
  }
  if (std::find(gaps.begin(), gaps.end(), true) != gaps.end()) step.gaps = std::move(gaps);
  return AccessMap::of_step(std::move(step));
}

namespace {

/// Taps that data moves may read any place of the map.
void read_anywhere(const OpContext& context, AxisMap& map, std::size_t operand) {
  const Shape& shape = context.known_shape(operand);
  map.reads(0, operand, axis_maps::whole_between(shape, 1, shape.rank()));
}

}  // namespace

AxisMap axes_of(const Loops& loops, const OpContext& context) {
  const BoundNest nest = bind(loops, context);
  const NestAxes axes(nest);
  AxisMap map;
  for (std::size_t index = 0; index < nest.formula->operands.size(); ++index) {
    const std::size_t operand = loops.operands[index];
    const Shape logical = loops.logical != nullptr ? loops.logical(context, index) : context.known_shape(operand);
    if (loops.logical != nullptr && logical != context.shape(operand)) continue;  // stored in another form
    if (index == 0 && loops.offsets >= 0) {
      read_anywhere(context, map, operand);
      continue;
    }
    std::vector<AccessMap> read = axes.of(nest.formula->operands[index], logical);
    if (loops.indices) map.reads(1, operand, read);
    map.reads(0, operand, std::move(read));
  }
  if (loops.offsets >= 0) {
    // An element reads its own offsets, and its own mask.
    for (auto operand = static_cast<std::size_t>(loops.offsets); operand < context.input_count(); ++operand)
      if (context.has_input(operand) && context.shape(operand).known() && context.shape(operand).rank() > 1)
        map.reads(0, operand, axis_maps::whole_between(context.shape(operand), 1, 2));
  }
  if (loops.bias >= 0 && context.has_input(static_cast<std::size_t>(loops.bias))) {
    const auto bias = static_cast<std::size_t>(loops.bias);
    const Shape& shape = context.shape(bias);
    const bool is_per_channel = shape.known() && shape.rank() == 1 && !nest.windows.empty();
    if (is_per_channel) {
      map.reads(0, bias, {AccessMap::along(1)});
    } else if (shape.known()) {
      map.reads(0, bias, axis_maps::broadcast(shape, nest.output));
    }
  }
  return map;
}

}  // namespace macroscope
