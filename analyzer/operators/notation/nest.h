// Bound loop nest: what are the extent of each loop, the output's shape and the work of a nest at one node?
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/notation/window.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

/// One letter of a formula: an extent, or for a repeated letter one an axis.
struct LoopExtent {
  bool bound = false;
  boost::container::small_vector<Dim, 3> extents;
};

/// Which axes an `i/axes..` index reduces, and whether they stay as 1.
struct ReducedAxes {
  boost::container::small_vector<bool, 8> reduced;
  bool keep = true;
};

struct BoundNest {
  const Formula* formula = nullptr;
  boost::container::small_vector<LoopExtent, 7> loops;
  /// Windows of the spatial axes, their places, and the extents they move over (the input, or the output of a transposed convolution).
  std::vector<Window> windows;
  std::vector<Dim> positions;
  std::vector<Dim> window_extents;
  ReducedAxes reduction;
  Shape output;
  /// Taps of the weight that are known to be zero.
  TapMask mask = TapMask::none;

  /// Number of points of the whole nest: the product of all extents.
  [[nodiscard]] Dim points() const;
  /// The same without taps that fall into padding, are cropped or are masked.
  [[nodiscard]] Dim effective_points() const;
  /// `1*64*112*112*3*7*7`: extents of the loops on the left, then of the others.
  [[nodiscard]] std::string worked() const;
};

/// The nest whose condition holds at this site. \throws Unknown if none does
const Nest& nest_of(const Loops& loops, const OpContext& context);

/// Binds every loop from the operands' shapes and the node's attributes. \throws RuleError, Unknown
BoundNest bind(const Loops& loops, const OpContext& context);
/// The same for a formula and the shapes of its operands.
BoundNest bind(const Formula& formula, std::span<const Shape> operands, const OpContext& context);

std::vector<Fact> shape_of(const Loops& loops, const OpContext& context);
Work work_of(const Loops& loops, const OpContext& context);

}  // namespace macroscope
