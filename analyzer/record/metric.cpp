#include "analyzer/record/metric.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "analyzer/record/metric_table.h"

namespace macroscope {
namespace {

template <typename Entry, typename Choose>
std::vector<Entry> chosen_of_table(const Choose& choose) {
  std::vector<Entry> chosen;
  for (const MetricRow& row : metric_table()) choose(row, chosen);
  return chosen;
}

}  // namespace

std::string_view name_of(Metric metric) noexcept { return row_of(metric).name; }
std::string_view words_for(Metric metric) noexcept { return row_of(metric).words; }
std::string_view title_of(Metric metric) noexcept {
  const MetricRow& row = row_of(metric);
  return row.title.empty() ? row.words : row.title;
}
std::string_view share_title_of(Metric metric) noexcept { return row_of(metric).share_title; }
std::string_view convention_of(Metric metric) noexcept { return row_of(metric).convention; }
bool is_bytes(Metric metric) noexcept { return row_of(metric).unit == Unit::bytes; }
bool is_certain(Metric metric) noexcept { return row_of(metric).uses.certain; }
bool is_recorded(Metric metric) noexcept { return row_of(metric).uses.recorded; }

std::string_view place_in_totals(Metric metric) noexcept {
  const MetricRow& row = row_of(metric);
  if (!row.uses.total) return {};
  return row.place_in_totals.empty() ? row.name : row.place_in_totals;
}

std::span<const Metric> columns_of_layers() noexcept {
  static const auto kColumns = chosen_of_table<Metric>([](const MetricRow& row, std::vector<Metric>& chosen) {
    if (row.uses.column) chosen.push_back(row.metric);
  });
  return kColumns;
}

std::optional<Metric> metric_named(std::string_view name) noexcept {
  for (const MetricRow& row : metric_table())
    if (row.uses.recorded && row.name == name) return row.metric;
  return std::nullopt;
}

std::span<const std::string_view> metric_names() noexcept {
  static const auto kNames = chosen_of_table<std::string_view>([](const MetricRow& row, std::vector<std::string_view>& chosen) {
    if (row.uses.recorded) chosen.push_back(row.name);
  });
  return kNames;
}

std::optional<std::size_t> layer_metric(Metric metric) noexcept {
  const auto* found = std::find(std::begin(kLayerMetrics), std::end(kLayerMetrics), metric);
  if (found == std::end(kLayerMetrics)) return std::nullopt;
  return static_cast<std::size_t>(found - kLayerMetrics);
}

std::optional<Metric> metric_expected_as(std::string_view name) noexcept {
  if (name.empty()) return std::nullopt;
  for (const MetricRow& row : metric_table())
    if (std::find(row.expected_as.begin(), row.expected_as.end(), name) != row.expected_as.end()) return row.metric;
  return std::nullopt;
}

std::span<const std::string_view> names_in_expectations() noexcept {
  static const auto kNames = chosen_of_table<std::string_view>([](const MetricRow& row, std::vector<std::string_view>& chosen) {
    for (const std::string_view name : row.expected_as)
      if (!name.empty()) chosen.push_back(name);
  });
  return kNames;
}

}  // namespace macroscope
