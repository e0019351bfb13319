// Record of a model: what does it cost, in figures that can be limited, locked and compared?  Made of an analysis that just ran, or read from a
// file that an earlier run wrote.
//
// A record depends on nothing: it outlives the analysis that it was made of.  Text in it may be the model's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/algebra/quantity.h"
#include "analyzer/record/metric.h"

namespace macroscope {

struct LayerRecord {
  std::string name;  // its own, otherwise that of its first output
  std::string path;  // of its module
  std::string op;    // `Conv`, `com.microsoft:FusedConv`
  /// Shapes of its outputs as text: `[1, 64, 112, 112]`.
  std::string shapes;
  /// What it does with a weight, whatever the operator: `convolution`, `dense`, `recurrent`, `attention`.  Empty: nothing of these.
  std::string kind{};
  /// Its largest weight as stored, before anything dequantises it; empty where it has none.
  std::string weight_dtype{};
  /// It computes sizes: its results are integers whose content follows from the shapes.
  bool is_on_sizes = false;
  /// By kLayerMetrics; empty where it is unknown.
  std::array<std::optional<Quantity>, kLayerMetricCount> amounts{};

  [[nodiscard]] const std::optional<Quantity>& of(Metric metric) const { return amounts[layer_metric(metric).value()]; }
};

/// `head/last/Conv`: without a slash in front, so that patterns of budgets need none.
[[nodiscard]] constexpr std::string_view without_slash(std::string_view name) noexcept {
  return name.substr(name.starts_with('/') ? 1 : 0);
}

struct ModelRecord {
  /// As the user named it.
  std::string path;
  std::string name;
  /// Sizes that were given a value, by their names in the model: `batch size` is 8.
  std::map<std::string, std::string> bindings;
  /// Names in the model of symbols by their identifiers, where the two differ.
  std::map<std::string, std::string> symbols;
  /// False where the totals are lower bounds.
  bool is_complete = true;
  /// By Metric; empty where it is not known, was not written down, or is none that records keep.
  std::array<std::optional<Quantity>, kMetrics> totals{};
  /// Of the main graph.
  std::vector<LayerRecord> layers;
  /// How often each operator is in the model's graphs: `com.microsoft:FusedConv`, of ONNX's own domain `Conv`.
  std::map<std::string, std::size_t> operators;
  /// Those of them without a cost rule.
  std::map<std::string, std::size_t> unknown_operators;
  /// What records for comparisons have besides: operator sets by domain, layers of attention, the width of most weighted layers' results,
  /// and example sizes for symbols.
  std::map<std::string, std::int64_t> operator_sets{};
  std::size_t attentions = 0;
  std::optional<Dim> width{};
  Bindings example{};

  [[nodiscard]] const std::optional<Quantity>& total(Metric metric) const { return totals[static_cast<std::size_t>(metric)]; }
};

}  // namespace macroscope
