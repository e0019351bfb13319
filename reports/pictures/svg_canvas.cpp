#include "reports/pictures/svg_canvas.h"

#include <fmt/format.h>

#include <array>

#include "reports/notation/escape.h"

namespace macroscope {
namespace {

/// Each stands out from white and from a dark page by more than 3 to 1, and from its neighbours for all common forms of color blindness.
constexpr std::array<std::string_view, 6> kColors{"#0072b2", "#d55e00", "#009e73", "#b8628f", "#8c6bb1", "#7f7f7f"};
constexpr std::array<std::string_view, 6> kDashes{"", "6 3", "2 3", "9 3 2 3", "4 4", "1 4"};
constexpr std::array<std::string_view, 4> kMarks{"m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", "m-4 -4h8v8h-8z", "m0 -5l5 9h-10z",
                                                 "m0 -5l5 5l-5 5l-5 -5z"};

/// An attribute with a blank before it; empty for a line without gaps.
std::string dashes_of(std::size_t number) {
  const std::string_view dashes = kDashes[number % kDashes.size()];
  return dashes.empty() ? std::string() : fmt::format(" stroke-dasharray=\"{}\"", dashes);
}

std::string end_of(std::string_view element, const std::string& tooltip) {
  return tooltip.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", html_text(tooltip), element);
}

}  // namespace

std::string_view color_of_series(std::size_t series) { return kColors[series % kColors.size()]; }

std::string outline_of_series(std::size_t series) {
  return fmt::format(R"(class="series-{}" fill="none" stroke="{}" stroke-width="2"{})", series, color_of_series(series),
                     dashes_of(series));
}

void SvgCanvas::text(double x, double y, std::string_view anchor, const std::string& words, std::string_view attributes) {
  out_ +=
      fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, attributes, html_text(words));
}

void SvgCanvas::line(double x1, double y1, double x2, double y2, std::string_view attributes) {
  out_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"currentColor\"{}/>\n", x1, y1, x2,
                      y2, attributes);
}

void SvgCanvas::rect(double x, double y, double width, double height, std::string_view look, const std::string& tooltip) {
  out_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}", x, y, width, height, look);
  out_ += end_of("rect", tooltip);
}

void SvgCanvas::series_path(const std::string& path, std::size_t series) {
  out_ += fmt::format(
      "<path class=\"series-{}\" d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"{}/>\n", series,
      path, color_of_series(series), dashes_of(series));
}

void SvgCanvas::roof_path(const std::string& path, std::size_t roof) {
  out_ += fmt::format("<path class=\"roof-{}\" d=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\"{}/>\n", roof,
                      path, dashes_of(roof));
}

void SvgCanvas::mark(double x, double y, std::size_t series, const std::string& tooltip) {
  out_ += fmt::format("<path class=\"series-{}\" d=\"M{:.1f} {:.1f}{}\" fill=\"{}\" fill-opacity=\"0.75\"", series, x, y,
                      kMarks[series % kMarks.size()], color_of_series(series));
  out_ += end_of("path", tooltip);
}

}  // namespace macroscope
