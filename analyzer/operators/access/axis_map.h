// Access maps of an operator: which elements of its operands does an element of a result read, axis by axis?
//
// An operator's row names a rule for that, or its meaning gives it away: a loop nest, work per element.  What has neither reads what
// is unknown.
#pragma once

#include <cstddef>
#include <vector>

#include "analyzer/operators/access/access_map.h"
#include "analyzer/operators/op_context.h"

namespace macroscope {

class AxisMap {
 public:
  /// How the elements of an output read an operand: a reading an axis of the operand.
  void reads(std::size_t output, std::size_t operand, std::vector<AccessMap> axes) {
    entries_.push_back({output, operand, std::move(axes), false});
  }
  /// What this operand holds has no bearing on the output.
  void ignores(std::size_t output, std::size_t operand) { entries_.push_back({output, operand, {}, true}); }
  /// No output depends on what any operand holds: shapes, random numbers.
  bool reads_nothing = false;

  struct Entry {
    std::size_t output = 0, operand = 0;
    std::vector<AccessMap> axes;
    bool is_ignored = false;
  };
  /// Null where that is unknown.
  [[nodiscard]] const Entry* find(std::size_t output, std::size_t operand) const noexcept {
    for (const Entry& entry : entries_)
      if (entry.output == output && entry.operand == operand) return &entry;
    return nullptr;
  }

 private:
  std::vector<Entry> entries_;
};

namespace axis_maps {

/// Each axis as it is.
std::vector<AccessMap> same(std::size_t rank);
/// Each axis as it is but for one.
std::vector<AccessMap> same_but(const Shape& operand, std::size_t axis, AccessMap access);
/// Each axis as it is; those from `first` up to `last` read whole.
std::vector<AccessMap> whole_between(const Shape& operand, std::size_t first, std::size_t last);
/// By numpy's rule: where the operand has one element the result has many of.
std::vector<AccessMap> broadcast(const Shape& operand, const Shape& result);
/// Row-major elements stay in their order.
std::vector<AccessMap> regrouped(const Shape& operand, const Shape& result);

// Rules.

/// Every output reads every operand at its own place, where the operand broadcasts to it.
AxisMap elementwise(const OpContext& context);
/// The outputs are the first operand's elements in another shape.
AxisMap regroup(const OpContext& context);
/// Every output reads all of every operand.
AxisMap everything(const OpContext& context);
/// No output depends on what the operands hold.
AxisMap nothing(const OpContext& context);
/// Features of tokens along the last axis: every output reads them whole in every operand, the other axes at the same place where the extents
/// agree, counted from the first.
AxisMap tokens(const OpContext& context);
/// Rows along the last axis, each by itself: every output reads the last axis of every operand whole, the others at their place.
AxisMap rows(const OpContext& context);
/// The same for the axis that `axis` names, the last where it is left out.
AxisMap along_axis(const OpContext& context);
/// From the axis that `axis` names, the last where it is left out, to the end.
AxisMap from_axis(const OpContext& context);

}  // namespace axis_maps

}  // namespace macroscope
