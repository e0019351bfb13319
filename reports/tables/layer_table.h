// Table of layers: the table of a tree of rows, in the columns that are asked for.
#pragma once

#include <vector>

#include "reports/document/report.h"
#include "reports/tables/layer_columns.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {

/// The table of these columns and rows.  Ends in the total where `has_total`, and what no layer of the model accounts for has a row of its
/// own before it.
[[nodiscard]] Table layer_table(const Figures& figures, const std::vector<const LayerColumn*>& columns,
                                const LayerTreeOptions& options, bool has_total);

}  // namespace macroscope
