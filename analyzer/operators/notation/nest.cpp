#include "analyzer/operators/notation/nest.h"

#include <algorithm>

#include "analyzer/operators/broadcast.h"

namespace macroscope {
namespace {

using Form = AxisIndex::Form;

/// Binds the loops of a nest operand by operand.
class Binder {
 public:
  Binder(BoundNest& nest, std::span<const Shape> operands, const OpContext& context)
      : operands_(operands), site_(context), nest_(nest) {}

  void bind() {
    const Formula& formula = *nest_.formula;
    nest_.loops.resize(formula.loops.size());
    for (std::size_t index = 0; index < formula.operands.size(); ++index) bind_plain(formula.operands[index], operands_[index]);
    bind_kernel_attribute();
    for (std::size_t index = 0; index < formula.operands.size(); ++index)
      bind_composed(formula.operands[index], operands_[index]);
    make_output();
  }

 private:
  /// Number of axes that the repeated index of an operand stands for.
  std::size_t repeats(const Operand& operand, const Shape& shape) const {
    const std::size_t fixed = operand.axes.size() - (operand.repeated_at >= 0 ? 1 : 0);
    const bool fits = operand.repeated_at >= 0 ? shape.rank() >= fixed : shape.rank() == fixed;
    if (!fits)
      fail("rank-mismatch", "{} is {}, but {} axes are needed{}", operand.name, shape.text(), fixed,
           operand.repeated_at >= 0 ? " at least" : "");
    return shape.rank() - fixed;
  }

  /// Calls visit(axis index, first axis, number of axes) for each index of an operand.
  template <typename Visit>
  void walk(const Operand& operand, const Shape& shape, Visit visit) const {
    const std::size_t repeated = repeats(operand, shape);
    std::size_t axis = 0;
    for (const AxisIndex& index : operand.axes) {
      const std::size_t count = index.repeated ? repeated : 1;
      visit(index, shape.dims().subspan(axis, count));
      axis += count;
    }
  }

  void bind_plain(const Operand& operand, const Shape& shape) {
    walk(operand, shape, [&](const AxisIndex& index, std::span<const Dim> extents) {
      if (index.form == Form::loop) unify(index, extents, operand);
    });
  }

  void unify(const AxisIndex& index, std::span<const Dim> extents, const Operand& operand) {
    LoopExtent& loop = nest_.loops[index.loop];
    if (!loop.bound) {
      loop.extents.assign(extents.begin(), extents.end());
      loop.bound = true;
    } else if (index.repeated) {
      broadcast_into(loop, extents);
    } else {
      check_equal(loop.extents.front(), extents.front(), index.loop, operand);
      if (extents.front().is_number()) loop.extents.front() = extents.front();
    }
  }

  void check_equal(const Dim& a, const Dim& b, std::uint8_t loop, const Operand& operand) const {
    if (a == b) return;
    site_.must_equal(a, b, fmt::format("loop '{}' in {}", nest_.formula->loops[loop], operand.name));
  }

  void broadcast_into(LoopExtent& loop, std::span<const Dim> extents) const {
    if (extents.size() > loop.extents.size())
      loop.extents.insert(loop.extents.begin(), extents.size() - loop.extents.size(), Dim(1));
    const std::size_t offset = loop.extents.size() - extents.size();
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
      loop.extents[offset + axis] = broadcast(site_, loop.extents[offset + axis], extents[axis]);
  }

  /// The taps of a window are given by a weight, or by kernel_shape; where both speak they must agree.
  void bind_kernel_attribute() {
    if (!site_.has_attribute("kernel_shape")) return;
    const std::optional<Sizes> kernel_shape = site_.size_list("kernel_shape");
    for (const Operand& operand : nest_.formula->operands) bind_kernel(operand, *kernel_shape);
    bind_kernel(nest_.formula->output, *kernel_shape);
  }

  void bind_kernel(const Operand& operand, const Sizes& kernel_shape) {
    for (const AxisIndex& index : operand.axes) {
      if (index.form != Form::window) continue;
      LoopExtent& taps = nest_.loops[index.inner];
      require(!taps.bound || taps.extents.size() == kernel_shape.size(), "bad-attribute",
              "kernel_shape has {} entries for {} spatial axes", kernel_shape.size(), taps.extents.size());
      for (std::size_t axis = 0; axis < kernel_shape.size(); ++axis) {
        require(at_least(kernel_shape[axis], 1) != Certainty::never, "bad-attribute", "kernel_shape holds {}",
                kernel_shape[axis]);
        if (taps.bound) site_.must_equal(taps.extents[axis], kernel_shape[axis], "kernel_shape and the weight's extent");
      }
      taps.extents.assign(kernel_shape.begin(), kernel_shape.end());
      taps.bound = true;
    }
  }

  void bind_composed(const Operand& operand, const Shape& shape) {
    walk(operand, shape, [&](const AxisIndex& index, std::span<const Dim> extents) {
      if (index.form == Form::groups) bind_groups(index, extents.front(), operand);
      if (index.form == Form::window) bind_window(index, extents, operand);
    });
  }

  void bind_groups(const AxisIndex& index, const Dim& extent, const Operand& operand) {
    LoopExtent& group = nest_.loops[index.loop];
    if (!group.bound) {
      const std::string_view name = site_.has_attribute("group") ? "group" : "groups";
      const Dim groups = site_.size(name, 1);
      require(at_least(groups, 1) != Certainty::never, "bad-attribute", "group is {}", groups);
      group.extents.assign(1, groups);
      group.bound = true;
    }
    LoopExtent& within = nest_.loops[index.inner];
    if (within.bound) {
      check_equal(group.extents.front() * within.extents.front(), extent, index.inner, operand);
      return;
    }
    const std::optional<Dim> quotient = exact_quotient(extent, group.extents.front());
    if (!quotient && extent.is_number())
      fail("shape-mismatch", "{} channels of {} do not divide into {} groups", extent.text(), operand.name,
           group.extents.front().text());
    within.extents.assign(1, quotient ? *quotient : floor_div(extent, group.extents.front()));
    within.bound = true;
  }

  std::span<const Dim> taps_of(const AxisIndex& index, std::size_t axes) const {
    const LoopExtent& taps = nest_.loops[index.inner];
    require(taps.bound, "missing-attribute", "kernel_shape is not given");
    require(taps.extents.size() == axes, "rank-mismatch", "the kernel has {} axes for {} spatial axes", taps.extents.size(),
            axes);
    return {taps.extents.data(), taps.extents.size()};
  }

  void bind_window(const AxisIndex& index, std::span<const Dim> extents, const Operand&) {
    nest_.window_extents.assign(extents.begin(), extents.end());
    nest_.windows = windows_over(site_, extents, taps_of(index, extents.size()), nest_.positions);
    LoopExtent& places = nest_.loops[index.loop];
    places.extents.assign(nest_.positions.begin(), nest_.positions.end());
    places.bound = true;
  }

  void make_output() {
    boost::container::small_vector<Dim, 8> dims;
    for (const AxisIndex& index : nest_.formula->output.axes) {
      const LoopExtent& loop = nest_.loops[index.loop];
      switch (index.form) {
        case Form::loop:
          dims.insert(dims.end(), loop.extents.begin(), loop.extents.end());
          break;
        case Form::groups:
          dims.push_back(loop.extents.front() * nest_.loops[index.inner].extents.front());
          break;
        case Form::window: {
          nest_.positions.assign(loop.extents.begin(), loop.extents.end());
          const std::span<const Dim> taps = taps_of(index, loop.extents.size());
          nest_.windows = windows_under(site_, nest_.positions, taps, nest_.window_extents);
          dims.insert(dims.end(), nest_.window_extents.begin(), nest_.window_extents.end());
          break;
        }
        case Form::reduced:
          reduce(index, loop, dims);
          break;
      }
    }
    // Many a layer keeps its input's shape; then both have one.
    const Shape& input = operands_.front();
    nest_.output = std::equal(dims.begin(), dims.end(), input.begin(), input.end())
                       ? input
                       : Shape(std::span<const Dim>(dims.data(), dims.size()));
  }

  void reduce(const AxisIndex& index, const LoopExtent& loop, boost::container::small_vector<Dim, 8>& dims) {
    nest_.reduction = index.whole ? all_axes(loop.extents.size()) : reduced_axes(loop.extents.size());
    for (std::size_t axis = 0; axis < loop.extents.size(); ++axis) {
      if (!nest_.reduction.reduced[axis]) {
        dims.push_back(loop.extents[axis]);
      } else if (nest_.reduction.keep) {
        dims.push_back(1);
      }
    }
  }

  static ReducedAxes all_axes(std::size_t rank) {
    ReducedAxes axes;
    axes.reduced.assign(rank, true);
    return axes;
  }

  /// Axes by attribute, or since some version by the second input; none given means all, unless noop_with_empty_axes says otherwise.
  ReducedAxes reduced_axes(std::size_t rank) const {
    ReducedAxes axes;
    axes.keep = site_.integer("keepdims", 1) != 0;
    std::vector<std::int64_t> given;
    if (const auto attribute = site_.integer_list("axes")) {
      given.assign(attribute->begin(), attribute->end());
    } else if (site_.has_input(1)) {
      const auto content = site_.numbers(1);
      if (!content) throw Unknown();
      given = *content;
    }
    if (given.empty()) {
      axes.reduced.assign(rank, site_.integer("noop_with_empty_axes", 0) == 0);
      return axes;
    }
    axes.reduced.assign(rank, false);
    for (const std::int64_t axis : given) axes.reduced[OpContext::axis_of(axis, rank)] = true;
    return axes;
  }

  std::span<const Shape> operands_;
  const OpContext& site_;
  BoundNest& nest_;
};

DataType result_type(const Loops& loops, const OpContext& context) {
  switch (loops.result) {
    case Result::boolean:
      return DataType::boolean;
    case Result::int32:
      return DataType::int32;
    case Result::int64:
      return DataType::int64;
    case Result::as_given:
      return context.dtype(static_cast<std::size_t>(loops.result_input));
    case Result::as_first_input:
      break;
  }
  return context.dtype(0);
}

/// Axes of a reduction that are not known leave the rank known if they stay as 1, or nothing.
Shape shape_without_axes(const Loops& loops, const OpContext& context) {
  const Formula& formula = formula_of(loops.nests.front().formula);
  const bool reduces = formula.output.axes.size() == 1 && formula.output.axes.front().form == Form::reduced;
  if (!reduces || !context.shape(0).known() || context.integer("keepdims", 1) == 0) return Shape::unknown();
  std::vector<Dim> dims;
  for (std::size_t axis = 0; axis < context.shape(0).rank(); ++axis) dims.push_back(context.fresh(0, fmt::format("_{}", axis)));
  return Shape(dims);
}

/// The content of a reduction of everything to one element.
ValuePointer folded(Fold fold, const OpContext& context) {
  const Integers* content = context.integers(0);
  if (content == nullptr || content->empty()) return nullptr;
  std::optional<Dim> result = content->front();
  for (std::size_t index = 1; index < content->size() && result; ++index) {
    if (!(*content)[index]) return nullptr;
    const std::array<Dim, 2> pair{*result, *(*content)[index]};
    result = fold(pair);
  }
  return result ? std::make_shared<const Value>(Integers{result}) : nullptr;
}

}  // namespace

Dim BoundNest::points() const {
  Dim points = 1;
  for (std::size_t loop = 0; loop < formula->loops.size(); ++loop)
    for (const Dim& extent : loops[loop].extents) points *= extent;
  return points;
}

Dim BoundNest::effective_points() const {
  if (windows.empty()) return points();
  boost::container::small_vector<bool, kMaxLoops> in_window(formula->loops.size(), false);
  const auto mark = [&](const Operand& operand) {
    for (const AxisIndex& index : operand.axes)
      if (index.form == Form::window) in_window[index.loop] = in_window[index.inner] = true;
  };
  mark(formula->output);
  for (const Operand& operand : formula->operands) mark(operand);
  Dim points = 1;
  for (std::size_t loop = 0; loop < formula->loops.size(); ++loop) {
    if (in_window[loop]) continue;
    for (const Dim& extent : loops[loop].extents) points *= extent;
  }
  return points * taps_inside(windows, mask, positions, window_extents);
}

std::string BoundNest::worked() const {
  boost::container::small_vector<bool, kMaxLoops> written(formula->loops.size(), false);
  std::string text;
  const auto write = [&](std::size_t loop) {
    if (written[loop]) return;
    written[loop] = true;
    for (const Dim& extent : loops[loop].extents) {
      if (!text.empty()) text += '*';
      const std::string factor = extent.text();
      text += factor.find(' ') == std::string::npos ? factor : "(" + factor + ")";
    }
  };
  for (const AxisIndex& index : formula->output.axes) {
    write(index.loop);
    if (index.form == Form::groups) write(index.inner);
  }
  for (std::size_t loop = 0; loop < formula->loops.size(); ++loop) write(loop);
  return text;
}

const Nest& nest_of(const Loops& loops, const OpContext& context) {
  for (const Nest& nest : loops.nests)
    if (nest.condition == nullptr || nest.condition(context)) return nest;
  context.warn("rank-mismatch", "no form of the operator takes operands of these ranks");
  throw Unknown();
}

BoundNest bind(const Formula& formula, std::span<const Shape> operands, const OpContext& context) {
  BoundNest nest;
  nest.formula = &formula;
  Binder(nest, operands, context).bind();
  return nest;
}

BoundNest bind(const Loops& loops, const OpContext& context) {
  std::array<Shape, 3> shapes;
  const std::size_t count = formula_of(loops.nests.front().formula).operands.size();
  for (std::size_t operand = 0; operand < count; ++operand)
    shapes[operand] = loops.logical != nullptr ? loops.logical(context, operand) : context.known_shape(loops.operands[operand]);
  BoundNest nest = bind(formula_of(nest_of(loops, context).formula), std::span<const Shape>(shapes).first(count), context);
  if (count > 1) nest.mask = context.mask_of(loops.operands[1]);
  return nest;
}

std::vector<Fact> shape_of(const Loops& loops, const OpContext& context) {
  Fact result = Fact::tensor(result_type(loops, context));
  try {
    result.type.shape = bind(loops, context).output;
    if (loops.fold != nullptr && result.type.shape.elements().is(1)) result.value = folded(loops.fold, context);
  } catch (const Unknown&) {
    result.type.shape = shape_without_axes(loops, context);
  }
  std::vector<Fact> results{std::move(result)};
  if (loops.indices) results.push_back(Fact::tensor(DataType::int64, results.front().type.shape));
  return results;
}

Work work_of(const Loops& loops, const OpContext& context) {
  const BoundNest nest = bind(loops, context);
  Work work = loops.further == nullptr ? Work{} : loops.further(context);
  const Dim points = nest.points();
  const DataType dtype = context.dtype(loops.operands[0]);
  if (nest.formula->is_contraction()) {
    work.add_macs(points, nest.effective_points(), dtype);
  } else if (is_floating(dtype)) {
    const Flop kind = nest.formula->accumulate == Accumulate::add   ? Flop::add
                      : nest.formula->accumulate == Accumulate::max ? Flop::compare
                                                                    : Flop::mul;
    work.of(kind) += points;
  }
  if (!is_floating(dtype)) return work;
  work.add(loops.per_point, points);
  const Dim outputs = nest.output.elements();
  work.add(loops.per_output, outputs);
  for (const int added : {loops.bias, loops.summand})
    if (added >= 0 && context.has_input(static_cast<std::size_t>(added))) work.of(Flop::add) += outputs;
  return work;
}

}  // namespace macroscope
