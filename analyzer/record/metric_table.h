// Rows of the table of metrics: what is a metric made of?  Others ask metric.h and metric_values.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "analyzer/algebra/quantity.h"
#include "analyzer/analysis.h"
#include "analyzer/record/metric.h"

namespace macroscope {

enum class Unit : std::uint8_t { count, bytes };

/// Where a metric appears.
struct MetricUses {
  /// Adds up over layers: a column of their table.
  bool column = false;
  /// May be limited, locked and compared.
  bool recorded = false;
  /// Known, whatever layers are not.
  bool certain = false;
  /// Among the totals of the JSON document.
  bool total = true;
};

struct MetricRow {
  Metric metric;
  std::string_view name;
  std::string_view words;
  Unit unit = Unit::count;
  MetricUses uses{};
  /// How it is counted, in a sentence or two.
  std::string_view convention{};
  /// Where its name is not it.
  std::string_view place_in_totals{};
  /// Of its column, where its words are not it.
  std::string_view title{};
  std::string_view share_title{};
  /// In `expect` lines, by one name or two.
  std::array<std::string_view, 2> expected_as{};

  // How it is read off an analysis: one of these for a model, and one for a layer where layers have it.

  /// A sum over layers: of their costs, and of the cost of one.
  Dim (*of_cost)(const Cost&) = nullptr;
  Dim (*of_training)(const Training&) = nullptr;
  std::optional<Quantity> (*of_model)(const Analysis&) = nullptr;
  std::optional<Quantity> (*of_layer)(const Analysis&, ScopeId, NodeId) = nullptr;
};

/// By Metric.
[[nodiscard]] std::span<const MetricRow> metric_table() noexcept;
[[nodiscard]] inline const MetricRow& row_of(Metric metric) noexcept { return metric_table()[static_cast<std::size_t>(metric)]; }

/// What is known of a sum; nothing where that is none.
[[nodiscard]] std::optional<Quantity> known_part(Dim sum, bool is_complete);

}  // namespace macroscope
