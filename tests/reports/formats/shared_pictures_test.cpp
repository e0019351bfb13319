#include "reports/formats/shared_pictures.h"

#include "catch.h"
#include "sample_models.h"

namespace macroscope {
namespace {

/// Four blocks of a convolution and a Relu, the last of another width.
Network blocks() {
  testing::NetworkBuilder net;
  net.input("x", {1, 8, 16, 16}).weight("w", {8, 8, 3, 3}).weight("wide", {16, 8, 3, 3});
  std::vector<std::string> paths;
  std::string before = "x";
  for (const std::string block : {"body/0", "body/1", "body/2", "body/3"}) {
    net.node("Conv", {before, block == "body/3" ? "wide" : "w"}, {block + "/conv"}, {net.integers("pads", {1, 1, 1, 1})});
    net.node("Relu", {block + "/conv"}, {block + "/relu"});
    before = block + "/relu";
    paths.insert(paths.end(), {block, block});
  }
  net.output(before);
  return testing::with_paths(net.take(), paths);
}

}  // namespace

TEST_CASE("Modules that look alike share a picture that counts rows from where each begins") {
  const Analysis analysis = analyze(blocks(), {});
  const Figures figures(analysis, "blocks.onnx");
  const PageLayers layers(figures, {});
  const std::vector<GraphPicture> pictures = nested_pictures(figures, layers.estimated_by(), 100);
  REQUIRE(pictures.size() == 6);  // the model, its body, four blocks
  const std::vector<SharedPicture> shared = shared_pictures(pictures, figures, layers);
  REQUIRE(shared.size() == 4);
  CHECK(shared[0].first == 0);
  CHECK(shared[2].count == 3);
  CHECK(shared[3].count == 1);
  // The body is row 0, its blocks stand three rows apart, and each picture's first row is that of its convolution.
  const std::string inside = "data-i=" + std::to_string(shared[2].id);
  const std::string& body = shared[1].drawing;
  for (const std::string row : {"<g data-r=0 ", "<g data-r=3 ", "<g data-r=6 "})
    CHECK(body.find(row + inside + " ") != std::string::npos);
  CHECK(body.find("<g data-r=9 data-i=" + std::to_string(shared[3].id) + " ") != std::string::npos);
  CHECK(shared[2].drawing.find("<g data-r=0><rect") != std::string::npos);
  CHECK(shared[2].drawing.find("<g data-r=1><rect") != std::string::npos);
}

}  // namespace macroscope
