// Charts: what does a picture in a report show, before any format draws it?
//
// A chart is for the eye: its values are rounded floating numbers, and the exact ones are in a table of the same section or the one before.
// Names may hold text of the model; renderers escape them as they do all text of a model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace macroscope {

enum class ChartKind : std::uint8_t {
  line,     // points joined in order of x
  step,     // each value holds from its x to the next one
  scatter,  // points with names, below roofs if there are any
  bars,     // horizontal bars, a category each, whose parts are the series, stacked
  frames    // rectangles around one centre, to scale
};

/// How a value is written: `4.1 G`, `12.5 MiB`, `3.2 ms`.
enum class ChartUnit : std::uint8_t { plain, count, bytes, seconds };

struct ChartAxis {
  std::string label;
  ChartUnit unit = ChartUnit::plain;
  bool is_logarithmic = false;
};

struct ChartPoint {
  double x = 0;
  double y = 0;
  /// What it stands for; empty for points of lines.
  std::string name{};
};

struct ChartSeries {
  std::string name;
  /// Of bars: x is the length of the part, y is not used, and there is one point a category.
  std::vector<ChartPoint> points;
};

/// An upper limit of a scatter: min(slope * x, ceiling), as of a roofline.
struct ChartRoof {
  std::string name;
  double slope = 0;
  double ceiling = 0;
};

/// A rectangle around the centre of the chart.
struct ChartFrame {
  std::string name;
  double width = 0;
  double height = 0;
};

struct Chart {
  ChartKind kind = ChartKind::line;
  std::string title;
  /// What there is to see, in a sentence: for those who cannot see it.
  std::string description;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartSeries> series;
  std::vector<ChartRoof> roofs{};
  /// Of bars, from the top.
  std::vector<std::string> categories{};
  /// What the frames lie upon, and the frames from the smallest to the largest.
  std::optional<ChartFrame> ground{};
  std::vector<ChartFrame> frames{};
};

/// `4.1 G`, `12.5 MiB`, `3.2 ms`: three digits.
[[nodiscard]] std::string chart_number(double value, ChartUnit unit);

/// Ticks of an axis from `low` to `high`: round numbers, at most about `wanted` of them, in order.
[[nodiscard]] std::vector<double> chart_ticks(double low, double high, const ChartAxis& axis, std::size_t wanted);

/// Of very many points of a curve, as many as can be seen: the largest of each stretch, and the last.
[[nodiscard]] std::vector<ChartPoint> thinned(std::vector<ChartPoint> points, std::size_t most = 600);

}  // namespace macroscope
