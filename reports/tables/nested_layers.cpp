#include "reports/tables/nested_layers.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/tables/layer_cells.h"
#include "reports/tables/layer_table.h"

namespace macroscope {
namespace {

/// A graph that runs inside a layer.
struct Nested {
  ScopeId scope = 0;
  std::size_t first_row = 0;
};

/// Columns of layers that have a meaning inside another one as well.
std::vector<const LayerColumn*> columns_inside() {
  std::vector<const LayerColumn*> columns;
  for (const LayerColumn& column : layer_columns()) {
    static constexpr std::string_view kOnlyOutside[] = {"name", "op",   "domain",          "path",      "share",
                                                        "bar",  "jump", "receptive_field", "live_bytes"};
    if (std::find(std::begin(kOnlyOutside), std::end(kOnlyOutside), column.column.id) == std::end(kOnlyOutside))
      columns.push_back(&column);
  }
  return columns;
}

}  // namespace

Table nested_layers_table(const Figures& figures) {
  const auto& scopes = figures.analysis().shapes.scopes;
  std::vector<Nested> nested;
  std::size_t rows = 0;
  for (ScopeId scope = 1; scope < scopes.size(); ++scope) {
    if (scopes[scope].internal) continue;
    nested.push_back({scope, rows});
    rows += figures.network().graphs[scopes[scope].graph].nodes.size();
  }
  Table table;
  table.columns = {{"name", "layer", ColumnType::name},
                   {"inside", "inside of", ColumnType::text},
                   {"multiplicity", "times", ColumnType::count}};
  const std::vector<const LayerColumn*> columns = columns_inside();
  for (const LayerColumn* column : columns) table.columns.push_back(column->column);
  table.row_count = rows;
  table.row = [&figures, nested = std::move(nested), columns](std::size_t index) {
    const auto behind = std::upper_bound(nested.begin(), nested.end(), index,
                                         [](std::size_t row, const Nested& each) { return row < each.first_row; });
    const Nested& inside = *std::prev(behind);
    const auto node = static_cast<NodeId>(index - inside.first_row);
    const Scope& scope = figures.analysis().shapes.scopes[inside.scope];
    const LayerCells cells(figures, inside.scope);
    Row row{RowKind::entry, 0, {cells.of(node, "name"), ModelText{scope.path}, Quantity{scope.multiplicity}}};
    for (const LayerColumn* column : columns)
      row.cells.push_back(column->metric ? cells.of(node, *column->metric) : cells.of(node, column->column.id));
    return row;
  };
  return table;
}

}  // namespace macroscope
