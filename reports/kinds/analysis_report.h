// Analysis report: what does a report say of an analysed model?
#pragma once

#include <vector>

#include "reports/document/report.h"
#include "reports/tables/analysed_model.h"

namespace macroscope {

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
