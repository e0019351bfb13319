// Sweep: how do a model's totals change with the sizes that it is given?  A row for each combination of values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/analysis.h"

namespace macroscope {

/// Totals of the model where the swept sizes have these values.
struct SweepRow {
  /// By symbol of the sweep.
  std::vector<Dim> values;
  Dim parameters;
  Dim macs;
  Dim effective_macs;
  Dim flops;
  Dim activation_bytes;
  Dim bytes_read;
  Dim bytes_written;
  std::optional<Dim> peak_bytes;
  /// With a device, where no size is left open.
  std::optional<double> best_case_seconds;
  bool is_complete = true;
  /// The model is wrong for these values: nothing else of the row says anything.
  bool is_wrong = false;
};

struct Sweep {
  /// Names as the user gave them.
  std::vector<std::string> symbols;
  std::vector<SweepRow> rows;
};

/// \param analysis of the model with the values bound
SweepRow sweep_row(const Analysis& analysis, std::vector<Dim> values);

}  // namespace macroscope
