// Example point: at which sizes is a model with open sizes shown as plain numbers?
//
// People read `4.09 G at batch = 1` sooner than a polynomial.  The point is chosen from what names and places of symbols usually mean
// (a batch of 1, images of 224 x 224, texts of 512 tokens), and moved where the model's own assumptions ask for other sizes: what must
// divide evenly does.  Reports name the point beside every number that depends on it.
#pragma once

#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/evaluation.h"
#include "analyzer/network/network.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// A size for every symbol of the model, by identifier; none where no size is open.
struct ExamplePoint : SizePoint {
  /// Do all of the model's assumptions hold there, as far as they can be evaluated?
  bool keeps_assumptions = true;

  /// Those symbols of the model, in its order, that have a size here and that some of the quantities depends on.
  [[nodiscard]] std::vector<const Symbol*> used_in(const std::vector<const Dim*>& quantities, const SymbolTable& symbols) const;
};

[[nodiscard]] ExamplePoint example_point(const Network& network, const Shapes& shapes);

}  // namespace macroscope
