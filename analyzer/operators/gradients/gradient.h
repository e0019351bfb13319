// Gradients of a loop nest: which nests are they, and what do they cost?
//
// The gradient of a loss L with respect to one operand is the same nest with the output and that operand exchanged:
//
//   z[i] = sum over j of x[i+j] w[j]          dL/dw[j] = sum over i of dL/dz[i] x[i+j]
//
// so it has the operand's shape, and of a contraction as many multiply-accumulates as the nest has points.  Operators that work element by
// element have a table of derivatives (see derivative.h).
//
// A layer of several nests has a gradient of each of them, and of what it makes between them: attention's scores, the gates of a recurrent cell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/operators/notation/index_sum.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

/// dL/d(one input), or of what the operator makes on the way to its result.
struct Gradient {
  /// Which input of the node; absent for what stands between its nests.
  std::optional<std::size_t> input{};
  WrittenEquation equation{};
  /// What it is in words: `the correlation of x with dL/dz`; empty where the equation says it all.
  std::string words{};
  Shape shape = Shape::unknown();
  /// Multiply-accumulates: those of the forward pass for an operand of a contraction, otherwise 0.
  Dim macs = 0;
};

/// One nest of a layer in the same notation: `z[i] = sum over j of x[i+j] w[j]`.
struct LayerFormula {
  WrittenEquation equation;
  /// What its letters mean that are no operands.
  std::string words{};
};

struct Gradients {
  /// The layer itself; none where it has no such form.
  std::vector<LayerFormula> forward{};
  /// In order of inputs, or in the order in which one is worked out from another; none for operators whose gradient has no line of its own,
  /// and for integer operands.
  std::vector<Gradient> of_inputs{};
};

/// \param graph that the node is in: a stored operand is called w
/// Never throws on what a model says: what is unknown is left out.
Gradients gradients_of(const Operator& row, const OpContext& context, const Graph& graph);

}  // namespace macroscope
