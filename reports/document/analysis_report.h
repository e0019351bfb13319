// Analysis report: what does a report say of an analysed model?
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

struct ReportOptions {
  /// Levels of modules to roll up.
  std::size_t depth = 0;
  std::optional<Measure> sort;
  /// Rows of layers at most; 0: all.
  std::size_t top = 0;
  /// Ids of columns of the table of layers, see layer_columns(); empty: the usual ones.
  std::vector<std::string> columns;
  /// Has a section on training, and what it costs in each layer.
  bool has_training = false;
  /// Has the sections that a page has room for and a terminal has not: receptive fields, structure, what is alive at the peak.
  bool has_details = true;
  /// Lists the diagnostics, for documents that are read apart from standard error.
  bool has_diagnostics = false;
};

/// Rows that a table for people has where nothing else is asked for.
inline constexpr std::size_t kRowsForPeople = 40;

/// Summary, layers, symbols, assumptions.
[[nodiscard]] Report report_of(const Figures& figures, const ReportOptions& options);

/// The table of layers alone, without a total, with everything that is known of each: for CSV.
[[nodiscard]] Table layers_of(const Figures& figures, const ReportOptions& options);

/// A row each for models that were analysed together.
class ModelsTable {
 public:
  void add(const Figures& figures);
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] Table table() const;

 private:
  std::vector<Row> rows_;
};

}  // namespace macroscope
