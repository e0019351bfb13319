// Metrics: which quantities of a model can be limited, recorded and compared?
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace macroscope {

/// Named as the totals of the JSON document are.
enum class Metric : std::uint8_t {
  parameters,
  effective_parameters,
  statistics,
  quantisation,
  constants,
  weight_bytes,
  macs,
  effective_macs,
  flops,
  int_ops,
  activation_bytes,
  peak_bytes,
  bytes_read,
  bytes_written,
  training_macs,
  receptive_field,
  nodes,
  file_bytes
};
inline constexpr std::size_t kMetrics = 18;

/// `weight_bytes`, as budget files and documents spell it.
[[nodiscard]] std::string_view name_of(Metric metric) noexcept;
/// `weights`, `MACs`: for people.
[[nodiscard]] std::string_view words_for(Metric metric) noexcept;
[[nodiscard]] std::optional<Metric> metric_named(std::string_view name) noexcept;
/// All names, in order.
[[nodiscard]] std::span<const std::string_view> metric_names() noexcept;
[[nodiscard]] bool is_bytes(Metric metric) noexcept;

/// Metrics that each layer has and that add up over layers: the first ones of a LayerRecord.
inline constexpr Metric kLayerMetrics[] = {Metric::parameters, Metric::macs,       Metric::effective_macs, Metric::flops,
                                           Metric::int_ops,    Metric::bytes_read, Metric::bytes_written,  Metric::training_macs};
inline constexpr std::size_t kLayerMetricCount = sizeof(kLayerMetrics) / sizeof(kLayerMetrics[0]);
/// Its place among kLayerMetrics; empty for those of whole models.
[[nodiscard]] std::optional<std::size_t> layer_metric(Metric metric) noexcept;

}  // namespace macroscope
