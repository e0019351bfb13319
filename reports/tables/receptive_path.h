// Path of receptive fields: through which layers does the deepest tensor see the input, and what does an element of each of them see?
//
// From the last tensor whose elements see a part of the input back to it, always to the operand that sees most: the way that a receptive
// field grows along, layer by layer.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

/// The last tensor in the order of evaluation of which the input has an extent along every axis; kAbsent if there is none.
[[nodiscard]] TensorId last_with_extents(const Figures& figures, std::uint32_t input);

/// A tensor on the way.
struct ReceptiveStep {
  /// kNone for the input itself.
  NodeId node = kNone;
  TensorId tensor = kAbsent;
  /// By spatial axis of the input: how many positions the tensor has along the axis that goes with it, and what one of them sees.
  std::vector<Dim> extents{};
  std::vector<AxisField> fields{};
};

/// From the input on, without layers that see what the one before them sees.  Empty where no layer sees a part of the input, and for inputs
/// of more than two spatial axes.
[[nodiscard]] std::vector<ReceptiveStep> receptive_path(const Figures& figures);

/// A row for each step; numbers of several axes are joined by ` x `.
[[nodiscard]] Table receptive_path_table(const Figures& figures);

}  // namespace macroscope
