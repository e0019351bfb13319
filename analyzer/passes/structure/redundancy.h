// Redundancies: what could be left out of a model without changing what it computes, and what would that save?
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/cost/parameters.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {

enum class Redundancy : std::uint8_t {
  foldable,    // a BatchNormalization that the layer before it could take up
  tied,        // one stored weight in several layers: what that saves already
  unused,      // a stored tensor that nothing reads
  dead,        // nodes that no output depends on
  identity,    // a node that gives back its input
  constant,    // nodes that compute the same in each run
  cancelling,  // two nodes, the second undoes the first
  repeated,    // nodes that compute what others have computed
  by_default   // the largest tensors that count as weights only because a file does not say what they are
};
inline constexpr std::size_t kRedundancies = 9;
/// `foldable`, `by_default`.
[[nodiscard]] std::string_view name_of(Redundancy redundancy) noexcept;

struct Opportunity {
  Redundancy kind = Redundancy::identity;
  ScopeId scope = 0;
  /// For foldable the layer that stays and then the one that goes, for tied all readers, otherwise what could go.
  std::vector<NodeId> layers;
  /// Stored tensors that it is about.
  std::vector<TensorId> tensors;

  // What is saved.
  std::uint64_t nodes = 0;
  Dim parameters;
  Dim statistics;
  Dim macs;
  Dim flops;
  /// Read and written for nodes, stored for tensors.
  Dim bytes;
};

/// Of all graphs that run; kinds in the order above, within a kind by layer.
std::vector<Opportunity> find_redundancies(const Network& network, const Shapes& shapes,
                                           const ElementwiseProvenances& provenances, const Parameters& parameters,
                                           const Costs& costs);

}  // namespace macroscope
