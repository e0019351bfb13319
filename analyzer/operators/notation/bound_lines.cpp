#include "analyzer/operators/notation/bound_lines.h"

#include <algorithm>

#include "analyzer/operators/broadcast.h"
#include "analyzer/operators/operands.h"

namespace macroscope {
namespace {

using Form = LineIndex::Form;

bool may_float(DataType dtype) { return dtype == DataType::unknown || is_floating(dtype); }

/// Number of axes that the repeated index of an operand stands for.
std::size_t repeats(const LineBody& body, const LineTensor& operand, const Shape& shape) {
  const std::size_t fixed = operand.axes.size() - (operand.repeated_at >= 0 ? 1 : 0);
  const bool fits = operand.repeated_at >= 0 ? shape.rank() >= fixed : shape.rank() == fixed;
  if (!fits)
    fail("bad-rank", "{} is {}, but {} axes are needed{}", body.tensors[operand.tensor], shape.text(), fixed,
         operand.repeated_at >= 0 ? " at least" : "");
  return shape.rank() - fixed;
}

/// Which of the costs of a line are there, and whether it computes in floating numbers.
class LineWork {
 public:
  LineWork(const Lines& row, const OpContext& context)
      : row_(row),
        context_(context),
        bound_(row, context),
        body_(bound_.body()),
        types_(body_.tensors.size(), DataType::unknown) {
    for (std::size_t tensor = 0; tensor < types_.size(); ++tensor)
      if (body_.is_input(tensor)) types_[tensor] = context.dtype(static_cast<std::size_t>(body_.inputs[tensor]));
    for (std::size_t output = 0; output < body_.outputs.size(); ++output)
      types_[body_.outputs[output]] = context.output(output).type.dtype;
  }

  Work total() {
    Work work = row_.further == nullptr ? Work{} : row_.further(context_);
    for (const ComputedLine& line : lines()) {
      if (line.line->is_prepared) continue;
      if (line.line->is_contraction) {
        add_contraction(line, work);
      } else if (!line.effort.is_zero()) {
        work.add(line.effort, line.points);
      }
    }
    if (!per_pair_.is(0)) work.add_macs(pairs_, row_.visible(context_, per_pair_), pair_type_);
    return work;
  }

  std::vector<ComputedLine> lines() {
    std::vector<ComputedLine> lines;
    for (const Line& line : body_.lines)
      if (bound_.is_active(line)) lines.push_back(computed(line));
    return lines;
  }

 private:
  /// In order: what a line computes in depends on the lines before it.
  ComputedLine computed(const Line& line) {
    ComputedLine computed{&line, line.is_contraction ? types_[line.operands.front().tensor] : DataType::unknown, 0, {}};
    const DataType type = type_of(line);
    types_[line.target.tensor] = type;
    if (line.is_prepared) return computed;
    if (line.is_contraction) {
      computed.points = bound_.points(line);
      return computed;
    }
    computed.dtype = type;
    if (!may_float(type) && !line.converts) return computed;
    computed.effort = accumulated(line.assign);
    for (const LineCost& cost : line.costs)
      if (is_given(cost)) computed.effort = sum(computed.effort, cost.effort);
    if (!computed.effort.is_zero()) computed.points = bound_.points(line);
    return computed;
  }

  /// Where a row knows which pairs of query and key are seen, a product for each pair counts where it is.
  void add_contraction(const ComputedLine& line, Work& work) {
    const std::optional<Dim> per_pair = row_.visible == nullptr ? std::nullopt : per_pair_of(*line.line);
    if (!per_pair) return work.add_macs(line.points, line.dtype);
    per_pair_ += *per_pair;
    pairs_ += line.points;
    pair_type_ = line.dtype;
  }

  /// Points of a line for each pair of the loops q and k; empty where it has not both.
  std::optional<Dim> per_pair_of(const Line& line) const {
    Dim others = 1;
    int found = 0;
    std::vector<bool> is_counted(body_.loops.size(), false);
    for (const LineTensor& operand : line.operands)
      for (const LineIndex& index : operand.axes) {
        if (index.form == Form::looked_up || is_counted[index.loop]) continue;
        is_counted[index.loop] = true;
        const bool is_of_pair = body_.loops[index.loop] == "q" || body_.loops[index.loop] == "k";
        found += is_of_pair ? 1 : 0;
        if (!is_of_pair) others *= product({bound_.loop(index.loop).extents.data(), bound_.loop(index.loop).extents.size()});
      }
    return found == 2 ? std::optional(others) : std::nullopt;
  }

  DataType type_of(const Line& line) const {
    DataType type = types_[line.target.tensor];
    for (const LineTensor& operand : line.operands) {
      const DataType other = types_[operand.tensor];
      if (type == DataType::unknown || (!may_float(type) && may_float(other))) type = other;
    }
    return line.converts && !is_floating(type) ? DataType::float32 : type;
  }

  bool is_given(const LineCost& cost) const {
    if (cost.operand >= 0) {
      const auto tensor = static_cast<std::size_t>(cost.operand);
      return !body_.is_input(tensor) || context_.has_input(static_cast<std::size_t>(body_.inputs[tensor]));
    }
    return cost.attribute.empty() || context_.real(cost.attribute, cost.neutral) != cost.neutral;
  }

  static Effort accumulated(Assign assign) {
    switch (assign) {
      case Assign::add:
        return {.add = 1};
      case Assign::max:
        return {.compare = 1};
      case Assign::multiply:
        return {.mul = 1};
      case Assign::once:
        break;
    }
    return {};
  }

  const Lines& row_;
  const OpContext& context_;
  const BoundLines bound_;
  const LineBody& body_;
  std::vector<DataType> types_;
  Dim per_pair_, pairs_;
  DataType pair_type_ = DataType::unknown;
};

}  // namespace

void LoopExtents::set(std::string_view name, const Dim& extent) {
  const auto found = std::find(body_.loops.begin(), body_.loops.end(), name);
  if (found == body_.loops.end()) return;
  LoopExtent& loop = loops_[static_cast<std::size_t>(found - body_.loops.begin())];
  loop.extents.assign(1, extent);
  loop.bound = true;
}

BoundLines::BoundLines(const Lines& row, const OpContext& context)
    : row_(row), body_(lines_of(row.text)), context_(context), loops_(body_.loops.size()) {
  declare();
  if (row.loops != nullptr) {
    LoopExtents extents(body_, {loops_.data(), loops_.size()});
    row.loops(context, extents);
  }
  boost::container::small_vector<const LineTensor*, 4> stretched;
  for (const Line& line : body_.lines) {
    if (!is_active(line)) continue;
    for (const LineTensor& operand : line.operands) {
      if (!body_.is_input(operand.tensor)) continue;
      const auto input = static_cast<std::size_t>(body_.inputs[operand.tensor]);
      if (!context.has_input(input)) {
        require(operand.optional, "missing-input", "operand {} is left out", input);
        continue;
      }
      if (row.loops != nullptr || operand.any_shape || !context.shape(input).known()) continue;
      bind(operand, context.shape(input));
      if (operand.repeated_at >= 0 && operand.axes[static_cast<std::size_t>(operand.repeated_at)].stretched)
        stretched.push_back(&operand);
    }
  }
  if (row.shape != nullptr && row.loops == nullptr) bind_results();
  for (const LineTensor* operand : stretched)
    check_stretched(*operand, context.shape(static_cast<std::size_t>(body_.inputs[operand->tensor])));
  bind_reductions();
}

void BoundLines::declare() {
  for (const DeclaredLoop& declared : body_.declared) {
    LoopExtent& loop = loops_[declared.loop];
    const std::optional<Dim> given = declared.attribute.empty() ? std::nullopt : context_.size(declared.attribute);
    require(given || declared.otherwise, "bad-attribute", "{} must be given and above 0", declared.attribute);
    const Dim extent = given ? *given : Dim(*declared.otherwise);
    require(at_least(extent, 1) != Certainty::never, "bad-attribute", "{} is {}", declared.attribute, extent);
    loop.extents.assign(1, extent);
    loop.bound = true;
  }
}

void BoundLines::bind_results() {
  for (const Line& line : body_.lines) {
    const auto output = std::find(body_.outputs.begin(), body_.outputs.end(), line.target.tensor);
    if (output == body_.outputs.end() || line.target.any_shape || !is_active(line)) continue;
    const Shape& shape = context_.output(static_cast<std::size_t>(output - body_.outputs.begin())).type.shape;
    if (shape.known()) bind(line.target, shape);
  }
}

bool BoundLines::is_active(const Line& line) const {
  return std::all_of(line.guards.begin(), line.guards.end(), [&](const LineGuard& guard) {
    const auto holds = [&]() -> bool {
      if (guard.value) {
        if (const auto* number = std::get_if<std::int64_t>(&*guard.value)) return context_.integer(guard.name) == *number;
        return context_.text(guard.name, {}) == std::get<std::string_view>(*guard.value);
      }
      for (const LineCondition& condition : row_.conditions)
        if (condition.name == guard.name) return condition.holds(context_);
      const auto found = std::find(body_.tensors.begin(), body_.tensors.end(), guard.name);
      if (found == body_.tensors.end()) return context_.integer(guard.name, 0) != 0;
      const auto tensor = static_cast<std::size_t>(found - body_.tensors.begin());
      if (body_.is_input(tensor)) return context_.has_input(static_cast<std::size_t>(body_.inputs[tensor]));
      const auto output = std::find(body_.outputs.begin(), body_.outputs.end(), tensor);
      return output != body_.outputs.end() && context_.has_output(static_cast<std::size_t>(output - body_.outputs.begin()));
    };
    return holds() != guard.negated;
  });
}

void BoundLines::bind(const LineTensor& operand, const Shape& shape) {
  if (operand.repeated_at >= 0 && operand.axes[static_cast<std::size_t>(operand.repeated_at)].stretched &&
      operand.axes.size() == 1)
    return;
  const std::size_t repeated = repeats(body_, operand, shape);
  std::size_t axis = 0;
  for (const LineIndex& index : operand.axes) {
    const std::size_t count = index.repeated ? repeated : 1;
    bind_index(index, shape.dims().subspan(axis, count), operand);
    axis += count;
  }
}

void BoundLines::bind_index(const LineIndex& index, std::span<const Dim> extents, const LineTensor& operand) {
  if (index.form == Form::moved || index.form == Form::looked_up || index.stretched || index.reduction != LineIndex::kNotReduced)
    return;
  if (index.form == Form::groups) return bind_groups(index, extents.front(), operand);
  LoopExtent& loop = loops_[index.loop];
  if (!loop.bound) {
    loop.extents.assign(extents.begin(), extents.end());
    loop.bound = true;
  } else if (index.repeated) {
    if (extents.size() > loop.extents.size())
      loop.extents.insert(loop.extents.begin(), extents.size() - loop.extents.size(), Dim(1));
    const std::size_t offset = loop.extents.size() - extents.size();
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
      loop.extents[offset + axis] = broadcast(context_, loop.extents[offset + axis], extents[axis]);
  } else {
    check_equal(loop.extents.front(), extents.front(), index.loop, operand);
    if (extents.front().is_number()) loop.extents.front() = extents.front();
  }
}

void BoundLines::bind_groups(const LineIndex& index, const Dim& extent, const LineTensor& operand) {
  LoopExtent& group = loops_[index.loop];
  LoopExtent& within = loops_[index.inner];
  if (!group.bound && within.bound) {
    group.extents.assign(1, exact_share(context_, extent, within.extents.front(), "an axis over the extent of its groups"));
    group.bound = true;
  }
  if (!group.bound) {
    constexpr std::string_view kNames[] = {"group", "groups", "num_groups"};
    const auto* name =
        std::find_if(std::begin(kNames), std::end(kNames), [&](auto each) { return context_.has_attribute(each); });
    const Dim groups = name == std::end(kNames) ? Dim(1) : context_.size(*name, 1);
    require(at_least(groups, 1) != Certainty::never, "bad-attribute", "{} is {}", name == std::end(kNames) ? "group" : *name,
            groups);
    group.extents.assign(1, groups);
    group.bound = true;
  }
  if (within.bound) return check_equal(group.extents.front() * within.extents.front(), extent, index.inner, operand);
  within.extents.assign(1, exact_share(context_, extent, group.extents.front(), "an axis over its groups"));
  within.bound = true;
}

void BoundLines::check_equal(const Dim& a, const Dim& b, std::uint8_t loop, const LineTensor& operand) const {
  if (a == b) return;
  context_.must_equal(a, b, fmt::format("loop '{}' in {}", body_.loops[loop], body_.tensors[operand.tensor]));
}

void BoundLines::check_stretched(const LineTensor& operand, const Shape& shape) const {
  const LineIndex& index = operand.axes[static_cast<std::size_t>(operand.repeated_at)];
  const LoopExtent& loop = loops_[index.loop];
  if (!loop.bound || operand.axes.size() != 1) return;
  require(shape.rank() <= loop.extents.size(), "shape-mismatch", "{} is {}, what it applies to has {} axes",
          body_.tensors[operand.tensor], shape, loop.extents.size());
  const std::size_t offset = loop.extents.size() - shape.rank();
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    if (!shape[axis].is(1)) context_.must_equal(shape[axis], loop.extents[offset + axis], "an axis of the scale or shift");
}

void BoundLines::bind_reductions() {
  for (const LineReduction& reduction : body_.reductions) {
    const LoopExtent& loop = loops_[reduction.loop];
    reductions_.push_back(loop.bound ? reduced(reduction, loop.extents.size()) : ReducedAxes{});
  }
}

ReducedAxes BoundLines::reduced(const LineReduction& reduction, std::size_t rank) const {
  ReducedAxes axes;
  axes.keep = context_.integer("keepdims", 1) != 0;
  axes.reduced.assign(rank, reduction.kind == LineReduction::Kind::all);
  if (reduction.kind == LineReduction::Kind::all) return axes;
  if (reduction.kind == LineReduction::Kind::axes) {
    std::vector<std::int64_t> given = reduction.otherwise;
    if (const auto attribute = context_.integer_list("axes")) given.assign(attribute->begin(), attribute->end());
    if (given.empty()) axes.reduced.assign(rank, true);
    for (const std::int64_t axis : given) axes.reduced[OpContext::axis_of(axis, rank)] = true;
    return axes;
  }
  require(rank >= 1, "bad-rank", "a scalar has no axis to work along");
  // A vector has no axis 1, the default of some first versions, which take it as one row.
  const bool is_vector = rank == 1 && !context_.has_attribute("axis");
  const std::size_t first = is_vector ? 0 : OpContext::axis_of(context_.integer("axis", reduction.otherwise.front()), rank);
  const std::size_t last = reduction.kind == LineReduction::Kind::axis ? first + 1 : rank;
  std::fill(axes.reduced.begin() + static_cast<std::ptrdiff_t>(first), axes.reduced.begin() + static_cast<std::ptrdiff_t>(last),
            true);
  return axes;
}

const LoopExtent& BoundLines::bound(std::size_t loop) const {
  if (!loops_[loop].bound) throw Unknown();
  return loops_[loop];
}

Dim BoundLines::points(const Line& line) const {
  // A loop counts whole unless all that is in the line leaves out some of its axes.
  constexpr std::int8_t kNotThere = -3;
  boost::container::small_vector<std::int8_t, 16> as(loops_.size(), kNotThere);
  const auto mark = [&](std::size_t loop, std::int8_t reduction) {
    if (as[loop] == kNotThere || reduction == LineIndex::kNotReduced) as[loop] = reduction;
  };
  const auto read = [&](const LineTensor& tensor) {
    for (const LineIndex& index : tensor.axes) {
      if (index.stretched || index.form == Form::looked_up) continue;
      mark(index.loop, index.reduction);
      if (index.form == Form::groups || index.adds_inner) mark(index.inner, LineIndex::kNotReduced);
    }
  };
  read(line.target);
  for (const LineTensor& operand : line.operands) read(operand);
  Dim points = 1;
  for (std::size_t loop = 0; loop < loops_.size(); ++loop) {
    if (as[loop] == kNotThere) continue;
    const LoopExtent& extents = bound(loop);
    for (std::size_t axis = 0; axis < extents.extents.size(); ++axis)
      if (as[loop] == LineIndex::kNotReduced || !is_left_out(as[loop], axis)) points *= extents.extents[axis];
  }
  return points;
}

Shape BoundLines::shape_of(const LineTensor& target) const {
  boost::container::small_vector<Dim, 8> dims;
  for (const LineIndex& index : target.axes) {
    const LoopExtent& loop = bound(index.loop);
    if (index.form == Form::groups) {
      dims.push_back(loop.extents.front() * bound(index.inner).extents.front());
      continue;
    }
    for (std::size_t axis = 0; axis < loop.extents.size(); ++axis) {
      if (index.reduction == LineIndex::kNotReduced || !is_left_out(index.reduction, axis)) {
        dims.push_back(loop.extents[axis]);
      } else if (reductions_[static_cast<std::size_t>(index.reduction)].keep) {
        dims.push_back(1);
      }
    }
  }
  // Many a layer keeps its input's shape; then both have one.
  const Shape& input = context_.shape(0);
  if (input.known() && std::equal(dims.begin(), dims.end(), input.begin(), input.end())) return input;
  return Shape(std::span<const Dim>(dims.data(), dims.size()));
}

std::vector<Fact> shape_of(const Lines& row, const OpContext& context) {
  if (row.check != nullptr) row.check(context);
  if (row.shape != nullptr) return row.shape(context);
  const BoundLines bound(row, context);
  const LineBody& body = bound.body();
  std::vector<Fact> results;
  for (std::size_t output = 0; output < std::min(body.outputs.size(), std::max<std::size_t>(context.output_count(), 1));
       ++output) {
    Fact result = Fact::tensor(row.dtype == nullptr ? context.dtype(0) : row.dtype(context, output));
    for (const Line& line : body.lines) {
      if (line.target.tensor != body.outputs[output] || !bound.is_active(line)) continue;
      try {
        result.type.shape = bound.shape_of(line.target);
      } catch (const Unknown&) {}
      break;
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<ComputedLine> computed_lines(const Lines& row, const OpContext& context) { return LineWork(row, context).lines(); }

Work work_of(const Lines& row, const OpContext& context) { return LineWork(row, context).total(); }

}  // namespace macroscope
