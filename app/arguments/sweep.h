// Sweep arguments: which values does a size take, one after another (`--set H=224..512:32`)?
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/sweep.h"
#include "app/arguments/model_options.h"

namespace macroscope {

/// Every combination of the ranges' values, the last range's changing fastest. \throws UsageError for more than a report has room for
std::vector<std::vector<Dim>> combinations_of(std::span<const SweepRange> ranges);

/// Reads and analyses the model once for each combination; a sweep for each model that `path` holds.  What is wrong at some value is printed
/// once.
std::vector<Sweep> sweeps_of(const std::string& path, const ModelSettings& settings, const std::vector<SweepRange>& ranges,
                             bool errors_only, const TextOptions& messages);

}  // namespace macroscope
