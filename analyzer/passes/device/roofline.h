// Roofline: how fast could a device run the model at best, and is each layer bound by arithmetic or by memory?
//
// A layer takes at least the time of its arithmetic at the device's peak and at least that of its bytes at the full bandwidth, whichever is
// longer; layers run one after another.  Real runs take longer: this is a limit, and no prediction.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/algebra/evaluation.h"
#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/device/device.h"
#include "analyzer/passes/memory/memory.h"

namespace macroscope {

enum class Bound : std::uint8_t {
  nothing,  // it moves and computes nothing
  compute,
  memory,
  depends,  // on symbols
  unknown   // its cost is not known, or how fast the device is with its type
};
/// `compute`, `memory`, `nothing`, `depends`, `unknown`.
[[nodiscard]] std::string_view name_of(Bound bound) noexcept;

/// Operations that a device does at one rate, a second.
struct DeviceLoad {
  Dim operations;
  Dim rate;
};

struct LayerLimit {
  Bound bound = Bound::unknown;
  /// All arithmetic, of floating numbers and of integers, and all bytes.
  Dim operations;
  Dim bytes;
  /// The operations by the rate that the device has for them; empty where the bound is unknown.
  std::vector<DeviceLoad> loads{};
  /// Best-case time; empty where sizes are open or something is not known.
  std::optional<double> seconds;
};

struct Roofline {
  /// By node of the main graph.
  std::vector<LayerLimit> layers;
  /// Sum of the layers'; empty where sizes are open.
  std::optional<double> seconds;
  /// False where layers are left out of the sum because they are not known.
  bool is_complete = true;
  /// Types that the model computes in and the device's figures lack.
  std::vector<DataType> missing;
  /// Weights and peak of memory together; empty where the peak is left open.
  std::optional<Dim> needed;
  bool is_needed_complete = true;
  /// `needed` <= the device's memory; unknown where it depends on symbols or nothing is said of it.
  Certainty fits = Certainty::unknown;
};

Roofline find_roofline(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs,
                       const Memory& memory, const Device& device);

/// The sum over layers where the symbols have these sizes, without layers that are not known; empty where one has no number there.
std::optional<double> seconds_at(const Roofline& roofline, const Device& device, const SizePoint& sizes);

}  // namespace macroscope
