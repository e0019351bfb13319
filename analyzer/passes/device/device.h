// Device limits: what can a device do at best (operations and bytes per second, bytes that it holds)?
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/network/data_type.h"

namespace macroscope {

/// As its maker publishes it.
struct Device {
  using Rates = std::vector<std::pair<DataType, Dim>>;

  std::string name;
  /// Where the figures are from.
  std::string source;
  /// Operations per second in contractions, by what they are computed in; a multiplication and an addition are two.
  Rates peak;
  /// The same for all other arithmetic, for devices whose matrix units are faster than the rest; empty: as `peak`.
  Rates elementwise;
  /// Bytes per second between memory and processor.
  Dim bandwidth;
  /// Bytes of memory; empty if it is not said.
  std::optional<Dim> memory;

  /// Empty for a type that the device's maker does not speak of.
  [[nodiscard]] static std::optional<Dim> rate_of(const Rates& rates, DataType dtype) {
    const auto found = std::find_if(rates.begin(), rates.end(), [&](const auto& rate) { return rate.first == dtype; });
    return found == rates.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace macroscope
