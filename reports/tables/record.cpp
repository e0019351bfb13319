#include "reports/tables/record.h"

#include <fmt/format.h>

#include <vector>

namespace macroscope {
namespace {

std::string shapes_of(const Scope& scope, const Node& node) {
  std::string text;
  for (const TensorId output : node.outputs) {
    if (output == kAbsent) continue;
    const Type& type = scope.facts[output].type;
    text += fmt::format("{}{}", text.empty() ? "" : " ", type.is_tensor() ? type.shape.text() : "?");
  }
  return text;
}

void add_layers(ModelRecord& record, const Figures& figures) {
  const Scope& scope = figures.analysis().shapes.scopes.front();
  const Graph& graph = figures.network().main();
  record.layers.reserve(graph.nodes.size());
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    LayerRecord& layer = record.layers.emplace_back();
    const Node& from = graph.nodes[node];
    layer.name = shown_name(graph, from);
    layer.path = from.path;
    layer.op = shown_operator(from.domain, from.op);
    layer.shapes = shapes_of(scope, from);
    for (std::size_t i = 0; i < kLayerMetricCount; ++i) layer.amounts[i] = figures.of_layer(kLayerMetrics[i], 0, node);
  }
}

/// Of the graphs that are the model's own, each once.
void count_operators(ModelRecord& record, const Figures& figures) {
  std::vector<bool> counted(figures.network().graphs.size());
  for (const Scope& scope : figures.analysis().shapes.scopes) {
    if (scope.internal || counted[scope.graph]) continue;
    counted[scope.graph] = true;
    for (const Node& node : figures.network().graphs[scope.graph].nodes) ++record.operators[shown_operator(node.domain, node.op)];
  }
  for (const UnknownOperator& unknown : figures.analysis().costs.unknown)
    record.unknown_operators.emplace(shown_operator(unknown.domain, unknown.op), unknown.count);
}

}  // namespace

ModelRecord record_of(const Figures& figures) {
  ModelRecord record;
  record.path = figures.path();
  record.is_complete = figures.has_model() && figures.analysis().costs.complete;
  if (!figures.has_model()) return record;
  record.name = figures.network().information.name;
  for (const auto& [name, value] : figures.analysis().bindings) record.bindings.emplace(name, value.text());
  for (const Symbol& symbol : figures.network().symbols.all())
    if (symbol.id != symbol.name) record.symbols.emplace(symbol.id, symbol.name);
  for (std::size_t i = 0; i < kMetrics; ++i)
    if (is_recorded(static_cast<Metric>(i))) record.totals[i] = figures.total(static_cast<Metric>(i));
  add_layers(record, figures);
  count_operators(record, figures);
  return record;
}

}  // namespace macroscope
