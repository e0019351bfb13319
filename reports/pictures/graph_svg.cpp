#include "reports/pictures/graph_svg.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "reports/notation/escape.h"
#include "reports/notation/text_style.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, kHeatLevels> kHeat{"#f5f7f9", "#e1edf6", "#c3dcee", "#9cc6e3",
                                                          "#68a6d1", "#3a7fb5", "#1c5a8e"};
/// Text turns white from here.
constexpr int kDarkFrom = 5;

constexpr std::size_t kLetters = 22;
constexpr int kLetterWidth = 7;
constexpr int kLeastWidth = 64;

BoxText shown_text(const GraphBox& box, const Figures& figures) {
  const BoxText text = text_of(box, figures);
  BoxText shown{shortened_in_middle(escape_text(text.first), kLetters), shortened_in_middle(escape_text(text.second), kLetters),
                escape_text(text.shape)};
  if (box.kind == BoxKind::layer && shown.second != text.second) shown.shape = escape_text(text.second);
  return shown;
}

int width_of(const BoxText& text) {
  const auto letters = static_cast<int>(std::max(columns_of(text.first), columns_of(text.second)));
  return std::max(kLeastWidth, letters * kLetterWidth + 14);
}

class Drawing {
 public:
  Drawing(const GraphPicture& picture, const Figures& figures, const PictureStyle& style, Metric metric, Sink& sink)
      : picture_(picture), style_(style), measure_(metric), sink_(sink) {
    std::vector<int> widths;
    for (const GraphBox& box : picture.boxes) {
      texts_.push_back(shown_text(box, figures));
      widths.push_back(width_of(texts_.back()));
    }
    layout_ = lay_out(widths, picture.edges);
    widths_ = std::move(widths);
  }

  void draw() {
    const int width = std::max(layout_.width, 1);
    const int height = std::max(layout_.height, 1);
    const std::string_view name_space = style_.is_document ? "xmlns=\"http://www.w3.org/2000/svg\" " : "";
    sink_.write(fmt::format(
        "<svg {}viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#10161d\" "
        "text-anchor=\"middle\" role=\"img\" aria-label=\"{}, darker for more {}\">\n",
        name_space, width, height, width, height, counted_boxes(), name_of(measure_)));
    if (style_.is_document) sink_.write(fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n", width, height));
    for (const ArrowKind kind : {ArrowKind::plain, ArrowKind::skip, ArrowKind::upward}) draw_arrows(kind);
    const double largest = largest_weight(picture_);
    for (std::size_t i = 0; i < picture_.boxes.size(); ++i) draw_box(i, largest);
    sink_.write("</svg>\n");
  }

 private:
  [[nodiscard]] std::string counted_boxes() const {
    return fmt::format("Graph of {} {}", picture_.boxes.size(), picture_.boxes.size() == 1 ? "box" : "boxes");
  }

  enum class ArrowKind : std::uint8_t { plain, skip, upward };

  static bool is_upward(const std::vector<Point>& points) { return points.front().y > points.back().y; }

  [[nodiscard]] ArrowKind kind_of(std::size_t edge) const {
    if (is_upward(layout_.edges[edge])) return ArrowKind::upward;
    return picture_.skips[edge] ? ArrowKind::skip : ArrowKind::plain;
  }

  void draw_arrows(ArrowKind kind) {
    std::string path;
    for (std::size_t edge = 0; edge < layout_.edges.size(); ++edge)
      if (!layout_.edges[edge].empty() && kind_of(edge) == kind) append_arrow(path, layout_.edges[edge]);
    if (path.empty()) return;
    static constexpr std::string_view kLooks[] = {R"(stroke="#7b8794")", R"(stroke="#b3541e" stroke-width="2")",
                                                  R"(stroke="#7b8794" stroke-dasharray="4 3")"};
    sink_.write(fmt::format("<path fill=\"none\" {} d=\"{}\"/>\n", kLooks[static_cast<std::size_t>(kind)], path));
  }

  /// Straight through ranks that it passes, one line for as many as are in a row, and a curve between others.
  static void append_arrow(std::string& path, const std::vector<Point>& points) {
    const int sign = is_upward(points) ? -1 : 1;
    constexpr int kHalf = kBoxHeight / 2;
    const auto out = std::back_inserter(path);
    Point pen{points.front().x, points.front().y + sign * kHalf};
    const auto draw_to = [&](Point to) {
      if (pen.y != to.y) fmt::format_to(out, FMT_COMPILE("L{} {}"), to.x, to.y);
      pen = to;
    };
    fmt::format_to(out, FMT_COMPILE("M{} {}"), pen.x, pen.y);
    for (std::size_t i = 1; i < points.size(); ++i) {
      const Point from{points[i - 1].x, points[i - 1].y + sign * kHalf};
      const Point to{points[i].x, points[i].y - sign * kHalf};
      const int reach = sign * (kRankPitch - kBoxHeight) * 9 / 20;
      if (from.x != to.x) {
        draw_to(from);
        fmt::format_to(out, FMT_COMPILE("C{} {} {} {} {} {}"), from.x, from.y + reach, to.x, to.y - reach, to.x, to.y);
        pen = to;
      }
      if (i + 1 == points.size()) draw_to(to);
    }
  }

  void draw_box(std::size_t index, double largest) {
    const GraphBox& box = picture_.boxes[index];
    const BoxText& text = texts_[index];
    const Point at = layout_.boxes[index];
    const int width = widths_[index];
    const bool is_border = box.kind == BoxKind::input || box.kind == BoxKind::output;
    const int level = is_border ? 0 : heat_of(box.weight, largest);
    std::string out = "<g";
    if (style_.links_of) append_links(out, style_.links_of(box));
    if (style_.links_of && !texts_[index].shape.empty())
      fmt::format_to(std::back_inserter(out), " data-s=\"{}\"", html_text(texts_[index].shape));
    fmt::format_to(std::back_inserter(out),
                   "><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" stroke=\"{}\"", at.x, at.y, width,
                   kBoxHeight, is_border ? kBoxHeight / 2 : 4, heat_colour(level),
                   box.kind == BoxKind::module || box.kind == BoxKind::group ? "#1c2733" : "#7b8794");
    out += "/>";
    const int middle = at.x + width / 2;
    append_line(out, middle, at.y + (text.second.empty() ? 23 : 16), text.first, level);
    if (!text.second.empty()) append_line(out, middle, at.y + 30, text.second, level);
    sink_.write(out + "</g>\n");
  }

  static void append_links(std::string& out, const BoxLinks& links) {
    if (links.row >= 0) fmt::format_to(std::back_inserter(out), " data-r={}", links.row);
    if (links.inside == kNone) return;
    fmt::format_to(std::back_inserter(out), " data-i={}", links.inside);
    if (links.row < 0 || links.inside_row != links.row + 1)
      fmt::format_to(std::back_inserter(out), " data-b={}", links.inside_row);
  }

  static void append_line(std::string& out, int x, int y, const std::string& text, int level) {
    const std::string_view ink = level >= kDarkFrom ? " fill=\"#ffffff\"" : "";
    fmt::format_to(std::back_inserter(out), "<text x=\"{}\" y=\"{}\"{}>{}</text>", x, y, ink, html_text(text));
  }

  const GraphPicture& picture_;
  const PictureStyle& style_;
  Metric measure_;
  Sink& sink_;
  std::vector<BoxText> texts_;
  std::vector<int> widths_;
  GraphLayout layout_;
};

}  // namespace

std::string_view heat_colour(int level) noexcept { return kHeat[static_cast<std::size_t>(level)]; }
std::string_view ink_on(int level) noexcept { return level >= kDarkFrom ? "#ffffff" : "#10161d"; }

void draw_picture(const GraphPicture& picture, const Figures& figures, const PictureStyle& style, Metric metric, Sink& sink) {
  Drawing(picture, figures, style, metric, sink).draw();
}

}  // namespace macroscope
