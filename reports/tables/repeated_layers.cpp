#include "reports/tables/repeated_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/container_hash/hash.hpp>
#include <iterator>
#include <optional>
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

/// What layers of one group have in common.
struct GroupKey {
  std::string name;  ///< without its numbers
  std::string op;
  Shape shape = Shape::unknown();
  /// Parameters, and what is compared beside them.
  std::array<std::optional<Dim>, 1 + std::size(kCompared)> amounts{};

  friend bool operator==(const GroupKey&, const GroupKey&) = default;

  struct Hash {
    std::size_t operator()(const GroupKey& key) const noexcept {
      std::size_t hash = 0;
      boost::hash_combine(hash, key.name);
      boost::hash_combine(hash, key.op);
      for (const Dim& extent : key.shape.dims()) boost::hash_combine(hash, extent.hash());
      for (const std::optional<Dim>& amount : key.amounts) boost::hash_combine(hash, amount ? amount->hash() : 0);
      return hash;
    }
  };
};

GroupKey key_of(const Figures& figures, NodeId node) {
  const Graph& graph = figures.network().main();
  const Node& layer = graph.nodes[node];
  GroupKey key{name_without_numbers(shown_name(graph, layer)), shown_operator(layer.domain, layer.op)};
  if (!layer.outputs.empty() && layer.outputs.front() != kAbsent)
    key.shape = figures.analysis().shapes.scopes.front().facts[layer.outputs.front()].type.shape;
  const auto amount_of = [&](Metric metric) {
    std::optional<Quantity> amount = figures.of_layer(metric, 0, node);
    return amount ? std::optional(std::move(amount->value)) : std::nullopt;
  };
  key.amounts.front() = amount_of(Metric::parameters);
  std::transform(std::begin(kCompared), std::end(kCompared), key.amounts.begin() + 1, amount_of);
  return key;
}

}  // namespace

std::vector<std::vector<NodeId>> repeated_layers(const Figures& figures, std::span<const NodeId> layers) {
  std::vector<std::vector<NodeId>> groups;
  std::unordered_map<GroupKey, std::size_t, GroupKey::Hash> group_of;
  for (const NodeId node : layers) {
    const auto [group, is_new] = group_of.try_emplace(key_of(figures, node), groups.size());
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
