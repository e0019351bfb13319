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
  std::optional<Metric> sort;
  /// Rows of layers at most; 0: all.  Empty: as many as the format has room for.
  std::optional<std::size_t> top;
  /// Ids of columns of the table of layers, see layer_columns(); empty: the usual ones.
  std::vector<std::string> columns;
  /// Has a section on training, and what it costs in each layer.
  bool has_training = false;
};

/// What formats draw the model's graph of, and a page all of its layers.
struct AnalysedModel {
  const Figures& figures;
  ReportOptions options;
};

/// Has every part.  \param figures must outlive the report
[[nodiscard]] Report report_of(const Figures& figures, const ReportOptions& options);

/// A row each for models that were analysed together: the last report of their document.
class ModelsTable {
 public:
  void add(const Figures& figures);
  /// A table alone; \pre outlives the report
  [[nodiscard]] Report report() const;

 private:
  std::vector<Row> rows_;
};

}  // namespace macroscope
