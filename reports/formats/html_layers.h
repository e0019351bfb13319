// Rows of the HTML page: which are there for modules and layers, and which boxes and bars of the pictures are they?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reports/document/report.h"
#include "reports/pictures/icicle_svg.h"
#include "reports/pictures/model_graph.h"
#include "reports/tables/analysed_model.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {

/// The tree of all modules and layers.  A module of a single layer takes no row: the layer's name begins with it.
class PageLayers {
 public:
  PageLayers(const Figures& figures, const ReportOptions& options);

  /// All that is known of each layer, and the total.
  [[nodiscard]] Table table() const;
  [[nodiscard]] std::vector<IcicleRow> bars() const;
  /// The row of a box, or -1.
  [[nodiscard]] std::int64_t row_of(const GraphBox& box) const;
  [[nodiscard]] Metric estimated_by() const noexcept { return tree_.estimated_by(); }

 private:
  struct ShownRow {
    std::size_t row = 0;  // of the tree
    std::uint32_t level = 0;
    std::string_view prefix{};  // modules that it is alone in
  };

  const Figures* figures_;
  LayerTreeOptions options_;
  LayerTree tree_;
  std::vector<ShownRow> rows_;
  std::vector<std::int64_t> row_of_node_;
  std::unordered_map<std::string_view, std::int64_t> row_of_module_;
};

}  // namespace macroscope
