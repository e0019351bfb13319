// What are all totals of a model, and how is each counted?  The words stand for the pages of documentation in formats that go alone.
#pragma once

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Every quantity among the totals of the JSON document.  Columns: `quantity`, its key there (`macs_by_dtype.float32` in a group); `total`;
/// `convention`.
[[nodiscard]] Table totals_table(const Figures& figures);

}  // namespace macroscope
