// Cells of a layer: what does a table say of one layer, wherever it appears?
#pragma once

#include <span>
#include <variant>

#include "reports/tables/figures.h"
#include "reports/tables/layer_columns.h"

namespace macroscope {

/// Of the layers of one graph as it runs in one place: the main graph, the body of a loop, a function as it is called.
class LayerCells {
 public:
  LayerCells(const Figures& figures, ScopeId scope);

  /// Empty for what is said of layers of the main graph alone.
  [[nodiscard]] Cell of(NodeId node, LayerDetail detail) const;
  /// Each time the layer runs.
  [[nodiscard]] Cell of(NodeId node, Metric metric) const;
  [[nodiscard]] Cell of(NodeId node, const LayerColumn& column) const {
    return std::visit([&](auto content) { return of(node, content); }, column.content);
  }

 private:
  [[nodiscard]] const Type* first_type(std::span<const TensorId> tensors) const;
  [[nodiscard]] Cell shape_cell(std::span<const TensorId> tensors) const;
  [[nodiscard]] Cell dtype_cell(std::span<const TensorId> tensors) const;
  [[nodiscard]] Cell fan_cell(NodeId node, LayerDetail detail) const;
  [[nodiscard]] Cell formula_cell(NodeId node) const;

  const Figures* figures_;
  ScopeId scope_;
  const Graph* graph_;
};

}  // namespace macroscope
