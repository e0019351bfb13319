#include "analyzer/network/network.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "analyzer/network/long_lists.h"

namespace macroscope {
namespace {

auto key_of(const Function& function) { return std::tie(function.domain, function.name, function.overload); }

}  // namespace

std::int64_t version_in(std::span<const OperatorSet> sets, std::string_view domain) noexcept {
  const auto has_domain = [&](const OperatorSet& set) { return set.domain == domain; };
  const auto found = sets.size() > kFewEntries
                         ? std::lower_bound(sets.begin(), sets.end(), domain,
                                            [](const OperatorSet& set, std::string_view wanted) { return set.domain < wanted; })
                         : std::find_if(sets.begin(), sets.end(), has_domain);
  return found != sets.end() && has_domain(*found) ? found->version : std::numeric_limits<std::int64_t>::max();
}

void sort_if_many(std::vector<OperatorSet>& sets) {
  if (sets.size() > kFewEntries)
    std::stable_sort(sets.begin(), sets.end(), [](const OperatorSet& a, const OperatorSet& b) { return a.domain < b.domain; });
}

const Function* Network::find_function(std::string_view domain, std::string_view name, std::string_view overload) const noexcept {
  const auto is_meant = [&](const Function& function) {
    return function.name == name && function.domain == domain && function.overload == overload;
  };
  const auto found =
      functions.size() > kFewEntries
          ? std::lower_bound(functions.begin(), functions.end(), std::tie(domain, name, overload),
                             [](const Function& function, const auto& wanted) { return key_of(function) < wanted; })
          : std::find_if(functions.begin(), functions.end(), is_meant);
  return found != functions.end() && is_meant(*found) ? &*found : nullptr;
}

void sort_if_many(std::vector<Function>& functions) {
  if (functions.size() > kFewEntries)
    std::stable_sort(functions.begin(), functions.end(),
                     [](const Function& a, const Function& b) { return key_of(a) < key_of(b); });
}

Shape shape_of(const StoredTensor& tensor) {
  if (tensor.symbolic_shape != nullptr) return *tensor.symbolic_shape;
  const std::vector<Dim> extents(tensor.dims.begin(), tensor.dims.end());
  return Shape(extents);
}

std::string_view Network::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* copy = static_cast<char*>(arena->allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

namespace {

using Edges = std::vector<std::pair<NodeId, NodeId>>;

void add_edge(const Graph& graph, TensorId tensor, NodeId consumer, Edges& edges) {
  if (tensor == kAbsent || graph.tensors[tensor].producer == kNone) return;
  edges.emplace_back(graph.tensors[tensor].producer, consumer);
}

std::vector<bool> needed_for(const Graph& graph, std::span<const TensorId> results, const Edges& edges) {
  std::vector<std::vector<NodeId>> producers(graph.nodes.size());
  for (const auto& [producer, consumer] : edges) producers[consumer].push_back(producer);
  std::vector<bool> needed(graph.nodes.size());
  std::vector<NodeId> pending;
  const auto need = [&](NodeId node) {
    if (node == kNone || needed[node]) return;
    needed[node] = true;
    pending.push_back(node);
  };
  for (const TensorId result : results) need(graph.tensors[result].producer);
  while (!pending.empty()) {
    const NodeId node = pending.back();
    pending.pop_back();
    for (const NodeId producer : producers[node]) need(producer);
  }
  return needed;
}

/// The graph's nodes that only side outputs need, and everything within them.
void find_auxiliary_nodes(Network& network, Graph& graph, const Edges& edges) {
  if (graph.auxiliary_outputs.empty()) return;
  const std::vector<bool> needed = needed_for(graph, graph.outputs, edges);
  graph.auxiliary_nodes = needed_for(graph, graph.auxiliary_outputs, edges);
  std::vector<const Node*> pending;
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    if (needed[node]) graph.auxiliary_nodes[node] = false;
    if (graph.auxiliary_nodes[node]) pending.push_back(&graph.nodes[node]);
  }
  while (!pending.empty()) {
    const Node& node = *pending.back();
    pending.pop_back();
    for (const Attribute& attribute : node.attributes) {
      const auto* nested = std::get_if<GraphId>(&attribute.content);
      if (nested == nullptr) continue;
      Graph& within = network.graphs[*nested];
      within.auxiliary_nodes.assign(within.nodes.size(), true);
      for (const Node& inner : within.nodes) pending.push_back(&inner);
    }
  }
}

}  // namespace

std::vector<NodeId> complete(Network& network, GraphId id) {
  Graph& graph = network.graphs[id];
  for (NodeId node = 0; node < graph.nodes.size(); ++node)
    for (const TensorId output : graph.nodes[node].outputs)
      if (output != kAbsent) graph.tensors[output].producer = node;
  Edges edges;
  edges.reserve(2 * graph.nodes.size());
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    for (const TensorId input : graph.nodes[node].inputs) add_edge(graph, input, node, edges);
    for (const Attribute& attribute : graph.nodes[node].attributes)
      if (const auto* nested = std::get_if<GraphId>(&attribute.content))
        for (const Tensor& tensor : network.graphs[*nested].tensors) add_edge(graph, tensor.outer, node, edges);
  }
  Order order = order_of(static_cast<std::uint32_t>(graph.nodes.size()), edges);
  graph.order = std::move(order.nodes);
  find_auxiliary_nodes(network, graph, edges);
  return std::move(order.cycle);
}

}  // namespace macroscope
