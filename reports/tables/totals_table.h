// Table of totals: what are they, and how is each counted?  In words, since a report travels without the pages of documentation.
#pragma once

#include "reports/document/report.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// Every quantity among the totals of the JSON document.  Columns: `quantity`, its key there (`macs_by_dtype.float32` in a group); `total`;
/// `convention`.
[[nodiscard]] Table totals_table(const Figures& figures);

}  // namespace macroscope
