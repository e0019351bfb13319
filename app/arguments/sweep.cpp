#include "app/arguments/sweep.h"

#include <fmt/format.h>

#include <set>

#include "app/arguments/usage_error.h"
#include "app/messages.h"
#include "app/progress.h"

namespace macroscope {
namespace {

/// Rows that a sweep may have.
constexpr std::size_t kMostRows = 1000;

std::vector<Dim> values_of(const SweepRange& range) {
  std::vector<Dim> values;
  Int128 value = range.first;
  while (value <= range.last && values.size() <= kMostRows) {
    values.push_back(Dim::of_int128(value));
    value = range.is_factor ? value * range.step : value + range.step;
  }
  return values;
}

/// Diagnostics that were not printed yet.
Diagnostics new_ones(const Diagnostics& diagnostics, std::set<std::string>& printed) {
  Diagnostics fresh;
  for (const Diagnostic& diagnostic : diagnostics)
    if (printed.insert(fmt::format("{}: {}", diagnostic.code, diagnostic.message)).second) fresh.push_back(diagnostic);
  return fresh;
}

}  // namespace

std::vector<std::vector<Dim>> combinations_of(std::span<const SweepRange> ranges) {
  std::vector<std::vector<Dim>> combinations{{}};
  for (const SweepRange& range : ranges) {
    const std::vector<Dim> values = values_of(range);
    if (combinations.size() * values.size() > kMostRows)
      throw UsageError(fmt::format("a sweep has at most {} rows, and this one has more", kMostRows),
                       fmt::format("a larger step: --set {}={}..{}:{}", range.name, range.first, range.last, range.step * 10));
    std::vector<std::vector<Dim>> longer;
    longer.reserve(combinations.size() * values.size());
    for (const std::vector<Dim>& combination : combinations) {
      for (const Dim& value : values) {
        longer.push_back(combination);
        longer.back().push_back(value);
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

std::vector<Sweep> sweeps_of(const std::string& path, const ModelSettings& settings, const std::vector<SweepRange>& ranges,
                             bool errors_only, const TextOptions& messages) {
  if (path == "-" || path.starts_with("/dev/"))
    throw UsageError("a sweep reads the model once for each value, and a stream can be read only once", "name a file");
  std::vector<Sweep> sweeps;
  std::set<std::string> printed;
  for (const std::vector<Dim>& values : combinations_of(ranges)) {
    ModelSettings at = settings;
    for (std::size_t i = 0; i < ranges.size(); ++i) at.analysis.bindings.insert_or_assign(ranges[i].name, values[i]);
    std::size_t model = 0;
    for_each_model(path, at, [&](const Analysis& analysis, const std::string& shown_path) {
      const Progress::Silence silence;
      if (model == sweeps.size()) {
        sweeps.emplace_back();
        for (const SweepRange& range : ranges) sweeps.back().symbols.push_back(range.name);
      }
      sweeps[model++].rows.push_back(sweep_row(analysis, values));
      print(new_ones(analysis.diagnostics, printed), shown_path, errors_only, messages);
    });
  }
  return sweeps;
}

}  // namespace macroscope
