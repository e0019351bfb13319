// Table of operators: which are known, and how is the cost of each counted?
#pragma once

#include <string>

#include "reports/document/report.h"

namespace macroscope {

/// A row for each operator of the catalogue and each of its versions that differ; those whose name or domain holds `filter`, letters of
/// either case.
[[nodiscard]] Report operators_report(std::string filter = {});

}  // namespace macroscope
