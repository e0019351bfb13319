#include "reports/pictures/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/notation/escape.h"
#include "reports/notation/text_style.h"
#include "reports/pictures/svg_canvas.h"

namespace macroscope {
namespace {

constexpr double kWidth = 720;
constexpr double kPlotHeight = 260;
constexpr double kLeft = 84;
constexpr double kRight = 24;
constexpr double kTitleHeight = 30;
constexpr double kLegendLine = 20;
constexpr double kAxisHeight = 48;
constexpr double kBarHeight = 18;
constexpr double kBarGap = 8;
constexpr double kBarNames = 220;
constexpr double kFramesLeft = 12;
constexpr double kFramesWidth = 320;
constexpr double kFramesHeight = 320;
constexpr std::size_t kTicks = 6;
/// Letters that fit where names of bars stand; in sans-serif of 12 units a letter takes less than 7.
constexpr std::size_t kLettersOfName = 32;

/// The beginning of a name, cut between characters.
std::string short_name(const std::string& name, std::size_t letters) {
  std::size_t end = 0;
  for (std::size_t count = 0; end < name.size(); ++count) {
    if (count + 1 == letters) return name.substr(0, end) + "…";
    ++end;
    while (end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) ++end;
  }
  return name;
}

/// Names of layers differ at their ends.
std::string shown_name_of(const std::string& name) { return shortened_in_middle(escape_text(name), kLettersOfName); }

/// From values to places along one axis.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const ChartAxis& axis, double low, double high, double begin, double end)
      : is_logarithmic_(axis.is_logarithmic), low_(low), high_(high), begin_(begin), end_(end) {}

  [[nodiscard]] double low() const noexcept { return low_; }
  [[nodiscard]] double high() const noexcept { return high_; }
  [[nodiscard]] double operator()(double value) const {
    if (high_ <= low_) return (begin_ + end_) / 2;
    const double share = is_logarithmic_
                             ? (std::log(std::clamp(value, low_, high_)) - std::log(low_)) / (std::log(high_) - std::log(low_))
                             : (std::clamp(value, low_, high_) - low_) / (high_ - low_);
    return begin_ + share * (end_ - begin_);
  }

 private:
  bool is_logarithmic_ = false;
  double low_ = 0, high_ = 1, begin_ = 0, end_ = 1;
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value, bool is_logarithmic) {
    if (!std::isfinite(value) || (is_logarithmic && value <= 0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] bool is_empty() const { return low > high; }
};

class SvgChart {
 public:
  SvgChart(const Chart& chart, std::string_view id) : chart_(chart), id_(id) {}

  /// \param y where it begins, inside another picture
  std::string drawn(double y) {
    const bool is_bars = chart_.kind == ChartKind::bars;
    const bool is_frames = chart_.kind == ChartKind::frames;
    const double plot = is_bars ? bars_height() : is_frames ? kFramesHeight : kPlotHeight;
    top_ = kTitleHeight + legend_height();
    bottom_ = top_ + plot;
    height_ = bottom_ + (is_frames ? kBarGap : kAxisHeight);
    canvas_.add(fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="{0}-title {0}-desc" viewBox="0 0 {1:g} {2:g}" )"
        R"(width="{1:g}" height="{2:g}" y="{3:g}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">)",
        id_, kWidth, height_, y));
    canvas_.add(fmt::format("\n<title id=\"{0}-title\">{1}</title>\n<desc id=\"{0}-desc\">{2}</desc>\n", id_,
                            html_text(chart_.title), html_text(chart_.description)));
    canvas_.text(12, 19, "start", chart_.title, R"( font-size="14" font-weight="600")");
    draw_legend();
    if (is_bars) {
      draw_bars();
    } else if (is_frames) {
      draw_frames();
    } else {
      draw_points();
    }
    canvas_.add("</svg>\n");
    return canvas_.take();
  }

  [[nodiscard]] double height() const noexcept { return height_; }

 private:
  // --- Legend: series and roofs by name, in as many lines as they take ---

  [[nodiscard]] bool has_legend() const { return chart_.series.size() + chart_.roofs.size() > 1; }

  [[nodiscard]] static double width_of_entry(const std::string& name) {
    return 42 + 7.0 * static_cast<double>(std::min<std::size_t>(name.size(), kLettersOfName));
  }

  [[nodiscard]] double legend_height() const {
    if (!has_legend()) return 0;
    double x = kLeft, lines = 1;
    const auto place = [&](const std::string& name) {
      if (x > kLeft && x + width_of_entry(name) > kWidth - kRight) x = kLeft, ++lines;
      x += width_of_entry(name);
    };
    for (const ChartSeries& series : chart_.series) place(series.name);
    for (const ChartRoof& roof : chart_.roofs) place(roof.name);
    return lines * kLegendLine + 4;
  }

  void draw_legend() {
    if (!has_legend()) return;
    double x = kLeft, y = kTitleHeight + 10;
    const auto place = [&](const std::string& name) {
      if (x > kLeft && x + width_of_entry(name) > kWidth - kRight) x = kLeft, y += kLegendLine;
      canvas_.text(x + 26, y + 4, "start", short_name(name, kLettersOfName));
    };
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      place(chart_.series[i].name);
      if (chart_.kind == ChartKind::scatter) {
        canvas_.mark(x + 12, y, i, {});
      } else if (chart_.kind == ChartKind::bars) {
        canvas_.add(fmt::format("<rect class=\"series-{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"16\" height=\"12\" fill=\"{}\"/>\n",
                                i, x + 4, y - 6, color_of_series(i)));
      } else {
        canvas_.series_path(fmt::format("M{:.1f} {:.1f}H{:.1f}", x, y, x + 20), i);
      }
      x += width_of_entry(chart_.series[i].name);
    }
    for (std::size_t i = 0; i < chart_.roofs.size(); ++i) {
      place(chart_.roofs[i].name);
      canvas_.roof_path(fmt::format("M{:.1f} {:.1f}H{:.1f}", x, y, x + 20), i);
      x += width_of_entry(chart_.roofs[i].name);
    }
  }

  // --- Lines, steps and scatters ---

  Mapping mapped(const ChartAxis& axis, bool is_x, double begin, double end) const {
    Range range;
    for (const ChartSeries& series : chart_.series)
      for (const ChartPoint& point : series.points) range.include(is_x ? point.x : point.y, axis.is_logarithmic);
    for (const ChartRoof& roof : chart_.roofs)
      range.include(is_x ? roof.ceiling / roof.slope : roof.ceiling, axis.is_logarithmic);
    if (range.is_empty()) range = axis.is_logarithmic ? Range{1, 10} : Range{0, 1};
    if (axis.is_logarithmic) return {axis, range.low / 2, range.high * 2, begin, end};
    if (!is_x) range.low = std::min(range.low, 0.0);  // areas and slopes read right only from 0
    if (range.high <= range.low) range.high = range.low + 1;
    return {axis, range.low, is_x ? range.high : range.high + (range.high - range.low) * 0.05, begin, end};
  }

  void draw_points() {
    x_ = mapped(chart_.x, true, kLeft, kWidth - kRight);
    y_ = mapped(chart_.y, false, bottom_, top_);
    draw_grid();
    for (std::size_t i = 0; i < chart_.roofs.size(); ++i) draw_roof(i);
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      if (chart_.kind == ChartKind::scatter) {
        draw_scatter(i);
      } else {
        draw_curve(i);
      }
    }
  }

  void draw_grid() {
    for (const double tick : chart_ticks(y_.low(), y_.high(), chart_.y, kTicks)) {
      canvas_.line(kLeft, y_(tick), kWidth - kRight, y_(tick), R"( stroke-opacity="0.15")");
      canvas_.text(kLeft - 8, y_(tick) + 4, "end", chart_number(tick, chart_.y.unit));
    }
    draw_x_ticks(x_, chart_.x);
    canvas_.line(kLeft, top_, kLeft, bottom_, R"( stroke-opacity="0.5")");
    const double middle = (top_ + bottom_) / 2;
    canvas_.text(14, middle, "middle", chart_.y.label, fmt::format(" transform=\"rotate(-90 14 {:.1f})\"", middle));
  }

  void draw_x_ticks(const Mapping& x, const ChartAxis& axis) {
    for (const double tick : chart_ticks(x.low(), x.high(), axis, kTicks + 2)) {
      canvas_.line(x(tick), bottom_, x(tick), bottom_ + 4, "");
      canvas_.text(x(tick), bottom_ + 18, "middle", chart_number(tick, axis.unit));
    }
    canvas_.line(x(x.low()), bottom_, kWidth - kRight, bottom_, R"( stroke-opacity="0.5")");
    canvas_.text((x(x.low()) + kWidth - kRight) / 2, bottom_ + 38, "middle", axis.label);
  }

  [[nodiscard]] static bool is_drawn(const ChartPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

  void draw_curve(std::size_t index) {
    std::string path;
    bool is_joined = false;
    double y = 0;
    for (const ChartPoint& point : chart_.series[index].points) {
      if (!is_drawn(point)) {
        is_joined = false;
        continue;
      }
      if (is_joined && chart_.kind == ChartKind::step) path += fmt::format("H{:.1f}", x_(point.x));
      if (is_joined && chart_.kind == ChartKind::step && y_(point.y) == y) continue;
      y = y_(point.y);
      path += !is_joined                       ? fmt::format("M{:.1f} {:.1f}", x_(point.x), y)
              : chart_.kind == ChartKind::step ? fmt::format("V{:.1f}", y)
                                               : fmt::format("L{:.1f} {:.1f}", x_(point.x), y);
      is_joined = true;
    }
    canvas_.series_path(path, index);
    if (chart_.kind == ChartKind::line && chart_.series[index].points.size() <= 60) draw_scatter(index);
  }

  void draw_scatter(std::size_t index) {
    for (const ChartPoint& point : chart_.series[index].points) {
      const bool is_off_scale = (chart_.x.is_logarithmic && point.x <= 0) || (chart_.y.is_logarithmic && point.y <= 0);
      if (!is_drawn(point) || is_off_scale) continue;
      const std::string values =
          fmt::format("{}, {}", chart_number(point.x, chart_.x.unit), chart_number(point.y, chart_.y.unit));
      canvas_.mark(x_(point.x), y_(point.y), index, point.name.empty() ? values : fmt::format("{}: {}", point.name, values));
    }
  }

  void draw_roof(std::size_t index) {
    const ChartRoof& roof = chart_.roofs[index];
    const double knee = roof.ceiling / roof.slope;
    const double first = std::max(x_.low(), y_.low() / roof.slope);
    std::string path;
    if (first < knee) {
      path = fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", x_(first), y_(first * roof.slope), x_(knee), y_(roof.ceiling));
    } else {
      path = fmt::format("M{:.1f} {:.1f}", x_(x_.low()), y_(roof.ceiling));
    }
    canvas_.roof_path(path + fmt::format("H{:.1f}", x_(x_.high())), index);
  }

  // --- Bars ---

  [[nodiscard]] double bars_height() const {
    return static_cast<double>(chart_.categories.size()) * (kBarHeight + kBarGap) + kBarGap;
  }

  [[nodiscard]] double length_of(std::size_t category) const {
    double length = 0;
    for (const ChartSeries& series : chart_.series) length += part(series, category);
    return length;
  }

  [[nodiscard]] static double part(const ChartSeries& series, std::size_t category) {
    const bool is_there = category < series.points.size() && std::isfinite(series.points[category].x);
    return is_there ? std::max(series.points[category].x, 0.0) : 0;
  }

  void draw_bars() {
    double longest = 0;
    for (std::size_t category = 0; category < chart_.categories.size(); ++category)
      longest = std::max(longest, length_of(category));
    const Mapping x({}, 0, longest > 0 ? longest : 1, kBarNames, kWidth - kRight);
    draw_x_ticks(x, chart_.x);
    for (std::size_t category = 0; category < chart_.categories.size(); ++category) {
      const double y = top_ + kBarGap + static_cast<double>(category) * (kBarHeight + kBarGap);
      canvas_.text(kBarNames - 8, y + 13, "end", shown_name_of(chart_.categories[category]));
      double from = 0;
      for (std::size_t i = 0; i < chart_.series.size(); ++i) {
        const double length = part(chart_.series[i], category);
        if (length <= 0) continue;
        const std::string tooltip =
            fmt::format("{}: {} {}", chart_.categories[category], chart_.series[i].name, chart_number(length, chart_.x.unit));
        canvas_.add(fmt::format(
            "<rect class=\"series-{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:g}\" "
            "fill=\"{}\"><title>{}</title></rect>\n",
            i, x(from), y, std::max(x(from + length) - x(from) - 1, 0.5), kBarHeight, color_of_series(i), html_text(tooltip)));
        from += length;
      }
    }
  }

  // --- Frames around one centre, and beside them a line each ---

  void draw_frames() {
    double width = 1, height = 1;
    std::vector<const ChartFrame*> frames;
    if (chart_.ground) frames.push_back(&*chart_.ground);
    for (const ChartFrame& frame : chart_.frames) frames.push_back(&frame);
    for (const ChartFrame* frame : frames) width = std::max(width, frame->width), height = std::max(height, frame->height);
    const double scale = std::min((kFramesWidth - kBarGap) / width, (kFramesHeight - kBarGap) / height);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const bool is_ground = chart_.ground && i == 0;
      const std::string look = is_ground ? std::string(kGround) : outline_of_series(chart_.ground ? i - 1 : i);
      const double y = top_ + kLegendLine * (static_cast<double>(i) + 0.5);
      draw_frame(*frames[i], scale, look);
      canvas_.rect(kFramesLeft + kFramesWidth + 24, y - 6, 16, 12, look, {});
      canvas_.text(kFramesLeft + kFramesWidth + 48, y + 4, "start", words_of(*frames[i]));
    }
  }

  static constexpr std::string_view kGround = R"(fill="currentColor" fill-opacity="0.12")";

  static std::string words_of(const ChartFrame& frame) {
    return fmt::format("{:g} x {:g}  {}", frame.height, frame.width, shown_name_of(frame.name));
  }

  void draw_frame(const ChartFrame& frame, double scale, std::string_view look) {
    const double width = std::max(frame.width * scale, 1.0), height = std::max(frame.height * scale, 1.0);
    canvas_.rect(kFramesLeft + (kFramesWidth - width) / 2, (top_ + bottom_ - height) / 2, width, height, look, words_of(frame));
  }

  const Chart& chart_;
  std::string_view id_;
  SvgCanvas canvas_;
  Mapping x_, y_;
  double top_ = 0, bottom_ = 0, height_ = 0;
};

}  // namespace

std::string svg_chart(const Chart& chart, std::string_view id) { return SvgChart(chart, id).drawn(0); }

void write_svg_charts(const std::vector<const Chart*>& charts, Sink& sink) {
  std::string body;
  double height = 0;
  for (std::size_t i = 0; i < charts.size(); ++i) {
    const std::string id = fmt::format("chart-{}", i);
    SvgChart drawing(*charts[i], id);
    body += drawing.drawn(height);
    height += drawing.height();
  }
  sink.write(
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" height=\"{1:g}\">\n"
                  "<style>\n"
                  "  svg {{ color: #1f2328; }} .page {{ fill: #ffffff; }}\n"
                  "  @media (prefers-color-scheme: dark) {{ svg {{ color: #e6edf3; }} .page {{ fill: #0d1117; }} }}\n"
                  "</style>\n"
                  "<rect class=\"page\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
                  kWidth, std::max(height, 1.0)));
  sink.write(body);
  sink.write("</svg>\n");
}

}  // namespace macroscope
