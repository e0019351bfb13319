// Savings: which structures save arithmetic and parameters against their dense baseline, and how much?
//
// A structure is found by its pattern: a 1x1 convolution before a 3x3 one, a depthwise before a pointwise one.  Its plain twin is one dense
// convolution (or matrix product) from the same input shape to the same output shape that sees as much; that of a convolution by itself is the
// dense layer that joins each element of its input with each of its output.  Findings overlap (a bottleneck may have
// a grouped middle): what they save does not add up.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {

enum class Structure : std::uint8_t {
  bottleneck,
  separable,
  grouped,
  factorised,
  stacked,
  dilated,
  low_rank,
  masked,
  convolution
};
inline constexpr std::size_t kStructures = 9;
/// `bottleneck`, `low_rank`.
[[nodiscard]] std::string_view name_of(Structure structure) noexcept;

/// A structure next to its plain twin.  Weights and biases of the layers count, not those of normalisation between them.
struct Saving {
  Structure kind = Structure::bottleneck;
  ScopeId scope = 0;
  std::vector<NodeId> layers;
  Dim macs;
  Dim twin_macs;
  Dim parameters;
  Dim twin_parameters;

  /// Of the twin's MACs the share that is saved, if that is one number for all values of the symbols.
  [[nodiscard]] std::optional<double> share() const;
};

/// All savings of all graphs that run, in order of the layers.
std::vector<Saving> find_savings(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                                 const Costs& costs);

}  // namespace macroscope
