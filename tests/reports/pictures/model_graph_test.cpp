#include "reports/pictures/model_graph.h"

#include <map>
#include <set>

#include "catch.h"
#include "sample_models.h"

namespace macroscope {
namespace {

std::size_t layers_in(const std::vector<GraphPicture>& pictures) {
  std::size_t layers = 0;
  for (const GraphPicture& picture : pictures)
    for (const GraphBox& box : picture.boxes) layers += box.kind == BoxKind::layer ? 1 : 0;
  return layers;
}

Network chain(std::uint32_t length) {
  testing::NetworkBuilder net;
  net.input("x", {1, 4});
  std::string before = "x";
  for (std::uint32_t i = 0; i < length; ++i) {
    const std::string next = "y" + std::to_string(i);
    net.node("Relu", {before}, {next});
    before = next;
  }
  net.output(before);
  return net.take();
}

}  // namespace

TEST_CASE("Pictures nest as modules do, and arrows cross their borders") {
  const Analysis analysis = analyze(testing::small_cnn(), {});
  const Figures figures(analysis, "small.onnx");
  const std::vector<GraphPicture> pictures = nested_pictures(figures, Metric::macs, 100);
  // The model: image, stem, body, output.
  REQUIRE(pictures.size() == 5);
  REQUIRE(pictures[0].boxes.size() == 4);
  CHECK(pictures[0].boxes[0].kind == BoxKind::input);
  CHECK(pictures[0].boxes[1].path == "stem");
  CHECK(pictures[0].boxes[2].path == "body");
  CHECK(pictures[0].boxes[2].layers == 4);
  CHECK(pictures[0].edges == std::vector<LayoutEdge>{{0, 1}, {1, 2}, {2, 3}});
  const GraphPicture& stem = pictures[pictures[0].boxes[1].inside];
  REQUIRE(stem.boxes.size() == 4);  // what enters, Conv, Relu, what leaves
  CHECK(stem.boxes.front().kind == BoxKind::input);
  CHECK(stem.boxes.back().kind == BoxKind::output);
  CHECK(stem.edges == std::vector<LayoutEdge>{{0, 1}, {1, 2}, {2, 3}});
  CHECK(layers_in(pictures) == 6);
  double inside = 0;
  for (const GraphBox& box : stem.boxes) inside += box.weight;
  CHECK(inside == pictures[0].boxes[1].weight);
}

TEST_CASE("A flat picture has every layer, or modules in their place") {
  const Analysis analysis = analyze(testing::small_cnn(), {});
  const Figures figures(analysis, "small.onnx");
  CHECK(flat_picture(figures, Metric::macs, 0).boxes.size() == 8);  // an input, six layers, an output
  CHECK(flat_picture(figures, Metric::macs, 1).boxes.size() == 4);
  // body/a and body/b; the stem has no second level, so its layers stand alone.
  CHECK(flat_picture(figures, Metric::macs, 2).boxes.size() == 6);
}

TEST_CASE("Very many layers are taken together, and none is lost") {
  for (const std::uint32_t length : {99U, 100U, 101U, 1000U, 10001U}) {
    const Analysis analysis = analyze(chain(length), {});
    const Figures figures(analysis, "chain.onnx");
    const std::vector<GraphPicture> pictures = nested_pictures(figures, Metric::flops, 100);
    CHECK(layers_in(pictures) == length);
    for (const GraphPicture& picture : pictures) {
      CHECK(picture.boxes.size() <= 104);  // and an input and an output
      CHECK(picture.edges.size() + 1 == picture.boxes.size());
    }
  }
}

TEST_CASE("A sum around layers is a skip connection, and a mask that all of them read is none") {
  testing::NetworkBuilder net;
  net.input("x", {1, 4, 8}).input("mask", {1, 1, 8}).weight("w", {8, 8});
  net.node("MatMul", {"x", "w"}, {"a"}).node("Add", {"a", "mask"}, {"b"}).node("Add", {"b", "x"}, {"c"});
  net.node("Mul", {"c", "mask"}, {"d"}).output("d");
  const Analysis analysis = analyze(testing::with_paths(net.take(), {"block", "block", "block", ""}), {});
  const std::vector<GraphPicture> pictures = nested_pictures(Figures(analysis, "sum.onnx"), Metric::macs, 100);
  REQUIRE(pictures.size() == 2);
  // Outside the mask leads to the block and to the product after it.
  CHECK(std::count(pictures[0].skips.begin(), pictures[0].skips.end(), true) == 0);
  // Inside: from what enters to the sum, though the mask enters by the same box.
  const GraphPicture& block = pictures[1];
  REQUIRE(block.skips.size() == block.edges.size());
  for (std::size_t edge = 0; edge < block.edges.size(); ++edge)
    CHECK(block.skips[edge] == (block.edges[edge] == LayoutEdge{0, 3}));
}

TEST_CASE("Heat falls by one shade for each half") {
  CHECK(heat_of(0, 8) == 0);
  CHECK(heat_of(8, 8) == kHeatLevels - 1);
  CHECK(heat_of(4, 8) == kHeatLevels - 1);
  CHECK(heat_of(3.9, 8) == kHeatLevels - 2);
  CHECK(heat_of(1e-9, 8) == 1);
}

}  // namespace macroscope
