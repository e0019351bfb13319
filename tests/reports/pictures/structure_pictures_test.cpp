#include "reports/pictures/structure_pictures.h"

#include "catch.h"
#include "reports/pictures/receptive_field_picture.h"
#include "sample_models.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

/// A convolution of `kernel` x `kernel` that keeps height and width.
void add_convolution(NetworkBuilder& net, const std::string& from, const std::string& to, std::int64_t in, std::int64_t out,
                     std::int64_t kernel, std::int64_t stride = 1) {
  net.weight(to + ".w", {out, in, kernel, kernel});
  const std::int64_t pad = kernel / 2;
  net.node("Conv", {from, to + ".w"}, {to},
           {net.integers("pads", {pad, pad, pad, pad}), net.integers("strides", {stride, stride})});
}

std::vector<Section> pictures_of(Network network) {
  const Analysis analysis = analyze(std::move(network), {});
  std::vector<Section> sections;
  add_structure_pictures(sections, Figures(analysis, "model"));
  return sections;
}

const Chart& chart_of(const Section& section) { return std::get<Chart>(section.content); }

/// The parts of one bar.
std::vector<double> bar_of(const Chart& chart, std::size_t category) {
  std::vector<double> parts;
  for (const ChartSeries& series : chart.series) parts.push_back(series.points.at(category).x);
  return parts;
}

}  // namespace

TEST_CASE("A dense block is a staircase of what enters, what came before and what is new") {
  NetworkBuilder net;
  net.input("c0", {1, 16, 8, 8});
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    const std::string before = "c" + std::to_string(layer), added = "n" + std::to_string(layer);
    add_convolution(net, before, added, 16 + 12 * layer, 12, 3);
    net.node("Concat", {before, added}, {"c" + std::to_string(layer + 1)}, {net.integer("axis", 1)});
  }
  net.output("c3");
  const std::vector<Section> sections = pictures_of(net.take());
  REQUIRE(sections.size() == 1);
  CHECK(sections[0].id == "dense_block_1");
  const Chart& chart = chart_of(sections[0]);
  CHECK(chart.categories == std::vector<std::string>{"c1", "c2", "c3"});
  for (std::size_t layer = 0; layer < 3; ++layer)
    CHECK(bar_of(chart, layer) == std::vector<double>{16, 12.0 * static_cast<double>(layer), 12});
  CHECK(chart.description == "16 channels enter, every layer adds 12, and 52 leave.");
}

TEST_CASE("Modules of branches are divided by what each brings, those with fewer branches too") {
  NetworkBuilder net;
  net.input("x", {1, 8, 8, 8});
  add_convolution(net, "x", "a", 8, 4, 1);
  add_convolution(net, "x", "b", 8, 6, 3);
  net.node("Concat", {"a", "b"}, {"first"}, {net.integer("axis", 1)});
  add_convolution(net, "first", "c", 10, 3, 1);
  add_convolution(net, "first", "d", 10, 5, 3);
  add_convolution(net, "first", "e", 10, 7, 5);
  net.node("Concat", {"c", "d", "e"}, {"second"}, {net.integer("axis", 1)});
  net.output("second");
  const std::vector<Section> sections = pictures_of(net.take());
  REQUIRE(sections.size() == 1);
  const Chart& chart = chart_of(sections[0]);
  CHECK(chart.categories == std::vector<std::string>{"first", "second"});
  CHECK(bar_of(chart, 0) == std::vector<double>{4, 6, 0});
  CHECK(bar_of(chart, 1) == std::vector<double>{3, 5, 7});
}

TEST_CASE("Bottlenecks show their neck, those of equal widths once") {
  NetworkBuilder net;
  net.input("x", {1, 64, 8, 8});
  std::string before = "x";
  for (const std::string block : {"p", "q"}) {
    add_convolution(net, before, block + "1", 64, 16, 1);
    add_convolution(net, block + "1", block + "2", 16, 16, 3);
    add_convolution(net, block + "2", block + "3", 16, 64, 1);
    before = block + "3";
  }
  net.output(before);
  const std::vector<Section> sections = pictures_of(net.take());
  const auto found =
      std::find_if(sections.begin(), sections.end(), [](const Section& section) { return section.id == "bottlenecks"; });
  REQUIRE(found != sections.end());
  const Chart& chart = chart_of(*found);
  REQUIRE(chart.categories == std::vector<std::string>{"into p1", "p1", "p2", "p3"});
  for (std::size_t i = 0; i < 4; ++i) CHECK(bar_of(chart, i).front() == std::vector<double>{64, 16, 16, 64}[i]);
}

TEST_CASE("Channels that are no numbers have no picture") {
  NetworkBuilder net;
  net.input("c0", {1, Dim::symbol("C"), 8, 8});
  net.input("n", {1, Dim::symbol("K"), 8, 8}).input("m", {1, Dim::symbol("K"), 8, 8});
  net.node("Concat", {"c0", "n"}, {"c1"}, {net.integer("axis", 1)});
  net.node("Concat", {"c1", "m"}, {"c2"}, {net.integer("axis", 1)});
  net.output("c2");
  CHECK(pictures_of(net.take()).empty());
}

TEST_CASE("Receptive fields lie over the image as frames, and over a sequence as bars") {
  NetworkBuilder net;
  net.input("image", {1, 3, 32, 48});
  add_convolution(net, "image", "a", 3, 3, 3);
  add_convolution(net, "a", "b", 3, 3, 3, 2);
  add_convolution(net, "b", "c", 3, 3, 5, 2);
  net.output("c");
  const Analysis analysis = analyze(net.take(), {});
  const std::optional<Section> section = receptive_field_picture(Figures(analysis, "model"));
  REQUIRE(section);
  const Chart& chart = chart_of(*section);
  CHECK(chart.kind == ChartKind::frames);
  REQUIRE(chart.ground);
  CHECK(chart.ground->width == 48);
  CHECK(chart.ground->height == 32);
  REQUIRE(chart.frames.size() == 3);  // 3; 3 + 2 = 5; 5 + 4 * 2 = 13
  CHECK(chart.frames[0].width == 3);
  CHECK(chart.frames[1].width == 5);
  CHECK(chart.frames[2].width == 13);
  CHECK(chart.frames[2].name == "c");

  NetworkBuilder sequence;
  sequence.input("signal", {1, 1, 100}).weight("v", {1, 1, 3}).weight("w", {1, 1, 3});
  sequence.node("Conv", {"signal", "v"}, {"y"}).node("Conv", {"y", "w"}, {"z"}, {sequence.integers("dilations", {4})});
  sequence.output("z");
  const Analysis of_sequence = analyze(sequence.take(), {});
  const std::optional<Section> bars = receptive_field_picture(Figures(of_sequence, "model"));
  REQUIRE(bars);
  CHECK(chart_of(*bars).categories == std::vector<std::string>{"y", "z", "signal"});
  CHECK(bar_of(chart_of(*bars), 1) == std::vector<double>{11});
  CHECK(bar_of(chart_of(*bars), 2) == std::vector<double>{100});
}

TEST_CASE("Of very many fields a few stand for all, the largest among them") {
  NetworkBuilder net;
  net.input("image", {1, 2, 500, 500});
  std::string before = "image";
  for (int i = 0; i < 200; ++i) {
    add_convolution(net, before, "c" + std::to_string(i), 2, 2, 3);
    before = "c" + std::to_string(i);
  }
  net.output(before);
  const Analysis analysis = analyze(net.take(), {});
  const std::optional<Section> section = receptive_field_picture(Figures(analysis, "model"));
  REQUIRE(section);
  const Chart& chart = chart_of(*section);
  CHECK(chart.frames.size() <= 6);
  CHECK(chart.frames.back().width == 401);
  for (std::size_t i = 1; i < chart.frames.size(); ++i) CHECK(chart.frames[i].width > chart.frames[i - 1].width);
}

}  // namespace macroscope
