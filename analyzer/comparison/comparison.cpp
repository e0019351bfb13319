#include "analyzer/comparison/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

ChangeKind kind_of(const LayerMatch& match, const ModelRecord& before, const ModelRecord& after) {
  if (!match.before) return ChangeKind::added;
  if (!match.after) return ChangeKind::removed;
  const LayerRecord& old_layer = before.layers[*match.before];
  const LayerRecord& new_layer = after.layers[*match.after];
  if (old_layer.op != new_layer.op || old_layer.shapes != new_layer.shapes || old_layer.amounts != new_layer.amounts)
    return ChangeKind::changed;
  // A layer's place in the export is no name.
  const bool has_names = !is_numbered(old_layer) || !is_numbered(new_layer);
  return has_names && old_layer.name != new_layer.name ? ChangeKind::renamed : ChangeKind::same;
}

}  // namespace

std::string_view name_of(ChangeKind kind) noexcept {
  static constexpr std::array<std::string_view, kChangeKinds> kNames{"same", "renamed", "changed", "added", "removed"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<LayerComparison> compare_layers(const ModelRecord& before, const ModelRecord& after) {
  std::vector<LayerComparison> layers;
  for (const LayerMatch& match : match_layers(before.layers, after.layers))
    layers.push_back({match, kind_of(match, before, after)});
  return layers;
}

std::optional<Quantity> difference(const std::optional<Quantity>& before, const std::optional<Quantity>& after) {
  if (!before || !after) return std::nullopt;
  try {
    return Quantity{after->value - before->value, before->at_least || after->at_least};
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

std::optional<Quantity> difference(const LayerComparison& layer, Metric metric, const ModelRecord& before,
                                   const ModelRecord& after) {
  const auto side = [&](const ModelRecord& model, const std::optional<std::size_t>& index) {
    return index ? model.layers[*index].of(metric) : std::optional(Quantity{});
  };
  return difference(side(before, layer.match.before), side(after, layer.match.after));
}

std::vector<std::size_t> by_effect(const std::vector<LayerComparison>& layers, Metric metric, const ModelRecord& before,
                                   const ModelRecord& after) {
  std::vector<std::pair<double, std::size_t>> estimated;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].kind == ChangeKind::same || layers[i].kind == ChangeKind::renamed) continue;
    const std::optional<Quantity> changed = difference(layers[i], metric, before, after);
    if (!changed || changed->value.is(0)) continue;
    estimated.emplace_back(std::abs(nominal_weight(changed->value)), i);
  }
  std::stable_sort(estimated.begin(), estimated.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::size_t> places;
  places.reserve(estimated.size());
  for (const auto& [weight, place] : estimated) places.push_back(place);
  return places;
}

}  // namespace macroscope
