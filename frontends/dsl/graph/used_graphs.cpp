#include "frontends/dsl/graph/used_graphs.h"

#include <algorithm>
#include <deque>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace macroscope::dsl {
namespace {

using Numbers = std::map<GraphId, GraphId>;

bool is_graph(const Attribute& attribute) { return std::holds_alternative<GraphId>(attribute.content); }

void renumber(Network& network, Node& node, const Numbers& numbers) {
  if (std::none_of(node.attributes.begin(), node.attributes.end(), is_graph)) return;
  std::vector<Attribute> attributes(node.attributes.begin(), node.attributes.end());
  for (Attribute& attribute : attributes)
    if (is_graph(attribute)) attribute.content = numbers.at(std::get<GraphId>(attribute.content));
  node.attributes = network.keep(std::span<const Attribute>(attributes));
}

}  // namespace

void keep_used_graphs(Network& network) {
  std::vector<GraphId> kept{0};
  Numbers numbers{{0, 0}};
  for (std::size_t next = 0; next < kept.size(); ++next)
    for (const Node& node : network.graphs[kept[next]].nodes)
      for (const Attribute& attribute : node.attributes)
        if (const auto* nested = std::get_if<GraphId>(&attribute.content);
            nested != nullptr && numbers.try_emplace(*nested, static_cast<GraphId>(kept.size())).second)
          kept.push_back(*nested);
  std::deque<Graph> graphs;
  for (const GraphId id : kept) {
    Graph& graph = graphs.emplace_back(std::move(network.graphs[id]));
    if (graph.parent != kNone) graph.parent = numbers.at(graph.parent);
    for (Node& node : graph.nodes) renumber(network, node, numbers);
  }
  network.graphs = std::move(graphs);
}

}  // namespace macroscope::dsl
