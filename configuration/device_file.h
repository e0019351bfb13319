// Device file: what can a device do, by a file that a user writes from its data sheet?
//
//   name      = "NVIDIA A100 80GB SXM"
//   source    = "https://..."                 # where the figures are from
//   bandwidth = "2039 GB/s"                   # between memory and processor
//   memory    = "80 GiB"                      # may be left out
//   [peak]                                    # operations per second in matrix products, by type
//   float32   = "19.5 T"
//   float16   = "312 T"
//   [elementwise]                             # of all other arithmetic; may be left out: as peak
//   float32   = "19.5 T"
//
// Quantities are numbers, or texts with a unit: 1.5e12, "312 TFLOPS", "2039 GB/s", "80 GiB".
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/passes/device/device.h"

namespace macroscope {

struct DeviceFile {
  /// Null if there is a mistake.
  std::shared_ptr<const Device> device;
  /// Each mistake with its line and column.
  Diagnostics diagnostics;
};

/// Reads the TOML text of a device file.  Unknown keys are errors.
DeviceFile read_device_file(std::string_view text);

/// `19.5 T`, `312 TFLOPS`, `2039 GB/s`, `80 GiB` as a whole number; empty where it is none.
std::optional<Dim> quantity_in(std::string_view text);

}  // namespace macroscope
