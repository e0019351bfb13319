#include "reports/pictures/icicle_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/notation/escape.h"
#include "reports/notation/text_style.h"
#include "reports/notation/unicode.h"
#include "reports/pictures/graph_svg.h"

namespace macroscope {
namespace {

constexpr double kWidth = 1000;
constexpr int kBarHeight = 26;
/// Thinner bars are left out.
constexpr double kThinnest = 2;
constexpr double kLetterWidth = 7;
/// Levels that are drawn; deeper ones are rare and the table has them.
constexpr std::uint32_t kMostLevels = 12;

struct Bar {
  double left = 0;
  double width = 0;
  std::size_t row = 0;
};

bool is_visible(const Bar& bar) { return bar.width >= kThinnest; }

/// Each row beside the earlier ones of its parent.
std::vector<Bar> bars_of(const std::vector<IcicleRow>& rows) {
  double total = 0;
  for (const IcicleRow& row : rows) total += row.level == 0 ? row.weight : 0;
  std::vector<Bar> bars;
  if (!(total > 0) || !std::isfinite(total)) return bars;
  std::vector<double> next{0};  // where the next bar of each level begins
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint32_t level = rows[i].level;
    const Bar bar{next[level], rows[i].weight / total * kWidth, i};
    next.resize(level + 1);
    next[level] += bar.width;
    next.push_back(bar.left);
    if (level < kMostLevels && is_visible(bar)) bars.push_back(bar);
  }
  return bars;
}

std::string fitting(const std::string& name, double width) {
  const auto letters = static_cast<std::size_t>(std::max(0.0, (width - 8) / kLetterWidth));
  return letters < 3 ? std::string() : shortened_in_middle(escape_text(name), letters);
}

}  // namespace

void draw_icicle(const std::vector<IcicleRow>& rows, std::string_view quantity, Sink& sink) {
  const std::vector<Bar> bars = bars_of(rows);
  if (bars.empty()) return;
  std::uint32_t levels = 0;
  for (const Bar& bar : bars) levels = std::max(levels, rows[bar.row].level + 1);
  const auto height = static_cast<int>(levels) * kBarHeight;
  sink.write(fmt::format(
      "<svg class=\"icicle\" viewBox=\"0 0 {:.0f} {}\" width=\"{:.0f}\" height=\"{}\" font-family=\"sans-serif\" "
      "font-size=\"12\" fill=\"#10161d\" role=\"img\" aria-label=\"Modules and layers, as wide as their share of {}\">\n",
      kWidth, height, kWidth, height, html_text(quantity)));
  for (const Bar& bar : bars) {
    const IcicleRow& row = rows[bar.row];
    const int heat = 1 + static_cast<int>(row.level) % 3;
    const int top = static_cast<int>(row.level) * kBarHeight;
    sink.write(fmt::format(
        "<g data-r=\"{}\"><rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\" stroke=\"#ffffff\"/>", bar.row,
        bar.left, top, bar.width, kBarHeight - 1, heat_colour(heat)));
    if (const std::string name = fitting(row.name, bar.width); !name.empty())
      sink.write(fmt::format("<text x=\"{:.1f}\" y=\"{}\">{}</text>", bar.left + 4, top + 17, html_text(name)));
    sink.write("</g>\n");
  }
  sink.write("</svg>\n");
}

}  // namespace macroscope
