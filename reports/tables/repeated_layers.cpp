#include "reports/tables/repeated_layers.h"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

namespace macroscope {
namespace {

constexpr Metric kCompared[] = {Metric::parameters, Metric::macs, Metric::flops, Metric::bytes_written};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits that a text begins with.
std::string_view number_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  return text.substr(0, end);
}

/// What layers of one group have in common.
std::string key_of(const Figures& figures, NodeId node) {
  const Graph& graph = figures.network().main();
  const Node& layer = graph.nodes[node];
  std::string key = shown_operator(layer.domain, layer.op);
  key += '\0';
  key += name_without_numbers(shown_name(graph, layer));
  key += '\0';
  if (!layer.outputs.empty() && layer.outputs.front() != kAbsent) {
    const Type& type = figures.analysis().shapes.scopes.front().facts[layer.outputs.front()].type;
    if (type.shape.known()) key += type.shape.text();
  }
  for (const Metric metric : kCompared) {
    const std::optional<Quantity> amount = figures.of_layer(metric, 0, node);
    key += '\0';
    key += amount ? amount->value.text() : "?";
  }
  return key;
}

}  // namespace

std::vector<std::vector<NodeId>> repeated_layers(const Figures& figures, std::span<const NodeId> layers) {
  std::vector<std::vector<NodeId>> groups;
  std::unordered_map<std::string, std::size_t> places;
  for (const NodeId node : layers) {
    const auto [place, is_new] = places.try_emplace(key_of(figures, node), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(node);
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
