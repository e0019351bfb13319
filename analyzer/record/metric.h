// Metrics: which quantities of a model are counted, and what is each called wherever it appears?
//
// One table, metric_table.cpp, has a row for each: its names, its unit, how it is counted, and the function that reads it off an analysis.  Columns of
// reports, totals of the JSON document, budgets, lock files and `expect` lines are made of it, so that a new quantity is one enumerator and
// one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace macroscope {

enum class Metric : std::uint8_t {
  parameters,
  effective_parameters,
  statistics,
  quantisation,
  constants,
  biases_left_out,
  weight_bytes,
  macs,
  effective_macs,
  flops,
  int_ops,
  add,
  mul,
  div,
  compare,
  special,
  activation_bytes,
  peak_bytes,
  bytes_read,
  bytes_written,
  input_gradient_macs,
  weight_gradient_macs,
  training_macs,
  learned_parameters,
  training_weight_bytes,
  master_bytes,
  gradient_bytes,
  optimizer_bytes,
  saved_bytes,
  training_bytes,
  recomputation_segments,
  recomputation_saved_bytes,
  recomputation_macs,
  receptive_field,
  nodes,
  file_bytes
};
inline constexpr std::size_t kMetrics = static_cast<std::size_t>(Metric::file_bytes) + 1;

/// `weight_bytes`, as columns, budgets and documents spell it.
[[nodiscard]] std::string_view name_of(Metric metric) noexcept;
/// `weights`, `MACs`: for people.
[[nodiscard]] std::string_view words_for(Metric metric) noexcept;
/// Of its column in the table of layers: `int ops`.
[[nodiscard]] std::string_view title_of(Metric metric) noexcept;
/// Of a column with its share of the whole: `% MACs`.
[[nodiscard]] std::string_view share_title_of(Metric metric) noexcept;
/// How it is counted, in a sentence or two.
[[nodiscard]] std::string_view convention_of(Metric metric) noexcept;
[[nodiscard]] bool is_bytes(Metric metric) noexcept;
/// Known, whatever layers are not: what is stored.
[[nodiscard]] bool is_certain(Metric metric) noexcept;

/// Where it is among the totals of the JSON document, groups before dots: `training.macs`.  Empty for those that are elsewhere.
[[nodiscard]] std::string_view place_in_totals(Metric metric) noexcept;

/// Quantities that each layer has and that add up: columns of the table of layers, in their order.
[[nodiscard]] std::span<const Metric> columns_of_layers() noexcept;

/// Quantities that records keep, so that they can be limited, locked and compared.
[[nodiscard]] bool is_recorded(Metric metric) noexcept;
/// One of those by its name.
[[nodiscard]] std::optional<Metric> metric_named(std::string_view name) noexcept;
/// All their names, in order.
[[nodiscard]] std::span<const std::string_view> metric_names() noexcept;
/// Those of them that records keep of each layer: the first ones of a LayerRecord.
inline constexpr Metric kLayerMetrics[] = {Metric::parameters, Metric::macs,       Metric::effective_macs, Metric::flops,
                                           Metric::int_ops,    Metric::bytes_read, Metric::bytes_written,  Metric::training_macs};
inline constexpr std::size_t kLayerMetricCount = sizeof(kLayerMetrics) / sizeof(kLayerMetrics[0]);
/// Its place among kLayerMetrics; empty for those of whole models.
[[nodiscard]] std::optional<std::size_t> layer_metric(Metric metric) noexcept;

/// What `expect` lines of the network language call it: `params`.
[[nodiscard]] std::optional<Metric> metric_expected_as(std::string_view name) noexcept;
/// All these names.
[[nodiscard]] std::span<const std::string_view> names_in_expectations() noexcept;

}  // namespace macroscope
