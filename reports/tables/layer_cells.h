// Cells of a layer: what does a table say of one layer, wherever it appears?
#pragma once

#include <span>
#include <string_view>

#include "reports/tables/figures.h"

namespace macroscope {

/// Of the layers of one graph as it runs in one place: the main graph, the body of a loop, a function as it is called.
class LayerCells {
 public:
  LayerCells(const Figures& figures, ScopeId scope);

  /// \param column the id of one that is no quantity: `name`, `output_shape`, `formula`, see layer_columns()
  [[nodiscard]] Cell of(NodeId node, std::string_view column) const;
  /// Each time the layer runs.
  [[nodiscard]] Cell of(NodeId node, Metric metric) const;

 private:
  [[nodiscard]] const Type* first_type(std::span<const TensorId> tensors) const;
  [[nodiscard]] Cell shape_cell(std::span<const TensorId> tensors) const;
  [[nodiscard]] Cell dtype_cell(std::span<const TensorId> tensors) const;
  [[nodiscard]] Cell fan_cell(NodeId node, std::string_view column) const;
  [[nodiscard]] Cell formula_cell(NodeId node) const;

  const Figures* figures_;
  ScopeId scope_;
  const Graph* graph_;
};

}  // namespace macroscope
