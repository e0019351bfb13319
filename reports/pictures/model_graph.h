// Model graph: which boxes and arrows does a picture of the model have?  Layers, or modules that stand for all that lies below them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/pictures/graph_layout.h"
#include "reports/tables/figures.h"

namespace macroscope {

enum class BoxKind : std::uint8_t {
  layer,
  module,
  group,   // layers that follow each other, where a module has very many
  input,   // of the model; or all that enters a module
  output,  // the same for what leaves
};

struct GraphBox {
  BoxKind kind = BoxKind::layer;
  /// A layer: its node.  An input or output of the model: its tensor; kNone where the box stands for several.
  std::uint32_t index = kNone;
  /// A module: its path.
  std::string_view path{};
  /// Layers that it stands for.
  std::uint32_t layers = 1;
  /// The first and last of them.
  NodeId first = 0, last = 0;
  /// What it has of the metric of the picture, as near as a floating number comes; sizes that are open count alike everywhere.
  double weight = 0;
  /// The picture of what is inside, or kNone.
  std::uint32_t inside = kNone;
};

struct GraphPicture {
  /// In an order in which they can be evaluated, as far as there is one.
  std::vector<GraphBox> boxes;
  /// Sorted, each once.
  std::vector<LayoutEdge> edges;
  /// By edge: whether a tensor takes it around layers that lead to the same box, skip_connections.h.
  std::vector<bool> skips;
  /// The picture that this one is the inside of, or kNone.
  std::uint32_t parent = kNone;
};

/// Every layer a box; or with `depth` > 0 every module of so many levels, and the layers that lie in no such module.
[[nodiscard]] GraphPicture flat_picture(const Figures& figures, Metric metric, std::size_t depth);

/// The model as its outermost modules, then each module with what is directly below it, parents first; a module of a single layer is that
/// layer.  None has many more than
/// `most_boxes` boxes: layers that follow each other are taken together where there are more.
[[nodiscard]] std::vector<GraphPicture> nested_pictures(const Figures& figures, Metric metric, std::size_t most_boxes);

/// How dark a box is, 0 .. kHeatLevels - 1: 0 has nothing of the metric, each step down has about half of the largest.
inline constexpr int kHeatLevels = 7;
[[nodiscard]] int heat_of(double weight, double largest) noexcept;
[[nodiscard]] double largest_weight(const GraphPicture& picture) noexcept;

/// What is written into a box: the operator and its output's shape, a module's name and how many layers it has.
struct BoxText {
  std::string first;
  std::string second;
  /// Of what leaves the box, where `second` says something else or has no room for all of it.
  std::string shape{};
};
[[nodiscard]] BoxText text_of(const GraphBox& box, const Figures& figures);

}  // namespace macroscope
