// Device sheets: which devices does the program know by name?  Those of examples/devices, which stand in it; written by the build.
#pragma once

#include <span>
#include <string_view>

namespace macroscope {

struct DeviceSheet {
  std::string_view name;  // `raspberry-pi-5`
  /// For read_device_file().
  std::string_view text;
};

/// In the order of their names.
[[nodiscard]] std::span<const DeviceSheet> device_sheets() noexcept;

}  // namespace macroscope
