#include "reports/tables/layer_cells.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "analyzer/operators/notation/worked_formula.h"

namespace macroscope {

LayerCells::LayerCells(const Figures& figures, ScopeId scope)
    : figures_(&figures), scope_(scope), graph_(&figures.network().graphs[figures.analysis().shapes.scopes[scope].graph]) {}

Cell LayerCells::of(NodeId index, LayerDetail detail) const {
  const Node& node = graph_->nodes[index];
  switch (detail) {
    case LayerDetail::index:
      return Quantity{Dim(node.file_index)};
    case LayerDetail::name:
      return ModelText{std::string(shown_name(*graph_, node))};
    case LayerDetail::shown_operator:
      return ModelText{shown_operator(node.domain, node.op)};
    case LayerDetail::op:
      return ModelText{std::string(node.op)};
    case LayerDetail::domain:
      return ModelText{std::string(node.domain)};
    case LayerDetail::path:
      return ModelText{std::string(node.path)};
    case LayerDetail::input_shape:
      return shape_cell(node.inputs);
    case LayerDetail::output_shape:
      return shape_cell(node.outputs);
    case LayerDetail::dtype:
      return dtype_cell(node.outputs);
    case LayerDetail::fan_in:
    case LayerDetail::fan_out:
    case LayerDetail::he:
    case LayerDetail::xavier:
      return fan_cell(index, detail);
    case LayerDetail::formula:
      return formula_cell(index);
    case LayerDetail::status:
      return figures_->status(scope_, index);
    case LayerDetail::receptive_field:
    case LayerDetail::jump:
    case LayerDetail::live_bytes:
    case LayerDetail::example:
    case LayerDetail::share:
    case LayerDetail::bar:
      break;
  }
  return {};
}

Cell LayerCells::of(NodeId node, Metric metric) const {
  std::optional<Quantity> quantity = figures_->of_layer(metric, scope_, node);
  return quantity ? Cell(std::move(*quantity)) : Cell(UnknownCell{});
}

const Type* LayerCells::first_type(std::span<const TensorId> tensors) const {
  for (const TensorId tensor : tensors)
    if (tensor != kAbsent) return &figures_->analysis().shapes.scopes[scope_].facts[tensor].type;
  return nullptr;
}

Cell LayerCells::shape_cell(std::span<const TensorId> tensors) const {
  const Type* type = first_type(tensors);
  if (type == nullptr) return {};
  if (type->kind != Kind::tensor && type->kind != Kind::sparse)
    return type->kind == Kind::unknown ? Cell(UnknownCell{}) : Cell(std::string("(no tensor)"));
  return type->shape.known() ? Cell(type->shape) : Cell(UnknownCell{});
}

Cell LayerCells::dtype_cell(std::span<const TensorId> tensors) const {
  const Type* type = first_type(tensors);
  if (type == nullptr || type->dtype == DataType::unknown) return UnknownCell{};
  return std::string(name_of(type->dtype));
}

Cell LayerCells::fan_cell(NodeId node, LayerDetail detail) const {
  const auto& fans = figures_->analysis().initialization().nodes[scope_];
  if (node >= fans.size() || !fans[node]) return {};
  const FanOfLayer& fan = *fans[node];
  if (detail == LayerDetail::fan_in) return Quantity{fan.in};
  if (detail == LayerDetail::fan_out) return Quantity{fan.out};
  const std::optional<double> sigma = detail == LayerDetail::he ? fan.he() : fan.xavier();
  return sigma ? Cell(fmt::format("{:.4g}", *sigma)) : Cell(UnknownCell{});
}

Cell LayerCells::formula_cell(NodeId node) const {
  const Scope& scope = figures_->analysis().shapes.scopes[scope_];
  const Operator* row = scope.operators[node];
  if (row == nullptr || !scope.inferred[node]) return {};
  return worked_formula(*row, site_of(figures_->network(), scope, node));
}

}  // namespace macroscope
