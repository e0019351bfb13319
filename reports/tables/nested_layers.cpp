#include "reports/tables/nested_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/number_text.h"
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
    static constexpr LayerContent kOnlyOutside[] = {LayerDetail::name,      LayerDetail::op,    LayerDetail::domain,
                                                    LayerDetail::path,      LayerDetail::share, LayerDetail::bar,
                                                    LayerDetail::example,   LayerDetail::jump,  LayerDetail::receptive_field,
                                                    LayerDetail::live_bytes};
    if (std::find(std::begin(kOnlyOutside), std::end(kOnlyOutside), column.content) == std::end(kOnlyOutside))
      columns.push_back(&column);
  }
  return columns;
}

/// The graphs that a node runs, and those that run in them.
std::vector<ScopeId> scopes_inside(const Shapes& shapes, ScopeId scope, NodeId node) {
  std::vector<ScopeId> inside;
  for (const Call& call : shapes.scopes[scope].calls)
    if (call.node == node) inside.push_back(call.scope);
  for (std::size_t i = 0; i < inside.size(); ++i)
    for (const Call& call : shapes.scopes[inside[i]].calls) inside.push_back(call.scope);
  std::erase_if(inside, [&](ScopeId each) { return shapes.scopes[each].internal; });
  return inside;
}

/// A layer of one of them.
struct LayerInside {
  ScopeId scope = 0;
  NodeId node = 0;
  /// Of all its runs: MACs, then FLOPs.
  std::pair<double, double> weight;
};

constexpr std::size_t kListedInside = 10;

Cell macs_at_example(const Figures& figures, ScopeId scope, NodeId node) {
  const std::optional<Quantity> macs = figures.of_layer(Metric::macs, scope, node);
  std::optional<Dim> number = macs ? figures.analysis().example_point().value_of(macs->value) : std::nullopt;
  return number ? Cell(Quantity{std::move(*number), macs->at_least}) : Cell(UnknownCell{});
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
    Row row{RowKind::entry, 0, {cells.of(node, LayerDetail::name), ModelText{scope.path}, Quantity{scope.multiplicity}}};
    for (const LayerColumn* column : columns) row.cells.push_back(cells.of(node, *column));
    return row;
  };
  return table;
}

Table costliest_inside(const Figures& figures, ScopeId scope, NodeId node) {
  const Shapes& shapes = figures.analysis().shapes;
  const ExamplePoint& point = figures.analysis().example_point();
  const auto number_of = [&](const Dim& quantity) { return approximate(point.value_of(quantity).value_or(Dim(0))); };
  std::vector<LayerInside> layers;
  for (const ScopeId inside : scopes_inside(shapes, scope, node)) {
    const auto weight_of = [&](NodeId layer, Metric metric) {
      const std::optional<Quantity> once = figures.of_layer(metric, inside, layer);
      return once ? number_of(once->value) * number_of(shapes.scopes[inside].multiplicity) : 0;
    };
    // What a layer with graphs of its own takes is told of the layers in them.
    for (NodeId layer = 0; layer < figures.network().graphs[shapes.scopes[inside].graph].nodes.size(); ++layer)
      if (scopes_inside(shapes, inside, layer).empty())
        layers.push_back({inside, layer, {weight_of(layer, Metric::macs), weight_of(layer, Metric::flops)}});
  }
  std::stable_sort(layers.begin(), layers.end(), [](const LayerInside& a, const LayerInside& b) { return a.weight > b.weight; });
  const std::size_t all = layers.size();
  if (all > kListedInside + 1) layers.resize(kListedInside);

  const std::vector<const LayerColumn*> columns =
      layer_columns({LayerDetail::shown_operator, LayerDetail::output_shape, Metric::parameters, Metric::macs});
  Table table;
  table.columns = {{"name", "layer", ColumnType::name},
                   {"inside", "inside of", ColumnType::text, true},
                   {"multiplicity", "times", ColumnType::count}};
  for (const LayerColumn* column : columns) table.columns.push_back(column->column);
  table.columns.push_back({"example", example_title_of(Metric::macs), ColumnType::count});
  table.row_count = layers.size() + (layers.size() < all ? 1 : 0);
  table.row = [&figures, layers = std::move(layers), columns, all](std::size_t index) {
    if (index == layers.size()) {
      Row others{RowKind::others, 0, {fmt::format("[{} others]", grouped(all - layers.size()))}};
      others.cells.resize(4 + columns.size());
      return others;
    }
    const auto& [inside, layer, weight] = layers[index];
    const Scope& around = figures.analysis().shapes.scopes[inside];
    const LayerCells cells(figures, inside);
    Row row{RowKind::entry, 0, {cells.of(layer, LayerDetail::name), ModelText{around.path}, Quantity{around.multiplicity}}};
    for (const LayerColumn* column : columns) row.cells.push_back(cells.of(layer, *column));
    row.cells.push_back(macs_at_example(figures, inside, layer));
    return row;
  };
  return table;
}

}  // namespace macroscope
