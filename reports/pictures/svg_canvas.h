// SVG canvas: how are the words, lines and marks of a chart written as SVG, and how does each series look?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace macroscope {

/// Colors and dashes of series, in turn where there are more of them.
[[nodiscard]] std::string_view color_of_series(std::size_t series);
/// Attributes of an outline in the color and dashes of a series.
[[nodiscard]] std::string outline_of_series(std::size_t series);

class SvgCanvas {
 public:
  void add(std::string_view elements) { out_ += elements; }
  /// \param anchor what of the words is at x: `start`, `middle`, `end`
  void text(double x, double y, std::string_view anchor, const std::string& words, std::string_view attributes = {});
  void line(double x1, double y1, double x2, double y2, std::string_view attributes);
  void rect(double x, double y, double width, double height, std::string_view look, const std::string& tooltip);
  void series_path(const std::string& path, std::size_t series);
  void roof_path(const std::string& path, std::size_t roof);
  /// Circle, square, triangle, diamond: a shape a series.
  void mark(double x, double y, std::size_t series, const std::string& tooltip);

  [[nodiscard]] std::string take() noexcept { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace macroscope
