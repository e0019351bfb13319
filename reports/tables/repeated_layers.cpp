#include "reports/tables/repeated_layers.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "analyzer/algebra/characters.h"

namespace macroscope {
namespace {

/// Beside the parameters, which a layer with tied weights has none of.
constexpr Metric kCompared[] = {Metric::macs, Metric::flops, Metric::bytes_written};

/// The digits that a text begins with.
std::string_view number_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  return text.substr(0, end);
}

/// What layers of one group have in common, as a text that tells groups apart.
class GroupKeys {
 public:
  explicit GroupKeys(const Figures& figures)
      : figures_(figures), graph_(figures.network().main()), scope_(figures.analysis().shapes.scopes.front()) {}

  [[nodiscard]] std::string of(NodeId node) {
    std::string key = name_without_numbers(shown_name(graph_, graph_.nodes[node]));
    add(figures_.of_layer(Metric::parameters, 0, node), key);
    return key + (scope_.classes.is_shared(node) ? of_class(scope_.classes.first_of(node)) : operation_of(node));
  }

 private:
  static void add(const std::optional<Quantity>& amount, std::string& key) {
    key += '\0';
    key += amount ? amount->value.text() : "?";
  }

  /// Its operator, what comes out and what that takes: the same for all nodes of a class, and written once for them.
  const std::string& of_class(NodeId first) {
    const auto [known, is_new] = of_class_.try_emplace(first);
    if (is_new) known->second = operation_of(first);
    return known->second;
  }
  [[nodiscard]] std::string operation_of(NodeId node) const {
    const Node& layer = graph_.nodes[node];
    std::string key(1, '\0');
    key += shown_operator(layer.domain, layer.op);
    key += '\0';
    if (!layer.outputs.empty() && layer.outputs.front() != kAbsent) {
      const Type& type = scope_.facts[layer.outputs.front()].type;
      if (type.shape.known()) key += type.shape.text();
    }
    for (const Metric metric : kCompared) add(figures_.of_layer(metric, 0, node), key);
    return key;
  }

  const Figures& figures_;
  const Graph& graph_;
  const Scope& scope_;
  std::unordered_map<NodeId, std::string> of_class_;
};

}  // namespace

std::vector<std::vector<NodeId>> repeated_layers(const Figures& figures, std::span<const NodeId> layers) {
  std::vector<std::vector<NodeId>> groups;
  std::unordered_map<std::string, std::size_t> group_of;
  GroupKeys keys(figures);
  for (const NodeId node : layers) {
    const auto [group, is_new] = group_of.try_emplace(keys.of(node), groups.size());
    if (is_new) groups.emplace_back();
    groups[group->second].push_back(node);
  }
  return groups;
}

std::string name_without_numbers(std::string_view name) {
  std::string without;
  while (!name.empty()) {
    const std::size_t digits = number_at(name).size();
    without += digits > 0 ? '#' : name.front();
    name.remove_prefix(digits > 0 ? digits : 1);
  }
  return without;
}

std::string name_of_repeated(const Graph& graph, std::span<const NodeId> layers) {
  std::string_view first = shown_name(graph, graph.nodes[layers.front()]);
  std::string_view last = shown_name(graph, graph.nodes[layers.back()]);
  if (layers.size() == 1) return std::string(first);
  std::string name;
  while (!first.empty() && !last.empty()) {
    const std::string_view from = number_at(first);
    const std::string_view to = number_at(last);
    if (from.empty()) {
      name += first.front();
    } else {
      name += from == to ? std::string(from) : fmt::format("{}…{}", from, to);
    }
    first.remove_prefix(from.empty() ? 1 : from.size());
    last.remove_prefix(from.empty() ? 1 : to.size());
  }
  return fmt::format("{} ({} x)", name, layers.size());
}

}  // namespace macroscope
