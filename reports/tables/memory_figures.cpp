#include "reports/tables/memory_figures.h"

#include <algorithm>

#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

/// Terms of running sums that are kept at once; past them what is alive is not told.
constexpr std::size_t kMaxTermsKept = 1'000'000;

}  // namespace

const PeakStep* shown_peak(const Figures& figures) {
  const PeakStep* shown = nullptr;
  double most = 0;
  for (const PeakStep& peak : figures.analysis().memory.peaks) {
    const double weight = nominal_weight(peak.bytes);
    if (shown != nullptr && weight <= most) continue;
    shown = &peak;
    most = weight;
  }
  return shown;
}

std::optional<Quantity> peak_at(const Figures& figures, const SizePoint& sizes) {
  const Memory& memory = figures.analysis().memory;
  // Numbers are summed, not formulas that grow from step to step.
  Dim alive, most;
  try {
    for (std::uint32_t step = 0; step < memory.made.size(); ++step) {
      const std::optional<Dim> made = sizes.value_of(memory.made[step]), inside = sizes.value_of(memory.inside_at(step)),
                               released = sizes.value_of(memory.released[step]);
      if (!made || !inside || !released) return std::nullopt;
      alive += *made;
      most = max(most, alive + *inside);
      alive -= *released;
    }
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
  return memory.made.empty() ? std::nullopt : std::optional(Quantity{most, !memory.is_complete});
}

std::optional<Quantity> largest_of(const std::vector<std::optional<Quantity>>& quantities) {
  std::vector<Dim> largest;
  bool at_least_one = false;
  try {
    for (const std::optional<Quantity>& quantity : quantities) {
      if (!quantity) return std::nullopt;
      at_least_one = at_least_one || quantity->at_least;
      const auto covers = [&](const Dim& other) { return at_least(other, quantity->value) == Certainty::always; };
      if (std::any_of(largest.begin(), largest.end(), covers)) continue;
      std::erase_if(largest, [&](const Dim& other) { return at_least(quantity->value, other) == Certainty::always; });
      largest.push_back(quantity->value);
      if (largest.size() > Memory::kMaxPeaks) return std::nullopt;
    }
    if (largest.empty()) return std::nullopt;
    return Quantity{max(largest), at_least_one};
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

std::vector<std::optional<Quantity>> live_bytes(const Figures& figures) {
  const Memory& memory = figures.analysis().memory;
  std::vector<std::optional<Quantity>> live(figures.network().main().nodes.size());
  std::size_t terms = 0;
  memory.for_each_step([&](std::uint32_t step, const Dim& bytes) {
    if (!bytes.is_number()) terms += bytes.size();
    if (terms <= kMaxTermsKept) live[memory.order[step]] = Quantity{bytes, !memory.is_complete};
  });
  return live;
}

}  // namespace macroscope
