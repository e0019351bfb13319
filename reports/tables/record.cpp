#include "reports/tables/record.h"

#include <fmt/format.h>

#include <vector>

#include "reports/sections/memory_figures.h"

namespace macroscope {
namespace {

/// What layers and totals have in common.
std::optional<Measure> measure_of(Metric metric) { return measure_named(name_of(metric)); }

void set(ModelRecord& record, Metric metric, std::optional<Quantity> quantity) {
  record.totals[static_cast<std::size_t>(metric)] = std::move(quantity);
}

/// The most positions that an output reads along any spatial axis of an input.
std::optional<Quantity> receptive_field_of(const Figures& figures) {
  const ReceptiveFields& fields = figures.analysis().receptive_fields();
  const Scope& scope = figures.analysis().shapes.scopes.front();
  std::optional<Quantity> most;
  for (const TensorId output : figures.network().main().outputs) {
    for (const InputField& field : fields.of(output, figures.analysis().shapes)) {
      const TrackedInput& input = fields.inputs[field.input];
      const Shape& shape = scope.facts[input.tensor].type.shape;
      for (std::size_t i = 0; i < field.axes.size(); ++i) {
        const AxisField& axis = field.axes[i];
        const bool is_all = axis.kind == AxisField::Kind::all;
        const bool is_known = is_all ? shape.known() : axis.kind == AxisField::Kind::extent;
        const Dim size = !is_known ? Dim(0) : is_all ? shape[input.axes[i]] : axis.size;
        most = most ? Quantity{max(most->value, size), most->at_least || !is_known} : Quantity{size, !is_known};
      }
    }
  }
  return most;
}

void add_totals(ModelRecord& record, const Figures& figures) {
  const Analysis& analysis = figures.analysis();
  for (std::size_t i = 0; i < kMetrics; ++i)
    if (const std::optional<Measure> measure = measure_of(static_cast<Metric>(i))) record.totals[i] = figures.total(*measure);
  set(record, Metric::effective_parameters, Quantity{analysis.parameters.totals.effective_weights});
  set(record, Metric::statistics, Quantity{analysis.parameters.total(Role::statistic)});
  set(record, Metric::quantisation, Quantity{analysis.parameters.total(Role::quantisation)});
  set(record, Metric::constants, Quantity{analysis.parameters.total(Role::constant)});
  set(record, Metric::weight_bytes, Quantity{analysis.parameters.totals.weight_bytes});
  set(record, Metric::activation_bytes, Quantity{analysis.costs.activation_bytes, !analysis.costs.complete});
  set(record, Metric::peak_bytes, peak_bytes(figures));
  set(record, Metric::receptive_field, receptive_field_of(figures));
  set(record, Metric::nodes, Quantity{Dim::of_size(analysis.costs.node_count)});
}

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
    for (std::size_t i = 0; i < kLayerMetricCount; ++i)
      if (const std::optional<Measure> measure = measure_of(kLayerMetrics[i]))
        layer.amounts[i] = figures.of_layer(*measure, 0, node);
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
  add_totals(record, figures);
  add_layers(record, figures);
  count_operators(record, figures);
  return record;
}

}  // namespace macroscope
