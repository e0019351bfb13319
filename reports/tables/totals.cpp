#include "reports/tables/totals.h"

#include <string>
#include <utility>

#include "analyzer/passes/cost/simulated_precision.h"
#include "reports/tables/memory_figures.h"

namespace macroscope {
namespace {

using Group = std::vector<Total>;

/// Puts a total in its place, groups before dots.
void add(Group& totals, std::string_view place, Total&& total) {
  Group* group = &totals;
  for (std::size_t dot = place.find('.'); dot != std::string_view::npos; dot = place.find('.')) {
    const std::string_view key = place.substr(0, dot);
    if (group->empty() || group->back().key != key) group->push_back({std::string(key), Group()});
    group = &std::get<Group>(group->back().value);
    place.remove_prefix(dot + 1);
  }
  total.key = place;
  group->push_back(std::move(total));
}

Group macs_by_dtype(const Analysis& analysis) {
  Group group;
  for (auto& [type, macs] : macs_by_type(analysis)) group.push_back({type, Quantity{macs, !analysis.costs.complete}});
  return group;
}

/// Bytes inside of the node of the peak, where it runs a graph of its own.
std::optional<Quantity> inside_of_peak(const Figures& figures) {
  const PeakStep* shown = shown_peak(figures);
  if (shown == nullptr) return std::nullopt;
  const Dim inside = figures.analysis().memory.inside_at(shown->step);
  return inside.is(0) ? std::nullopt : std::optional(Quantity{inside});
}

bool is_training_known(const Analysis& analysis) {
  const Training& training = analysis.training();
  return training.total.is_known && training.are_bytes_known && analysis.costs.complete;
}

/// What comes after a metric and is none: a word, a statement, a quantity with parts of its own.
void add_behind(Metric metric, const Figures& figures, Group& totals) {
  const Analysis& analysis = figures.analysis();
  switch (metric) {
    case Metric::effective_macs:  // which of the MACs are on integers follows from the types
      add(totals, "macs_by_dtype", {{}, macs_by_dtype(analysis)});
      return add(totals, name_of(Metric::int_ops), {{}, figures.total(Metric::int_ops)});
    case Metric::peak_bytes:
      if (auto inside = inside_of_peak(figures)) add(totals, "peak.inside_bytes", {{}, std::move(inside)});
      return;
    case Metric::training_macs:
      return add(totals, "training.complete", {{}, is_training_known(analysis)});
    case Metric::gradient_bytes:
      return add(totals, "training.optimizer", {{}, name_of(analysis.training().options.optimizer)});
    default:
      return;
  }
}

/// Where it is not among the totals of this model, or is elsewhere.
bool is_left_out(Metric metric, const Analysis& analysis) {
  if (metric == Metric::biases_left_out) return !analysis.parameters.without_biases;
  return metric == Metric::int_ops || place_in_totals(metric).empty();
}

}  // namespace

std::vector<std::pair<std::string, Dim>> macs_by_type(const Analysis& analysis) {
  std::vector<std::pair<std::string, Dim>> macs_of;
  const std::vector<SimulatedMacs> simulated = simulated_macs(analysis.network, analysis.shapes.scopes.front(), analysis.costs);
  for (const auto& [dtype, macs] : analysis.costs.total.macs_by_dtype) {
    // What is rounded to a few bits is computed in floating point here, and stands with the bits below.
    Dim rest = macs;
    for (const SimulatedMacs& part : simulated)
      if (part.computed_in == dtype) rest -= part.macs;
    if (!rest.is(0)) macs_of.emplace_back(dtype == DataType::unknown ? "unknown" : name_of(dtype), std::move(rest));
  }
  for (const SimulatedMacs& part : simulated) macs_of.emplace_back(part.types, part.macs);
  return macs_of;
}

std::vector<Total> totals_of(const Figures& figures) {
  Group totals;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    if (is_left_out(metric, figures.analysis())) continue;
    add(totals, place_in_totals(metric), {{}, figures.total(metric)});
    add_behind(metric, figures, totals);
  }
  return totals;
}

}  // namespace macroscope
