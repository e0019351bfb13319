#include "reports/formats/html_layers.h"

#include <optional>
#include <utility>

#include "reports/notation/number_text.h"
#include "reports/tables/layer_table.h"

namespace macroscope {
namespace {

constexpr std::size_t kAllLevels = 64;

/// Columns of the full table: all but those that others are made of.
std::vector<const LayerColumn*> all_columns() {
  std::vector<const LayerColumn*> columns{&layer_column(LayerDetail::name)};
  for (const LayerColumn& column : layer_columns()) {
    // The script works out numbers at any sizes itself.
    const LayerContent others[] = {LayerDetail::name, LayerDetail::op, LayerDetail::domain, LayerDetail::path,
                                   LayerDetail::example};
    if (std::find(std::begin(others), std::end(others), column.content) == std::end(others)) columns.push_back(&column);
  }
  return columns;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

PageLayers::PageLayers(const Figures& figures, const ReportOptions& options)
    : figures_(&figures),
      options_{kAllLevels, options.sort, options.top.value_or(0), {}},
      tree_(figures, options_),
      row_of_node_(figures.network().main().nodes.size(), -1) {
  std::optional<LayerTree::Row> outermost;  // of the modules that hold the next layer alone
  for (std::size_t i = 0; i < tree_.rows().size(); ++i) {
    const LayerTree::Row& row = tree_.rows()[i];
    if (row.kind == RowKind::module && row.layers == 1) {
      if (!outermost) outermost = row;
      continue;
    }
    const auto index = static_cast<std::int64_t>(rows_.size());
    ShownRow shown{i, row.level};
    if (outermost && row.kind == RowKind::entry) {
      const std::string_view path = figures.network().main().nodes[row.index].path;
      shown.level = outermost->level;
      shown.prefix = path.substr(outermost->path.size() - last_part(outermost->path).size());
    }
    outermost.reset();
    rows_.push_back(shown);
    if (row.kind == RowKind::entry) row_of_node_[row.index] = index;
    if (row.kind == RowKind::module) row_of_module_.emplace(row.path, index);
  }
}

Table PageLayers::table() const {
  const Table all = layer_table(*figures_, all_columns(), options_, true);
  Table table;
  table.columns = all.columns;
  const std::size_t tree_rows = tree_.rows().size();
  table.row_count = rows_.size() + all.row_count - tree_rows;
  table.row = [rows = rows_, all, tree_rows](std::size_t index) {
    if (index >= rows.size()) return all.row(tree_rows + index - rows.size());
    Row row = all.row(rows[index].row);
    row.level = rows[index].level;
    auto* name = std::get_if<ModelText>(&row.cells.front());
    if (name != nullptr && !rows[index].prefix.empty()) name->text = std::string(rows[index].prefix) + '/' + name->text;
    return row;
  };
  return table;
}

std::vector<IcicleRow> PageLayers::bars() const {
  std::vector<IcicleRow> bars;
  const Graph& graph = figures_->network().main();
  for (const ShownRow& shown : rows_) {
    const LayerTree::Row& row = tree_.rows()[shown.row];
    const std::optional<Quantity> quantity = tree_.of(row, tree_.estimated_by());
    IcicleRow& bar = bars.emplace_back();
    bar.level = shown.level;
    bar.weight = quantity ? nominal_weight(quantity->value) : 0;
    if (row.kind == RowKind::entry) bar.name = shown.prefix.empty() ? shown_name(graph, graph.nodes[row.index]) : shown.prefix;
    if (row.kind == RowKind::module) bar.name = last_part(row.path);
    if (row.kind == RowKind::others) bar.name = counted(row.layers, "other layer");
  }
  return bars;
}

std::int64_t PageLayers::row_of(const GraphBox& box) const {
  if (box.kind == BoxKind::layer) return row_of_node_[box.index];
  const auto found = box.kind == BoxKind::module ? row_of_module_.find(box.path) : row_of_module_.end();
  return found == row_of_module_.end() ? -1 : found->second;
}

}  // namespace macroscope
