#include "analyzer/operators/access/lines_access.h"

#include <algorithm>
#include <map>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/notation/bound_lines.h"

namespace macroscope {
namespace {

using Form = LineIndex::Form;

/// One axis of a loop, whose letter may stand for several.
struct LoopAxis {
  std::size_t loop = 0, axis = 0;
  friend auto operator<=>(const LoopAxis&, const LoopAxis&) = default;
};

/// Where each axis of a loop is in a tensor; those that it leaves out are absent.
using AxisOfLoop = std::map<LoopAxis, std::size_t>;

class LineReader {
 public:
  LineReader(const Lines& row, const OpContext& context) : context_(context), bound_(row, context), body_(bound_.body()) {}

  AxisMap read() {
    AxisMap map;
    for (std::size_t output = 0; output < std::min(body_.outputs.size(), context_.output_count()); ++output) {
      reads_.clear();
      result_.clear();
      for (const Line& line : body_.lines)
        if (line.target.tensor == body_.outputs[output] && bound_.is_active(line)) result_ = axes_of(line.target);
      descend(body_.outputs[output], result_);
      for (auto& [input, axes] : reads_) map.reads(output, input, std::move(axes));
    }
    return map;
  }

 private:
  AxisOfLoop axes_of(const LineTensor& tensor) const {
    AxisOfLoop axis_of;
    std::size_t at = 0;
    for (const LineIndex& index : tensor.axes) {
      const std::size_t axes = bound_.loop(index.loop).extents.size();
      if (index.form != Form::loop) {
        axis_of[{index.loop, 0}] = at++;
        if (index.form == Form::groups) axis_of[{index.inner, 0}] = at - 1;
        continue;
      }
      for (std::size_t axis = 0; axis < axes; ++axis) {
        const bool is_left_out = index.reduction != LineIndex::kNotReduced && bound_.is_left_out(index.reduction, axis);
        if (!is_left_out) axis_of[{index.loop, axis}] = at;
        if (!is_left_out || bound_.keeps_axes()) ++at;
      }
    }
    return axis_of;
  }

  /// `seen`: the axes of loops that every line so far has kept.
  void descend(std::size_t tensor, const AxisOfLoop& seen) {
    if (std::find(path_.begin(), path_.end(), tensor) != path_.end()) return;
    path_.push_back(tensor);
    for (const Line& line : body_.lines) {
      if (line.target.tensor != tensor || !bound_.is_active(line)) continue;
      const AxisOfLoop kept = axes_of(line.target);
      AxisOfLoop both;
      for (const auto& [axis, at] : seen)
        if (kept.contains(axis)) both.emplace(axis, at);
      for (const LineTensor& operand : line.operands) {
        if (body_.is_input(operand.tensor)) {
          add(operand, both);
        } else {
          descend(operand.tensor, both);
        }
      }
    }
    path_.pop_back();
  }

  void add(const LineTensor& operand, const AxisOfLoop& seen) {
    const auto input = static_cast<std::size_t>(body_.inputs[operand.tensor]);
    if (!context_.has_input(input) || !context_.shape(input).known()) return;
    std::vector<AccessMap> axes = accesses(operand, context_.shape(input), seen);
    const auto [found, is_new] = reads_.try_emplace(input, axes);
    if (is_new) return;
    for (std::size_t axis = 0; axis < axes.size(); ++axis)
      if (!(found->second[axis] == axes[axis])) found->second[axis] = AccessMap::whole(context_.shape(input)[axis]);
  }

  std::vector<AccessMap> accesses(const LineTensor& operand, const Shape& shape, const AxisOfLoop& seen) const {
    std::vector<AccessMap> axes;
    const auto whole_or_along = [&](const LoopAxis& loop) {
      const auto found = seen.find(loop);
      const Dim& extent = shape[axes.size()];
      const bool is_there = found != seen.end();
      const bool is_stretched = is_there && extent.is(1) && !bound_.loop(loop.loop).extents[loop.axis].is(1);
      axes.push_back(!is_there || is_stretched ? AccessMap::whole(extent) : AccessMap::along(found->second));
    };
    if (operand.any_shape) return axis_maps::whole_between(shape, 0, shape.rank());
    for (const LineIndex& index : operand.axes) {
      if (index.form == Form::groups) {
        whole_or_along(seen.contains({index.inner, 0}) ? LoopAxis{index.loop, 0} : LoopAxis{kNoLoop, 0});
      } else if (index.form == Form::moved || index.form == Form::looked_up) {
        whole_or_along({kNoLoop, 0});
      } else if (!index.repeated) {
        whole_or_along({index.loop, 0});
      } else {
        const std::size_t loops = bound_.loop(index.loop).extents.size();
        const std::size_t rank = shape.rank() + 1 - operand.axes.size();
        for (std::size_t axis = 0; axis < rank; ++axis) whole_or_along({index.loop, loops - rank + axis});
      }
    }
    return axes;
  }

  static constexpr std::size_t kNoLoop = kMaxLoops;
  const OpContext& context_;
  const BoundLines bound_;
  const LineBody& body_;
  AxisOfLoop result_;
  std::vector<std::size_t> path_;
  std::map<std::size_t, std::vector<AccessMap>> reads_;
};

}  // namespace

AxisMap axes_of(const Lines& row, const OpContext& context) {
  return row.axes != nullptr ? row.axes(context) : LineReader(row, context).read();
}

}  // namespace macroscope
