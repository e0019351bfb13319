// Analysed model: what formats draw the graph of, and how does the user want it shown?
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/tables/figures.h"
#include "reports/tables/layer_columns.h"

namespace macroscope {

struct ReportOptions {
  /// Levels of modules to roll up.
  std::size_t depth = 0;
  std::optional<Metric> sort{};
  /// Rows of layers at most; 0: all.  Empty: as many as the format has room for.
  std::optional<std::size_t> top{};
  /// Of the table of layers; empty: the usual ones.
  std::vector<const LayerColumn*> columns{};
  /// Has a section on training, and what it costs in each layer.
  bool has_training = false;
  /// Formulas are there whole, and no numbers at example sizes: `--exact`.
  bool is_exact = false;
};

/// What formats draw the model's graph of, and a page all of its layers.
struct AnalysedModel {
  const Figures& figures;
  ReportOptions options;
};

}  // namespace macroscope
