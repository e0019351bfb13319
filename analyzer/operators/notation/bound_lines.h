// Lines at one node: what do their loops come to there, and so the shapes of the results and the work?
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "analyzer/operators/notation/lines.h"
#include "analyzer/operators/notation/nest.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

/// Extents of loops by name, for rules that know them better than the shapes of operands do.
class LoopExtents {
 public:
  LoopExtents(const LineBody& body, std::span<LoopExtent> loops) : body_(body), loops_(loops) {}

  /// A loop that the text does not have is no mistake: rows of several texts share a rule.
  void set(std::string_view name, const Dim& extent);

 private:
  const LineBody& body_;
  std::span<LoopExtent> loops_;
};

class BoundLines {
 public:
  /// \throws RuleError, Unknown
  BoundLines(const Lines& row, const OpContext& context);

  [[nodiscard]] const LineBody& body() const noexcept { return body_; }
  [[nodiscard]] const LoopExtent& loop(std::size_t index) const noexcept { return loops_[index]; }
  [[nodiscard]] bool is_active(const Line& line) const;
  /// How often a line is computed: the product of the extents of its loops. \throws Unknown
  [[nodiscard]] Dim points(const Line& line) const;
  /// The shape of what a line assigns. \throws Unknown
  [[nodiscard]] Shape shape_of(const LineTensor& target) const;
  /// Whether an index that leaves axes out leaves out this one.
  [[nodiscard]] bool is_left_out(std::int8_t reduction, std::size_t axis) const {
    return reductions_[static_cast<std::size_t>(reduction)].reduced[axis];
  }
  /// Whether axes that are left out stay as 1.
  [[nodiscard]] bool keeps_axes() const { return reductions_.empty() || reductions_.front().keep; }

 private:
  void declare();
  /// Results whose shapes a rule of the row told tell the extents of their loops.
  void bind_results();
  void bind(const LineTensor& operand, const Shape& shape);
  void bind_index(const LineIndex& index, std::span<const Dim> extents, const LineTensor& operand);
  void bind_groups(const LineIndex& index, const Dim& extent, const LineTensor& operand);
  void check_stretched(const LineTensor& operand, const Shape& shape) const;
  void check_equal(const Dim& a, const Dim& b, std::uint8_t loop, const LineTensor& operand) const;
  void bind_reductions();
  [[nodiscard]] ReducedAxes reduced(const LineReduction& reduction, std::size_t rank) const;
  [[nodiscard]] const LoopExtent& bound(std::size_t loop) const;

  const Lines& row_;
  const LineBody& body_;
  const OpContext& context_;
  boost::container::small_vector<LoopExtent, 8> loops_;
  boost::container::small_vector<ReducedAxes, 2> reductions_;
};

/// A line as it is computed at one node.
struct ComputedLine {
  const Line* line = nullptr;
  /// What it computes in.
  DataType dtype = DataType::unknown;
  /// How often; 0 where it costs nothing: made of stored weights, or of integers.
  Dim points;
  /// Besides the multiply-accumulate of a contraction, each time.
  Effort effort{};
};
/// Those that are computed there, in order. \throws RuleError, Unknown
[[nodiscard]] std::vector<ComputedLine> computed_lines(const Lines& row, const OpContext& context);

std::vector<Fact> shape_of(const Lines& row, const OpContext& context);
Work work_of(const Lines& row, const OpContext& context);

}  // namespace macroscope
