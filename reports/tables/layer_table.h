// Table of layers: what does it show?  Its columns by name, and the table of a tree of rows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "reports/document/report.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {

/// A column that a table of layers may have.
struct LayerColumn {
  Column column;
  /// What it is the quantity of; empty for the others.
  std::optional<Metric> metric{};
};

/// Every column there is, in the order of documentation.
[[nodiscard]] std::span<const LayerColumn> layer_columns() noexcept;
/// Null if no column has this id.
[[nodiscard]] const LayerColumn* find_layer_column(std::string_view id) noexcept;
/// By its id or by the title that tables print, in letters of either case: `output_shape`, `output`, `MACs`, `% macs`.  Null if none is.
[[nodiscard]] const LayerColumn* layer_column_called(std::string_view word) noexcept;

/// The table of these columns and rows.  Ends in the total where `has_total`, and what no layer of the model accounts for has a row of its
/// own before it.
[[nodiscard]] Table layer_table(const Figures& figures, std::vector<const LayerColumn*> columns, const LayerTreeOptions& options,
                                bool has_total);

}  // namespace macroscope
