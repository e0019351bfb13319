// Weighted layers: what are the convolutions and dense layers of a graph, in terms in which structures are compared?
#pragma once

#include <optional>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {

/// A convolution, or a product with a stored matrix: a convolution whose kernel has no axes.
struct WeightedLayer {
  NodeId node = 0;
  TensorId input = kAbsent;
  TensorId weight = kAbsent;
  TensorId output = kAbsent;
  Dim inputs;   // channels
  Dim outputs;  // channels
  std::int64_t groups = 1;
  std::vector<Dim> kernel;  // one extent a spatial axis
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  Dim positions;  // of the output, over the whole batch
  /// Of a convolution: samples in the batch, and elements of each in its input and its output.
  Dim samples, sample_inputs, sample_outputs;
  Dim macs;
  Dim weights;
  /// Those at one place of the kernel.
  Dim weights_of_tap;
  /// Taps of the kernel that a mask keeps; all of them without one.
  Dim taps;
  /// Elements of its bias; 0 without one.
  Dim bias;
  /// It applies a function to its result, so that what follows is no longer linear in its input.
  bool has_activation = false;

  [[nodiscard]] Dim parameters() const { return weights + bias; }
  [[nodiscard]] Dim kernel_elements() const { return product(kernel); }
  [[nodiscard]] bool is_convolution() const noexcept { return !kernel.empty(); }
  /// Every extent of the kernel is 1: a matrix product at each position.
  [[nodiscard]] bool is_pointwise() const;
  /// Each input channel has filters of its own.
  [[nodiscard]] bool is_depthwise() const { return groups > 1 && inputs.is(groups); }
  [[nodiscard]] bool is_dense() const noexcept { return groups == 1; }
  [[nodiscard]] bool has_unit_strides() const;
  [[nodiscard]] bool is_dilated() const;
};

/// The weighted layers of a graph, in an order in which they can be evaluated.
class WeightedLayers {
 public:
  WeightedLayers(const Network& network, const Scope& scope, const std::vector<Cost>& costs,
                 const ElementwiseProvenance& provenance);

  [[nodiscard]] const std::vector<WeightedLayer>& all() const noexcept { return layers_; }
  /// Null for a node that is none.
  [[nodiscard]] const WeightedLayer* at(NodeId node) const noexcept {
    return of_node_[node] == kNone ? nullptr : &layers_[of_node_[node]];
  }
  /// The one layer that takes what `layer` makes, across work on elements; null if something else takes it as well.
  [[nodiscard]] const WeightedLayer* only_consumer(const WeightedLayer& layer) const { return consumer(layer, false); }
  /// The same where averages over the map may be taken as well, as gates for channels are made of.
  [[nodiscard]] const WeightedLayer* only_consumer_but_averages(const WeightedLayer& layer) const {
    return consumer(layer, true);
  }

 private:
  [[nodiscard]] const WeightedLayer* consumer(const WeightedLayer& layer, bool averages_may) const;

  const Graph& graph_;
  const Scope& scope_;
  const ElementwiseProvenance& provenance_;
  std::vector<WeightedLayer> layers_;
  std::vector<std::uint32_t> of_node_;
};

}  // namespace macroscope
