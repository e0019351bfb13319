#include "analyzer/sweep.h"

#include <utility>

namespace macroscope {

SweepRow sweep_row(const Analysis& analysis, std::vector<Dim> values) {
  SweepRow row;
  row.values = std::move(values);
  row.is_wrong = has_errors(analysis.diagnostics);
  row.is_complete = analysis.costs.complete && analysis.memory.is_complete;
  try {
    const Cost& total = analysis.costs.total;
    row.parameters = analysis.parameters.total(Role::weight);
    row.macs = total.macs;
    row.effective_macs = total.effective_macs;
    row.flops = total.flops();
    row.activation_bytes = analysis.costs.activation_bytes;
    row.bytes_read = total.bytes_read;
    row.bytes_written = total.bytes_written;
    row.peak_bytes = analysis.memory.peak;
    if (analysis.roofline && analysis.roofline->is_complete) row.best_case_seconds = analysis.roofline->seconds;
  } catch (const AlgebraError&) {
    row.is_wrong = true;
  }
  return row;
}

}  // namespace macroscope
