// Initialisation: how large should the weights of each layer be when training starts?
//
// A unit adds up fan_in products; with weights of variance 2 / fan_in (He) or 2 / (fan_in + fan_out) (Xavier) signals neither grow nor fade from
// layer to layer.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/passes/cost/parameters.h"

namespace macroscope {

struct FanOfLayer {
  /// Products that are added up to one result, and results that one operand takes part in.
  Dim in, out;

  /// sqrt(2 / fan_in), and sqrt(2 / (fan_in + fan_out)); empty where these are no numbers above 0.
  [[nodiscard]] std::optional<double> he() const;
  [[nodiscard]] std::optional<double> xavier() const;
};

struct Initialization {
  /// By ScopeId, then NodeId; empty for nodes without a weight that they contract with.
  std::vector<std::vector<std::optional<FanOfLayer>>> nodes;
};

/// Of convolutions, matrix products and recurrent cells (one gate, one direction) whose weight is stored with the model.
Initialization find_fans(const Network& network, const Shapes& shapes, const Parameters& parameters);

}  // namespace macroscope
