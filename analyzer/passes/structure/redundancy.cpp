#include "analyzer/passes/structure/redundancy.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "analyzer/passes/structure/redundancy_search.h"

namespace macroscope {
namespace redundancies {
namespace {

/// Sets of nodes that are merged; a set is known by its root.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), NodeId{0}); }
  NodeId root(NodeId node) {
    while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
    return node;
  }
  /// The smaller root stays.
  void merge(NodeId a, NodeId b) {
    a = root(a), b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<NodeId> parent_;
};

}  // namespace

Opportunity without(const ScopedGraph& scoped, Redundancy kind, std::vector<NodeId> layers) {
  Opportunity opportunity;
  opportunity.kind = kind;
  opportunity.scope = scoped.id;
  opportunity.nodes = layers.size();
  for (const NodeId node : layers) {
    const Cost& cost = scoped.costs[node];
    // Of dead nodes alone the weights go, too; what others compute still needs them.
    if (kind == Redundancy::dead) opportunity.parameters += scoped.parameters.of_node[scoped.scope.graph][node];
    opportunity.macs += cost.macs;
    opportunity.flops += cost.flops();
    opportunity.bytes += cost.bytes_read + cost.bytes_written;
  }
  opportunity.layers = std::move(layers);
  return opportunity;
}

std::vector<std::vector<NodeId>> connected(const ScopedGraph& scoped, const std::vector<bool>& marked) {
  Sets sets(marked.size());
  for (NodeId node = 0; node < marked.size(); ++node) {
    if (!marked[node]) continue;
    for (const TensorId input : scoped.graph.nodes[node].inputs) {
      const NodeId producer = input == kAbsent ? kNone : scoped.graph.tensors[input].producer;
      if (producer != kNone && marked[producer]) sets.merge(node, producer);
    }
  }
  std::vector<std::vector<NodeId>> groups;
  std::vector<std::uint32_t> group_of(marked.size(), kNone);
  for (NodeId node = 0; node < marked.size(); ++node) {
    if (!marked[node]) continue;
    std::uint32_t& group = group_of[sets.root(node)];
    if (group == kNone) {
      group = static_cast<std::uint32_t>(groups.size());
      groups.emplace_back();
    }
    groups[group].push_back(node);
  }
  return groups;
}

}  // namespace redundancies

std::string_view name_of(Redundancy redundancy) noexcept {
  static constexpr std::array<std::string_view, kRedundancies> kNames{
      "foldable", "tied", "unused", "dead", "identity", "constant", "cancelling", "repeated", "by_default"};
  return kNames[static_cast<std::size_t>(redundancy)];
}

std::vector<Opportunity> find_redundancies(const Network& network, const Shapes& shapes,
                                           const ElementwiseProvenances& provenances, const Parameters& parameters,
                                           const Costs& costs) {
  using Search = void (*)(const redundancies::ScopedGraph&, redundancies::Found&);
  static constexpr std::array<Search, 6> kSearches{redundancies::find_foldable,   redundancies::find_dead,
                                                   redundancies::find_identities, redundancies::find_constant,
                                                   redundancies::find_cancelling, redundancies::find_repeated};
  std::vector<Opportunity> found;
  redundancies::find_stored(network, shapes, parameters, costs, found);
  for (ScopeId id = 0; id < shapes.scopes.size(); ++id) {
    const Scope& scope = shapes.scopes[id];
    const ElementwiseProvenance* provenance = provenances.of(id);
    if (provenance == nullptr) continue;
    const Graph& graph = network.graphs[scope.graph];
    redundancies::ScopedGraph scoped{
        network, id, scope, graph, parameters, costs.nodes[id], *provenance, std::vector<bool>(graph.tensors.size())};
    for (const std::vector<TensorId>* outputs : {&graph.outputs, &graph.auxiliary_outputs})
      for (const TensorId output : *outputs) scoped.is_output[output] = true;
    for (const Search search : kSearches) {
      try {
        search(scoped, found);
      } catch (const AlgebraError&) {
        continue;  // a sum past 128 bits
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Opportunity& a, const Opportunity& b) { return a.kind < b.kind; });
  return found;
}

}  // namespace macroscope
