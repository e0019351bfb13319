#include "analyzer/record/metric.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace macroscope {
namespace {

constexpr std::array<std::string_view, kMetrics> kNames{"parameters",
                                                        "effective_parameters",
                                                        "statistics",
                                                        "quantisation",
                                                        "constants",
                                                        "weight_bytes",
                                                        "macs",
                                                        "effective_macs",
                                                        "flops",
                                                        "int_ops",
                                                        "activation_bytes",
                                                        "peak_bytes",
                                                        "bytes_read",
                                                        "bytes_written",
                                                        "training_macs",
                                                        "receptive_field",
                                                        "nodes",
                                                        "file_bytes"};

constexpr std::array<std::string_view, kMetrics> kWords{
    "parameters", "effective parameters", "statistics",    "quantisation values", "constants",   "weights",
    "MACs",       "effective MACs",       "FLOPs",         "integer ops",         "activations", "peak memory",
    "bytes read", "bytes written",        "training MACs", "receptive field",     "nodes",       "size of file"};

}  // namespace

std::string_view name_of(Metric metric) noexcept { return kNames[static_cast<std::size_t>(metric)]; }

std::string_view words_for(Metric metric) noexcept { return kWords[static_cast<std::size_t>(metric)]; }

std::optional<Metric> metric_named(std::string_view name) noexcept {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Metric>(found - kNames.begin());
}

std::span<const std::string_view> metric_names() noexcept { return kNames; }

bool is_bytes(Metric metric) noexcept {
  switch (metric) {
    case Metric::weight_bytes:
    case Metric::activation_bytes:
    case Metric::peak_bytes:
    case Metric::bytes_read:
    case Metric::bytes_written:
    case Metric::file_bytes:
      return true;
    default:
      return false;
  }
}

std::optional<std::size_t> layer_metric(Metric metric) noexcept {
  const auto* found = std::find(std::begin(kLayerMetrics), std::end(kLayerMetrics), metric);
  if (found == std::end(kLayerMetrics)) return std::nullopt;
  return static_cast<std::size_t>(found - kLayerMetrics);
}

}  // namespace macroscope
