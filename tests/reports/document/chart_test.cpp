#include "reports/document/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "catch.h"
#include "reports/notation/number_text.h"
#include "reports/pictures/svg_chart.h"
#include "sample_models.h"

namespace macroscope {
namespace {

Chart chart_of(ChartKind kind) {
  Chart chart;
  chart.kind = kind;
  chart.title = "title";
  chart.description = "description";
  chart.x = {"x", ChartUnit::plain};
  chart.y = {"y", ChartUnit::bytes};
  chart.series = {{"one", {{1, 1024, "a"}, {2, 4096, "b"}, {4, 0, "c"}}}, {"two", {{1, 10, "d"}, {3, 20, "e"}, {4, 30, "f"}}}};
  return chart;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("Numbers of charts have three digits and a unit") {
  CHECK(chart_number(0, ChartUnit::count) == "0");
  CHECK(chart_number(4089184256.0, ChartUnit::count) == "4.09 G");
  CHECK(chart_number(12.5 * 1024 * 1024, ChartUnit::bytes) == "12.5 MiB");
  CHECK(chart_number(512, ChartUnit::bytes) == "512 B");
  CHECK(chart_number(0.0032, ChartUnit::seconds) == "3.2 ms");
  CHECK(chart_number(2e-9, ChartUnit::seconds) == "2 ns");
  CHECK(chart_number(3, ChartUnit::seconds) == "3 s");
  CHECK(chart_number(0.02, ChartUnit::plain) == "0.02");
  CHECK(chart_number(std::numeric_limits<double>::infinity(), ChartUnit::count) == "?");
}

TEST_CASE("Ticks are round, in order and inside") {
  CHECK(chart_ticks(0, 10, {"", ChartUnit::plain}, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(chart_ticks(224, 512, {"", ChartUnit::plain}, 6) == std::vector<double>{250, 300, 350, 400, 450, 500});
  CHECK(chart_ticks(0.5, 2000, {"", ChartUnit::plain, true}, 6) == std::vector<double>{1, 10, 100, 1000});
  CHECK(chart_ticks(0, 5000, {"", ChartUnit::bytes}, 4) == std::vector<double>{0, 2048, 4096});
  for (const double high : {1e-9, 1.0, 7.3, 1e6, 3e20}) CHECK(chart_ticks(0, high, {"", ChartUnit::count}, 6).size() <= 8);
}

TEST_CASE("Of very many points the highest stay") {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 100000; ++i) points.push_back({static_cast<double>(i), i == 54321 ? 1e9 : static_cast<double>(i % 7)});
  const std::vector<ChartPoint> kept = thinned(points, 500);
  CHECK(kept.size() <= 500);
  CHECK(std::any_of(kept.begin(), kept.end(), [](const ChartPoint& point) { return point.y == 1e9; }));
  CHECK(kept.back().x == 99999);
  CHECK(std::is_sorted(kept.begin(), kept.end(), [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; }));
  CHECK(thinned({{1, 2}, {2, 3}}, 500).size() == 2);
}

TEST_CASE("A bar is as long as its share, and little is not nothing") {
  CHECK(bar_of(1, 4) == "████");
  CHECK(bar_of(0.5, 4) == "██");
  CHECK(bar_of(0.4, 4) == "█▋");
  CHECK(bar_of(0.0001, 4) == "▏");
  CHECK(bar_of(0, 4).empty());
  CHECK(bar_of(7, 2) == "██");
}

TEST_CASE("Every kind of chart is drawn with a title, a description and names of points") {
  for (const ChartKind kind : {ChartKind::line, ChartKind::step, ChartKind::scatter, ChartKind::bars}) {
    Chart chart = chart_of(kind);
    if (kind == ChartKind::scatter) chart.roofs = {{"roof", 2, 5000}};
    if (kind == ChartKind::bars) chart.categories = {"first", "second", "third"};
    const std::string svg = svg_chart(chart, "c1");
    CHECK_THAT(svg, test::contains_text("role=\"img\" aria-labelledby=\"c1-title c1-desc\""));
    CHECK_THAT(svg, test::contains_text("<title id=\"c1-title\">title</title>"));
    CHECK_THAT(svg, test::contains_text("<desc id=\"c1-desc\">description</desc>"));
    CHECK(count_of(svg, "<svg") == count_of(svg, "</svg>"));
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
    CHECK(svg.find("style=") == std::string::npos);  // a strict content policy would drop it
    if (kind == ChartKind::scatter) CHECK_THAT(svg, test::contains_text("<title>b: 2, 4 KiB</title>"));
    if (kind == ChartKind::bars) CHECK_THAT(svg, test::contains_text("<title>second: one 2</title>"));
  }
}

TEST_CASE("Frames are drawn to scale around one centre") {
  Chart chart;
  chart.kind = ChartKind::frames;
  chart.title = "fields";
  chart.ground = ChartFrame{"image", 100, 50};
  chart.frames = {{"small", 10, 10}, {"tall", 25, 200}};
  const std::string svg = svg_chart(chart, "c2");
  // 200 units fill the height of 312: 1.56 a unit, all of them around the middle of the picture at 172.
  for (const double width : {100 * 1.56, 10 * 1.56, 25 * 1.56})
    CHECK_THAT(svg, test::contains_text(fmt::format("x=\"{:.1f}\"", 172 - width / 2)));
  for (const std::string_view size :
       {R"(width="156.0" height="78.0")", R"(width="15.6" height="15.6")", R"(width="39.0" height="312.0")"})
    CHECK_THAT(svg, test::contains_text(std::string(size)));
  CHECK_THAT(svg, test::contains_text("<title>200 x 25  tall</title>"));
  chart.frames.push_back({"<script>", 1, 1});
  CHECK(svg_chart(chart, "c3").find("<script>") == std::string::npos);
}

TEST_CASE("A chart of nothing is drawn all the same") {
  for (const ChartKind kind : {ChartKind::line, ChartKind::scatter, ChartKind::bars, ChartKind::frames}) {
    Chart chart;
    chart.kind = kind;
    chart.x.is_logarithmic = chart.y.is_logarithmic = kind == ChartKind::scatter;
    CHECK(svg_chart(chart, "empty").find("nan") == std::string::npos);
    chart.series = {{"zero", {{0, 0}, {std::numeric_limits<double>::quiet_NaN(), 1}}}};
    const std::string svg = svg_chart(chart, "zero");
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
  }
}

TEST_CASE("Names of a model stay text in a chart") {
  Chart chart = chart_of(ChartKind::scatter);
  for (const std::string& text : testing::hostile_texts()) {
    chart.series[0].points.push_back({1, 2, text});
    chart.series.push_back({text, {}});
  }
  Chart bars = chart_of(ChartKind::bars);
  bars.categories = testing::hostile_texts();
  TextSink sink;
  write_svg_charts({&chart, &bars}, sink);
  CHECK(sink.text().find("<script") == std::string::npos);
  CHECK(sink.text().find('\x1b') == std::string::npos);
  CHECK(sink.text().find("\xe2\x80\xae") == std::string::npos);
}

}  // namespace macroscope
