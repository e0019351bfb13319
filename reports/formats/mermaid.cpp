#include "reports/formats/mermaid.h"

#include <fmt/format.h>

#include <optional>

#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"
#include "reports/notation/text_style.h"
#include "reports/pictures/model_graph.h"
#include "reports/tables/layer_tree.h"

namespace macroscope {
namespace {

constexpr std::size_t kFewestBoxes = 3;
constexpr std::size_t kMostBoxes = 24;
constexpr std::size_t kMostEdges = 40;
constexpr std::size_t kDeepest = 3;
constexpr std::size_t kLetters = 32;

bool has_modules(const GraphPicture& picture) {
  for (const GraphBox& box : picture.boxes)
    if (box.kind == BoxKind::module) return true;
  return false;
}

bool is_readable(const GraphPicture& picture) {
  return picture.boxes.size() <= kMostBoxes && picture.edges.size() <= kMostEdges && has_modules(picture);
}

std::string box_text(const GraphBox& box, const Figures& figures) {
  const BoxText text = text_of(box, figures);
  const std::string first = shortened_in_middle(escape_text(text.first), kLetters);
  return mermaid_label(
      text.second.empty() ? first : fmt::format("{}, {}", first, shortened_in_middle(escape_text(text.second), kLetters)));
}

}  // namespace

std::string mermaid_picture(const Figures& figures) {
  std::optional<GraphPicture> finest;  // of those that are readable
  for (std::size_t depth = 1; depth <= kDeepest; ++depth) {
    GraphPicture picture = flat_picture(figures, Metric::macs, depth);
    if (is_readable(picture)) finest = std::move(picture);
  }
  if (!finest || finest->boxes.size() < kFewestBoxes) return {};
  std::string text = "flowchart TD\n";
  for (std::size_t i = 0; i < finest->boxes.size(); ++i) {
    const GraphBox& box = finest->boxes[i];
    const bool is_border = box.kind == BoxKind::input || box.kind == BoxKind::output;
    text += fmt::format("  n{}{}{}{}\n", i, is_border ? "([" : "[", box_text(box, figures), is_border ? "])" : "]");
  }
  for (const LayoutEdge& edge : finest->edges) text += fmt::format("  n{} --> n{}\n", edge.from, edge.to);
  return text;
}

}  // namespace macroscope
