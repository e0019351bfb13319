#include "reports/tables/operator_totals.h"

#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reports/tables/figures.h"
#include "reports/tables/layer_table.h"

namespace macroscope {
namespace {

struct OperatorTotal {
  std::string name;
  std::size_t layers = 0;
  std::array<Sum, kMetrics> sums{};
};

std::vector<OperatorTotal> totals_of(const Figures& figures) {
  std::vector<OperatorTotal> totals;
  std::unordered_map<std::string, std::size_t> places;
  const Graph& graph = figures.network().main();
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    const std::string name = shown_operator(graph.nodes[node].domain, graph.nodes[node].op);
    const auto [place, is_new] = places.try_emplace(name, totals.size());
    if (is_new) totals.push_back({name});
    OperatorTotal& total = totals[place->second];
    ++total.layers;
    for (const Metric metric : columns_of_layers())
      total.sums[static_cast<std::size_t>(metric)].add(figures.of_layer(metric, 0, node));
  }
  return totals;
}

}  // namespace

Table operator_totals_table(const Figures& figures) {
  Table table;
  table.columns = {{"name", "operator", ColumnType::name}, {"layers", "layers", ColumnType::number}};
  std::vector<Metric> metrics;
  for (const LayerColumn& column : layer_columns()) {
    if (!column.metric) continue;
    table.columns.push_back(column.column);
    metrics.push_back(*column.metric);
  }
  std::vector<OperatorTotal> totals = totals_of(figures);
  table.row_count = totals.size();
  table.row = [totals = std::move(totals), metrics = std::move(metrics)](std::size_t index) {
    const OperatorTotal& total = totals[index];
    Row row{RowKind::entry, 0, {ModelText{total.name}, Quantity{Dim::of_size(total.layers)}}};
    for (const Metric metric : metrics) {
      const std::optional<Quantity> sum = total.sums[static_cast<std::size_t>(metric)].quantity();
      row.cells.push_back(sum ? Cell(*sum) : Cell(UnknownCell{}));
    }
    return row;
  };
  return table;
}

}  // namespace macroscope
