#include "analyzer/passes/device/roofline.h"

#include <algorithm>
#include <numeric>

#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

std::optional<double> number_of(const Dim& dim) {
  const std::optional<Int128> number = dim.integer();
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

/// What a layer computes, by the rate that the device has for it.
struct Loads {
  std::vector<DeviceLoad> loads;
  bool is_known = true;

  void add(const Dim& operations, const std::optional<Dim>& rate) {
    if (operations.is(0)) return;
    if (!rate) {
      is_known = false;
      return;
    }
    const auto found = std::find_if(loads.begin(), loads.end(), [&](const DeviceLoad& load) { return load.rate == *rate; });
    if (found == loads.end()) {
      loads.push_back({operations, *rate});
    } else {
      found->operations += operations;
    }
  }

  /// Empty where it depends on symbols.
  [[nodiscard]] std::optional<double> seconds() const {
    double sum = 0;
    for (const DeviceLoad& load : loads) {
      const std::optional<double> operations = number_of(load.operations);
      if (!operations) return std::nullopt;
      sum += *operations / *number_of(load.rate);
    }
    return sum;
  }
};

/// Both divided by what they share, so that products stay small.
std::pair<Dim, Dim> in_lowest_terms(const Dim& a, const Dim& b) {
  if (!a.number() || !b.number()) return {a, b};
  const std::int64_t common = std::max<std::int64_t>(std::gcd(*a.number(), *b.number()), 1);
  return {*a.number() / common, *b.number() / common};
}

class Limits {
 public:
  Limits(const Network& network, const Shapes& shapes, const Costs& costs, const Device& device)
      : graph_(network.main()), scope_(shapes.scopes.front()), costs_(costs), device_(device) {}

  LayerLimit of(NodeId node) {
    LayerLimit limit;
    const Cost& cost = costs_.nodes.front()[node];
    try {
      limit.operations = cost.flops() + cost.int_ops();
      limit.bytes = cost.bytes_read + cost.bytes_written;
      Loads loads = loads_of(cost, node);
      if (cost.status == Status::unknown || !loads.is_known) return limit;
      decide(limit, loads);
      limit.loads = std::move(loads.loads);
    } catch (const AlgebraError&) {
      limit.bound = Bound::unknown;
    }
    return limit;
  }

  std::vector<DataType> missing() && { return std::move(missing_); }

 private:
  Loads loads_of(const Cost& cost, NodeId node) {
    Loads loads;
    for (const auto& [dtype, macs] : cost.macs_by_dtype) loads.add(macs * 2, rate(device_.peak, dtype, !macs.is(0)));
    Dim others;
    for (const Dim& kind : cost.flops_by_kind) others += kind;
    const Device::Rates& rates = device_.elementwise.empty() ? device_.peak : device_.elementwise;
    if (!others.is(0)) loads.add(others, rate(rates, computed_in(node), true));
    return loads;
  }

  std::optional<Dim> rate(const Device::Rates& rates, DataType dtype, bool is_needed) {
    std::optional<Dim> found = Device::rate_of(rates, dtype);
    if (!found && is_needed && std::find(missing_.begin(), missing_.end(), dtype) == missing_.end()) missing_.push_back(dtype);
    return found;
  }

  /// The type of the first floating result, otherwise operand: arithmetic that is counted is on such.
  [[nodiscard]] DataType computed_in(NodeId id) const {
    const Node& node = graph_.nodes[id];
    for (const std::span<const TensorId> tensors : {node.outputs, node.inputs})
      for (const TensorId tensor : tensors)
        if (tensor != kAbsent && is_floating(scope_.facts[tensor].type.dtype)) return scope_.facts[tensor].type.dtype;
    return DataType::unknown;
  }

  void decide(LayerLimit& limit, const Loads& loads) const {
    const std::optional<double> compute = loads.seconds();
    const std::optional<double> bytes = number_of(limit.bytes);
    if (compute && bytes) {
      const double transfer = *bytes / *number_of(device_.bandwidth);
      limit.seconds = std::max(*compute, transfer);
      limit.bound = *limit.seconds == 0 ? Bound::nothing : *compute >= transfer ? Bound::compute : Bound::memory;
      return;
    }
    limit.bound = Bound::depends;
    if (loads.loads.empty()) {
      limit.bound = Bound::memory;
    } else if (loads.loads.size() == 1) {
      const auto [rate, bandwidth] = in_lowest_terms(loads.loads.front().rate, device_.bandwidth);
      const Dim compute_side = loads.loads.front().operations * bandwidth;
      const Dim memory_side = limit.bytes * rate;
      if (at_least(compute_side, memory_side) == Certainty::always) {
        limit.bound = Bound::compute;
      } else if (at_least(memory_side, compute_side) == Certainty::always) {
        limit.bound = Bound::memory;
      }
    }
  }

  const Graph& graph_;
  const Scope& scope_;
  const Costs& costs_;
  const Device& device_;
  std::vector<DataType> missing_;
};

void add_needed(Roofline& roofline, const Parameters& parameters, const Memory& memory, const Device& device) {
  roofline.is_needed_complete = memory.is_complete;
  if (!memory.peak) return;
  try {
    roofline.needed = parameters.totals.weight_bytes + *memory.peak;
    if (!device.memory) return;
    roofline.fits = at_least(*device.memory, *roofline.needed);
    // A lower bound that fits says nothing.
    if (!memory.is_complete && roofline.fits == Certainty::always) roofline.fits = Certainty::unknown;
  } catch (const AlgebraError&) {
    roofline.needed.reset();
  }
}

}  // namespace

std::string_view name_of(Bound bound) noexcept {
  switch (bound) {
    case Bound::nothing:
      return "nothing";
    case Bound::compute:
      return "compute";
    case Bound::memory:
      return "memory";
    case Bound::depends:
      return "depends";
    case Bound::unknown:
      break;
  }
  return "unknown";
}

Roofline find_roofline(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs,
                       const Memory& memory, const Device& device) {
  Roofline roofline;
  Limits limits(network, shapes, costs, device);
  roofline.seconds = 0;
  for (NodeId node = 0; node < network.main().nodes.size(); ++node) {
    roofline.layers.push_back(limits.of(node));
    const LayerLimit& limit = roofline.layers.back();
    if (limit.bound == Bound::unknown) {
      roofline.is_complete = false;
    } else if (!limit.seconds) {
      roofline.seconds.reset();
    } else if (roofline.seconds) {
      *roofline.seconds += *limit.seconds;
    }
  }
  roofline.missing = std::move(limits).missing();
  add_needed(roofline, parameters, memory, device);
  return roofline;
}

std::optional<double> seconds_at(const Roofline& roofline, const Device& device, const SizePoint& sizes) {
  const auto seconds = [&](const Dim& amount, const Dim& rate) {
    const std::optional<Dim> number = sizes.value_of(amount);
    return number ? std::optional(approximate(*number) / approximate(rate)) : std::nullopt;
  };
  double sum = 0;
  for (const LayerLimit& limit : roofline.layers) {
    if (limit.bound == Bound::unknown) continue;
    const std::optional<double> transfer = seconds(limit.bytes, device.bandwidth);
    double compute = 0;
    for (const DeviceLoad& load : limit.loads) {
      const std::optional<double> part = seconds(load.operations, load.rate);
      if (!part) return std::nullopt;
      compute += *part;
    }
    if (!transfer) return std::nullopt;
    sum += std::max(compute, *transfer);
  }
  return sum;
}

}  // namespace macroscope
