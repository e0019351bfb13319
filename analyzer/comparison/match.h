// Layer matching: which layer of one model corresponds to which layer of another?
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "analyzer/record/record.h"

namespace macroscope {

/// A layer on one side or on both, by its place among the records.
struct LayerMatch {
  std::optional<std::size_t> before;
  std::optional<std::size_t> after;
};

/// Pairs layers by name; those without a name of their own (`Conv_17`, `231`) and those that were renamed by operator, shapes and
/// parameters, in order; what then stands alone between paired neighbours by its operator.  In the order of `after`, each removed layer
/// behind those that it stood behind.
[[nodiscard]] std::vector<LayerMatch> match_layers(std::span<const LayerRecord> before, std::span<const LayerRecord> after);

/// The name says only which of its kind the layer is, or is the number of a tensor: another export gives it to another layer.
[[nodiscard]] bool is_numbered(const LayerRecord& layer) noexcept;

}  // namespace macroscope
