// Conditions on sizes: which branch does an If take for sizes in general?
//
// Exporters write Squeeze of an axis whose extent they do not know as an If: where it is 1 the axis goes, otherwise it stays, and the two
// results differ in rank.  No shape stands for both, so one of them is taken and what that assumes is said.
#pragma once

#include <optional>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// The condition of an If compares a size with a number.
struct SizeCondition {
  /// What the condition is where the size is that number.
  bool is_true_where_equal = true;
  /// Whether the size is taken to be that number: an axis is squeezed where it is computed to vanish, and what the user names (a batch) is
  /// seldom 1.
  bool is_taken_as_equal = false;
  /// The size and the number.
  Dim size, number;

  [[nodiscard]] bool holds(bool is_equal) const noexcept { return is_equal == is_true_where_equal; }
  /// `N != 1`.
  [[nodiscard]] Assumption assumption(bool is_equal) const;
};

/// Of an If whose condition is not known; empty where it is anything else.
[[nodiscard]] std::optional<SizeCondition> size_condition(const Network& network, const Scope& scope, NodeId node);

}  // namespace macroscope
