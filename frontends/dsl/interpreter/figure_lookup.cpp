#include "frontends/dsl/interpreter/figure_lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analyzer/passes/cost/repeat_count.h"
#include "analyzer/record/metric_values.h"

namespace macroscope::dsl {
namespace {

const std::vector<std::string_view> kProperties{"shape", "channels", "receptive_field", "fan_in",
                                                "he",    "kernel",   "paths",           "shortest_path"};

bool is_within(std::string_view name, std::string_view path) {
  return name.starts_with(path) && (name.size() == path.size() || name[path.size()] == '/');
}

/// A node of a layer that a path means, in one of the scopes.
struct LayerNode {
  ScopeId scope = 0;
  NodeId node = 0;
};

/// The main graph's nodes; where there is none, those of nested graphs.
std::vector<LayerNode> layers_at(const Analysis& analysis, std::string_view path) {
  std::vector<LayerNode> layers;
  for (ScopeId scope = 0; scope < analysis.shapes.scopes.size() && layers.empty(); ++scope) {
    if (analysis.shapes.scopes[scope].internal) continue;
    const Graph& graph = analysis.network.graphs[analysis.shapes.scopes[scope].graph];
    for (NodeId node = 0; node < graph.nodes.size(); ++node)
      if (is_within(graph.nodes[node].name, path)) layers.push_back({scope, node});
  }
  if (layers.empty()) throw UnknownFigure{fmt::format("there is no layer '{}'", path)};
  return layers;
}

const Node& node_at(const Analysis& analysis, LayerNode layer) {
  return analysis.network.graphs[analysis.shapes.scopes[layer.scope].graph].nodes[layer.node];
}

/// Bytes alive while the node runs.
Dim live_bytes_at(const Memory& memory, NodeId node) {
  if (!memory.is_complete) throw UnknownFigure{"the size of some tensor is not known"};
  Dim bytes;
  const bool is_known = memory.for_each_step([&](std::uint32_t step, const Dim& alive) {
    if (memory.order[step] == node) bytes = alive;
  });
  if (!is_known) throw UnknownFigure{"the bytes alive are past 128 bits"};
  return bytes;
}

[[noreturn]] void fail_total(const Analysis& analysis, Metric metric) {
  if (metric == Metric::peak_bytes)
    throw UnknownFigure{analysis.memory.is_complete ? "too many steps may be the peak, depending on the symbols"
                                                    : "the size of some tensor is not known"};
  if (!analysis.costs.complete) throw UnknownFigure{"some layers have no cost rule, and the total is a lower bound"};
  if (metric == Metric::training_macs) throw UnknownFigure{"what training costs is not known of some layers"};
  throw UnknownFigure{fmt::format("the {} are past 128 bits", words_for(metric))};
}

Dim amount_at(const Analysis& analysis, Metric metric, LayerNode layer) {
  const std::optional<Quantity> amount = amount_of_layer(analysis, metric, layer.scope, layer.node);
  if (amount && !amount->at_least) return amount->value;
  const std::string_view name = node_at(analysis, layer).name;
  throw UnknownFigure{metric == Metric::training_macs ? fmt::format("what training '{}' costs is not known", name)
                                                      : fmt::format("the cost of '{}' is not known", name)};
}

Datum of_axes(const std::vector<Dim>& axes) {
  if (!axes.empty() && std::all_of(axes.begin(), axes.end(), [&](const Dim& axis) { return axis == axes.front(); }))
    return {Number(axes.front())};
  std::vector<Datum> list;
  list.reserve(axes.size());
  for (const Dim& axis : axes) list.push_back({Number(axis)});
  return Datum::list_of(std::move(list));
}

/// (k - 1) * dilation + 1 along each axis.
Datum kernel_of(const Analysis& analysis, std::string_view path) {
  for (const LayerNode layer : layers_at(analysis, path)) {
    const Scope& scope = analysis.shapes.scopes[layer.scope];
    const OpContext context = site_of(analysis.network, scope, layer.node);
    std::vector<Dim> kernel;
    if (const auto given = context.size_list("kernel_shape")) {
      kernel.assign(given->begin(), given->end());
    } else if (has(scope.operators[layer.node], Trait::convolution) && context.shape(1).known() && context.shape(1).rank() > 2) {
      kernel.assign(context.shape(1).begin() + 2, context.shape(1).end());
    }
    if (kernel.empty()) continue;
    if (const auto dilations = context.size_list("dilations"))
      for (std::size_t axis = 0; axis < kernel.size() && axis < dilations->size(); ++axis)
        kernel[axis] = (kernel[axis] - 1) * (*dilations)[axis] + 1;
    return of_axes(kernel);
  }
  throw UnknownFigure{fmt::format("'{}' has no kernel", path)};
}

const FanOfLayer& fan_of(const Analysis& analysis, std::string_view path) {
  for (const LayerNode layer : layers_at(analysis, path))
    if (const auto& fan = analysis.initialization().nodes[layer.scope][layer.node]) return *fan;
  throw UnknownFigure{fmt::format("'{}' multiplies by no trained weight", path)};
}

Datum initialization_of(const Analysis& analysis, std::string_view name, std::string_view path) {
  const FanOfLayer& fan = fan_of(analysis, path);
  if (name == "fan_in") return {Number(fan.in)};
  if (const auto he = fan.he()) return {Number::of_real(*he)};
  throw UnknownFigure{fmt::format("the fan-in of '{}' is {}", path, fan.in.text())};
}

Number number_of_paths(const PathCount& count) {
  if (count.is_exact()) {
    try {
      return number_of(count.decimal());
    } catch (const AlgebraError&) {  // past 128 bits: as a decimal
    }
  }
  return Number::of_real(std::exp2(count.log2()));
}

Datum paths_of(const Analysis& analysis, std::string_view name, TensorId tensor) {
  const Paths& paths = analysis.findings().gradients.from_tensor[tensor];
  if (name == "paths") return {number_of_paths(paths.count)};
  if (paths.count.is_zero())
    throw UnknownFigure{fmt::format("no gradient comes to '{}'", analysis.network.main().tensors[tensor].name)};
  return {Number(Dim(static_cast<std::int64_t>(paths.fewest_weighted)))};
}

/// Of the input of the net that it depends on; one number where all axes agree.
Datum receptive_field_of(const Analysis& analysis, TensorId tensor) {
  const std::string_view called = analysis.network.main().tensors[tensor].name;
  const std::vector<InputField> fields = analysis.receptive_fields().of(tensor, analysis.shapes);
  if (fields.empty()) throw UnknownFigure{fmt::format("'{}' depends on no input with spatial axes", called)};
  if (fields.size() > 1) throw UnknownFigure{fmt::format("'{}' depends on {} inputs", called, fields.size())};
  std::vector<Dim> axes;
  bool is_all = true;
  for (const AxisField& axis : fields.front().axes) {
    if (axis.kind == AxisField::Kind::unknown)
      throw UnknownFigure{fmt::format("the receptive field of '{}' is not known", called)};
    is_all = is_all && axis.kind == AxisField::Kind::all;
    axes.push_back(axis.size);
  }
  if (is_all) return {std::string("all")};
  if (std::any_of(fields.front().axes.begin(), fields.front().axes.end(),
                  [](const AxisField& axis) { return axis.kind == AxisField::Kind::all; }))
    throw UnknownFigure{fmt::format("'{}' depends on the whole of one axis", called)};
  return of_axes(axes);
}

}  // namespace

std::vector<std::string_view> quantity_names() {
  const std::span<const std::string_view> names = names_in_expectations();
  return {names.begin(), names.end()};
}
const std::vector<std::string_view>& property_names() { return kProperties; }

bool is_quantity(std::string_view name) noexcept { return metric_expected_as(name).has_value(); }

bool is_property(std::string_view name) noexcept {
  return std::find(kProperties.begin(), kProperties.end(), name) != kProperties.end();
}

bool is_property_of_layers(std::string_view name) noexcept { return name == "fan_in" || name == "he" || name == "kernel"; }

Number quantity_of(const Analysis& analysis, std::string_view name) {
  const Metric metric = metric_expected_as(name).value();
  const std::optional<Quantity> total = total_of(analysis, metric);
  if (!total || total->at_least) fail_total(analysis, metric);
  return total->value;
}

Number quantity_of(const Analysis& analysis, std::string_view name, std::string_view path) {
  const Metric metric = metric_expected_as(name).value();
  Dim sum;
  const std::vector<LayerNode> layers = layers_at(analysis, path);
  for (const LayerNode layer : layers) {
    if (metric != Metric::peak_bytes) {
      sum += amount_at(analysis, metric, layer);
      continue;
    }
    if (layer.scope != 0) throw UnknownFigure{fmt::format("'{}' stands in a graph of its own", path)};
    sum = max(sum, live_bytes_at(analysis.memory, layer.node));
  }
  // What is in a `repeat` whose count is a symbol is there in each of its iterations.
  return over_repeats(analysis.network, analysis.shapes.scopes[layers.front().scope].graph, sum);
}

Datum property_of_tensor(const Analysis& analysis, std::string_view name, TensorId tensor) {
  if (name == "receptive_field") return receptive_field_of(analysis, tensor);
  if (name == "paths" || name == "shortest_path") return paths_of(analysis, name, tensor);
  const Fact& fact = analysis.shapes.scopes.front().facts[tensor];
  const std::string_view called = analysis.network.main().tensors[tensor].name;
  if (!fact.type.shape.known()) throw UnknownFigure{fmt::format("the shape of '{}' is not known", called)};
  const Shape& shape = fact.type.shape;
  if (name == "shape") {
    std::vector<Datum> dims;
    for (const Dim& dim : shape) dims.push_back({Number(dim)});
    return Datum::list_of(std::move(dims));
  }
  if (shape.rank() < 2) throw UnknownFigure{fmt::format("'{}' of shape {} has no channels", called, shape.text())};
  return {Number(shape[1])};
}

Datum property_of_node(const Analysis& analysis, std::string_view name, std::string_view path) {
  return name == "kernel" ? kernel_of(analysis, path) : initialization_of(analysis, name, path);
}

TensorId result_of(const Analysis& analysis, std::string_view path) {
  const Graph& graph = analysis.network.main();
  TensorId result = kAbsent;
  for (const Node& node : graph.nodes)  // the last one of a layer of several nodes makes its result
    if (is_within(node.name, path) && !node.outputs.empty()) result = node.outputs.front();
  return result;
}

}  // namespace macroscope::dsl
