// Model comparison: what differs between two models, layer by layer, and what does each difference cost?
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/comparison/match.h"

namespace macroscope {

enum class ChangeKind : std::uint8_t { same, renamed, changed, added, removed };
inline constexpr std::size_t kChangeKinds = 5;
/// `added`, `renamed` ...
[[nodiscard]] std::string_view name_of(ChangeKind kind) noexcept;

struct LayerComparison {
  LayerMatch match;
  ChangeKind kind = ChangeKind::same;
};

/// Layers of both models, in the order of `after`; see match_layers().
[[nodiscard]] std::vector<LayerComparison> compare_layers(const ModelRecord& before, const ModelRecord& after);

/// after - before; a layer that is not there has none of it.  Empty where one of them is unknown.  Exact only where both are: a lower
/// bound on either side makes it one figure among many possible, `at_least` says so.
[[nodiscard]] std::optional<Quantity> difference(const std::optional<Quantity>& before, const std::optional<Quantity>& after);
[[nodiscard]] std::optional<Quantity> difference(const LayerComparison& layer, Metric metric, const ModelRecord& before,
                                                 const ModelRecord& after);

/// Places among `layers` of those whose figure differs, the largest difference first, whatever its sign.
[[nodiscard]] std::vector<std::size_t> by_effect(const std::vector<LayerComparison>& layers, Metric metric,
                                                 const ModelRecord& before, const ModelRecord& after);

}  // namespace macroscope
