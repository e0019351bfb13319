#include "reports/tables/operator_totals.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/tables/figures.h"
#include "reports/tables/layer_table.h"

namespace macroscope {
namespace {

struct OperatorTotal {
  std::string name;
  std::size_t layers = 0;
  std::array<Sum, kMetrics> sums{};

  [[nodiscard]] std::optional<Quantity> of(Metric metric) const { return sums[static_cast<std::size_t>(metric)].quantity(); }
};

/// Of the metrics that are shown: some, as that of training, take a pass of their own.
std::vector<OperatorTotal> totals_of(const Figures& figures, const std::vector<const LayerColumn*>& columns) {
  std::vector<OperatorTotal> totals;
  std::unordered_map<std::string, std::size_t> places;
  const Graph& graph = figures.network().main();
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    const std::string name = shown_operator(graph.nodes[node].domain, graph.nodes[node].op);
    const auto [place, is_new] = places.try_emplace(name, totals.size());
    if (is_new) totals.push_back({name});
    OperatorTotal& total = totals[place->second];
    ++total.layers;
    for (const LayerColumn* column : columns) {
      const Metric metric = *column->metric();
      total.sums[static_cast<std::size_t>(metric)].add(figures.of_layer(metric, 0, node));
    }
  }
  return totals;
}

Table table_of(std::vector<OperatorTotal> totals, const std::vector<const LayerColumn*>& columns) {
  Table table;
  table.columns = {{"name", "operator", ColumnType::name}, {"layers", "layers", ColumnType::number}};
  std::vector<Metric> metrics;
  for (const LayerColumn* column : columns) {
    table.columns.push_back(column->column);
    metrics.push_back(*column->metric());
  }
  table.row_count = totals.size();
  table.row = [totals = std::move(totals), metrics = std::move(metrics)](std::size_t index) {
    const OperatorTotal& total = totals[index];
    Row row{RowKind::entry, 0, {ModelText{total.name}, Quantity{Dim::of_size(total.layers)}}};
    for (const Metric metric : metrics) {
      const std::optional<Quantity> sum = total.of(metric);
      row.cells.push_back(sum ? Cell(*sum) : Cell(UnknownCell{}));
    }
    return row;
  };
  return table;
}

}  // namespace

Table operator_totals_table(const Figures& figures) {
  std::vector<const LayerColumn*> columns;
  for (const LayerColumn& column : layer_columns())
    if (column.metric() != nullptr) columns.push_back(&column);
  return operator_totals_table(figures, columns);
}

Table operator_totals_table(const Figures& figures, const std::vector<const LayerColumn*>& columns) {
  return table_of(totals_of(figures, columns), columns);
}

Table operator_summary_table(const Figures& figures) {
  const std::vector<const LayerColumn*> columns =
      layer_columns({Metric::parameters, Metric::macs, Metric::flops, Metric::bytes_written});
  std::vector<OperatorTotal> totals = totals_of(figures, columns);
  const auto weight_of = [&](const OperatorTotal& total, Metric metric) {
    const std::optional<Quantity> sum = total.of(metric);
    return sum ? nominal_weight(sum->value) : 0;
  };
  std::stable_sort(totals.begin(), totals.end(), [&](const OperatorTotal& a, const OperatorTotal& b) {
    return std::pair(weight_of(a, Metric::macs), weight_of(a, Metric::flops)) >
           std::pair(weight_of(b, Metric::macs), weight_of(b, Metric::flops));
  });
  return table_of(std::move(totals), columns);
}

}  // namespace macroscope
