// Shared state of the redundancy searches.  Used by redundancy.cpp and the searches alone.
#pragma once

#include <utility>
#include <vector>

#include "analyzer/passes/structure/elementwise_provenance.h"
#include "analyzer/passes/structure/redundancy.h"

namespace macroscope::redundancies {

/// One graph in one scope.
struct ScopedGraph {
  const Network& network;
  ScopeId id;
  const Scope& scope;
  const Graph& graph;
  const Parameters& parameters;
  const std::vector<Cost>& costs;
  const ElementwiseProvenance& provenance;
  /// By TensorId: an output of the graph, or a side output.
  std::vector<bool> is_output;
};

/// What leaving out these nodes saves.
Opportunity without(const ScopedGraph& scoped, Redundancy kind, std::vector<NodeId> layers);

/// Groups of marked nodes that hang together by tensors between them, each in order of the file.
std::vector<std::vector<NodeId>> connected(const ScopedGraph& scoped, const std::vector<bool>& marked);

// The searches; each appends what it finds.
using Found = std::vector<Opportunity>;
void find_foldable(const ScopedGraph& scoped, Found& found);
void find_dead(const ScopedGraph& scoped, Found& found);
void find_identities(const ScopedGraph& scoped, Found& found);
void find_cancelling(const ScopedGraph& scoped, Found& found);
void find_constant(const ScopedGraph& scoped, Found& found);
void find_repeated(const ScopedGraph& scoped, Found& found);
/// Of stored tensors: tied, unused, by default.
void find_stored(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs, Found& found);

/// By NodeId: computes the same in each run, from what is stored or from sizes that are numbers.
std::vector<bool> constant_nodes(const ScopedGraph& scoped);

}  // namespace macroscope::redundancies
