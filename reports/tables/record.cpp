#include "reports/tables/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <vector>

#include "analyzer/operators/operator.h"
#include "analyzer/passes/structure/decomposed_attention.h"

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

/// What weighted layers do, and how what they multiply by is stored.
class Weights {
 public:
  explicit Weights(const Figures& figures) : graph_(figures.network().main()), scope_(figures.analysis().shapes.scopes.front()) {
    for (const Parameter& parameter : figures.analysis().parameters.rows)
      if (parameter.graph == 0 && parameter.role == Role::weight) stored_.emplace(parameter.tensor, &parameter);
  }

  void describe(NodeId node, LayerRecord& layer) const {
    layer.kind = kind_of(scope_.operators[node]);
    const Parameter* largest = nullptr;
    for (const TensorId input : graph_.nodes[node].inputs) {
      const Parameter* weight = behind(input);
      if (weight == nullptr) continue;
      const auto size = [](const Parameter& parameter) { return parameter.elements.number().value_or(0); };
      if (largest == nullptr || size(*weight) > size(*largest)) largest = weight;
    }
    if (largest != nullptr) layer.weight_dtype = name_of(largest->dtype);
  }

 private:
  static std::string_view kind_of(const Operator* row) {
    if (has(row, Trait::convolution)) return "convolution";
    if (has(row, Trait::matrix_product)) return "dense";
    if (has(row, Trait::recurrent)) return "recurrent";
    return has(row, Trait::attention) ? "attention" : "";
  }

  /// The stored weight that a tensor is, seen through views, casts and what dequantises it.
  [[nodiscard]] const Parameter* behind(TensorId tensor) const {
    constexpr int kMostBetween = 64;  // exporters write a handful, and nodes may take each other's outputs
    for (int steps = 0; steps < kMostBetween && tensor != kAbsent; ++steps) {
      const auto found = stored_.find(tensor);
      if (found != stored_.end()) return found->second;
      const NodeId producer = graph_.tensors[tensor].producer;
      if (producer == kNone) return nullptr;
      const Operator* row = scope_.operators[producer];
      const bool passes = has(row, Trait::view) || has(row, Trait::regroups) || has(row, Trait::permutes) ||
                          has(row, Trait::converts) || has(row, Trait::dequantizes);
      if (!passes || graph_.nodes[producer].inputs.empty()) return nullptr;
      tensor = graph_.nodes[producer].inputs.front();
    }
    return nullptr;
  }

  const Graph& graph_;
  const Scope& scope_;
  std::unordered_map<TensorId, const Parameter*> stored_;
};

/// Sizes are what its results say: integers whose content follows from the shapes, and which are not stored.
bool is_on_sizes(const Scope& scope, const Node& node, const Operator* row) {
  if (has(row, Trait::holds_constant) || node.outputs.empty()) return false;
  return std::all_of(node.outputs.begin(), node.outputs.end(), [&](TensorId output) {
    return output == kAbsent || (is_integer(scope.facts[output].type.dtype) && scope.facts[output].value != nullptr);
  });
}

/// The extent that most weighted layers' results end in.
std::optional<Dim> width_of(const Figures& figures, const std::vector<LayerRecord>& layers) {
  const Graph& graph = figures.network().main();
  const Scope& scope = figures.analysis().shapes.scopes.front();
  std::map<std::int64_t, std::size_t> count;
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    if (layers[node].weight_dtype.empty() || graph.nodes[node].outputs.empty() || graph.nodes[node].outputs.front() == kAbsent)
      continue;
    const Shape& shape = scope.facts[graph.nodes[node].outputs.front()].type.shape;
    if (!shape.known() || shape.rank() == 0) continue;
    if (const std::optional<std::int64_t> last = shape[shape.rank() - 1].number()) ++count[*last];
  }
  const auto most =
      std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == count.end() ? std::nullopt : std::optional(Dim(most->first));
}

}  // namespace

ModelRecord record_for_comparison(const Figures& figures) {
  ModelRecord record = record_of(figures);
  if (!figures.has_model()) return record;
  const Graph& graph = figures.network().main();
  const Scope& scope = figures.analysis().shapes.scopes.front();
  const Weights weights(figures);
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    weights.describe(node, record.layers[node]);
    record.layers[node].is_on_sizes = is_on_sizes(scope, graph.nodes[node], scope.operators[node]);
  }
  for (const OperatorSet& set : figures.network().operator_sets) record.operator_sets.emplace(set.domain, set.version);
  record.attentions = count_attentions(figures.network(), scope);
  record.width = width_of(figures, record.layers);
  record.example = figures.analysis().example_point().sizes();
  return record;
}

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
