#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::macs_of;
using testing::NetworkBuilder;
using testing::type_of;

const Dim kBatch = Dim::symbol("N");

std::vector<Attribute> strided(NetworkBuilder& net) {
  return {net.integers("strides", {2, 1}), net.integers("pads", {1, 0, 1, 2}), net.integers("dilations", {1, 2}),
          net.integer("group", 3)};
}

/// 6 channels of 9 x 10 to 12, in 3 groups, 3 x 2 taps: as ONNX has it.
std::string plain(const std::function<void(NetworkBuilder&)>& further = {}) {
  return figures_of([&](NetworkBuilder& net) {
    net.input("x", {kBatch, 6, 9, 10}).weight("w", {12, 2, 3, 2}).weight("b", {12});
    net.node("Conv", {"x", "w", "b"}, {"c"}, strided(net));
    if (further) further(net);
  });
}

TEST_CASE("a fused convolution adds a summand and an activation") {
  Contrib contrib;
  contrib.input("x", {kBatch, 6, 9, 10}).weight("w", {12, 2, 3, 2}).weight("b", {12}).input("z", {kBatch, 12, 5, 10});
  std::vector<Attribute> attributes = strided(contrib.net);
  attributes.push_back(contrib.net.text("activation", "Relu"));
  const Analysis analysis = contrib.run("FusedConv", {"x", "w", "b", "z"}, attributes);
  CHECK(type_of(analysis, "o0") == "float32 [N, 12, 5, 10]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(156));
  CHECK(figures(analysis) == plain([](NetworkBuilder& net) {
          net.input("z", {kBatch, 12, 5, 10}).node("Add", {"c", "z"}, {"s"}).node("Relu", {"s"}, {"y"});
        }));
}

TEST_CASE("channels last, the weight in either order") {
  for (const bool weight_last : {false, true}) {
    Contrib contrib;
    contrib.input("x", {kBatch, 9, 10, 6})
        .weight("w", weight_last ? std::vector<std::int64_t>{12, 3, 2, 2} : std::vector<std::int64_t>{12, 2, 3, 2})
        .weight("b", {12});
    std::vector<Attribute> attributes = strided(contrib.net);
    attributes.push_back(contrib.net.integers("kernel_shape", {3, 2}));
    const Analysis analysis = contrib.run("NhwcConv", {"x", "w", "b"}, attributes);
    CHECK(type_of(analysis, "o0") == "float32 [N, 5, 10, 12]");
    CHECK(figures(analysis) == plain());
  }
  // As onnxruntime 1.32 infers without kernel_shape: [4, 3, 5, 6] over 19 x 20 of 3 channels gives 15 x 15.
  Contrib bare;
  CHECK(type_of(bare.input("x", {1, 19, 20, 3}).weight("w", {4, 3, 5, 6}).run("NhwcConv", {"x", "w"}), "o0") ==
        "float32 [1, 15, 15, 4]");
  Contrib fused;
  fused.input("x", {kBatch, 9, 10, 6}).weight("w", {12, 2, 3, 2}).weight("b", {12}).input("z", {kBatch, 5, 10, 12});
  std::vector<Attribute> attributes = strided(fused.net);
  attributes.push_back(fused.net.text("activation", "HardSwish"));
  const Analysis analysis = fused.run("NhwcFusedConv", {"x", "w", "b", "z"}, attributes);
  CHECK(type_of(analysis, "o0") == "float32 [N, 5, 10, 12]");
  CHECK(figures(analysis) == plain([](NetworkBuilder& net) {
          net.input("z", {kBatch, 12, 5, 10}).node("Add", {"c", "z"}, {"s"}).node("HardSwish", {"s"}, {"y"});
        }));
}

TEST_CASE("quantised convolution in both layouts counts integers") {
  for (const bool last : {false, true}) {
    Contrib contrib;
    contrib.input("x", last ? std::vector<Dim>{kBatch, 9, 10, 6} : std::vector<Dim>{kBatch, 6, 9, 10}, DataType::uint8)
        .weight("w", {12, 2, 3, 2}, DataType::int8);
    for (const char* name : {"xs", "ws", "ys"}) contrib.weight(name, {});
    contrib.weight("xz", {}, DataType::uint8)
        .weight("wz", {}, DataType::int8)
        .weight("yz", {}, DataType::uint8)
        .weight("b", {12}, DataType::int32);
    std::vector<Attribute> attributes = strided(contrib.net);
    attributes.push_back(contrib.net.integer("channels_last", last ? 1 : 0));
    const Analysis analysis = contrib.run("QLinearConv", {"x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"}, attributes);
    CHECK(type_of(analysis, "o0") == (last ? "uint8 [N, 5, 10, 12]" : "uint8 [N, 12, 5, 10]"));
    CHECK(analysis.parameters.total(Role::weight) == Dim(156));
    CHECK(analysis.parameters.total(Role::quantisation) == Dim(6));
    // 5 x 10 places, 12 channels, 2 channels and 3 x 2 taps each.
    CHECK(macs_of(analysis) == kBatch * (5 * 10 * 12 * 2 * 3 * 2));
    CHECK(analysis.costs.total.macs_by_dtype.front().first == DataType::uint8);
    // Rows -1 and 9 are padding of the first and last place, columns 10 and 11 of the last two.
    CHECK(analysis.costs.total.effective_macs == kBatch * (12 * 2 * (5 * 3 - 2) * (10 * 2 - 2)));
  }
}

TEST_CASE("pooling of integers, channels last or under a mask, compares nothing that floats") {
  const auto window = [](NetworkBuilder& net) {
    return std::vector{net.integers("kernel_shape", {3, 3}), net.integers("strides", {2, 2})};
  };
  Contrib contrib;
  contrib.input("x", {kBatch, 9, 11, 4}, DataType::int8);
  const Analysis analysis = contrib.run("NhwcMaxPool", {"x"}, window(contrib.net));
  CHECK(type_of(analysis, "o0") == "int8 [N, 4, 5, 4]");
  CHECK(figures(analysis) == "macs 0, effective 0");
  Contrib masked;
  masked.input("x", {kBatch, 4, 9, 11}).input("m", {kBatch, 1, 9, 11}, DataType::int32);
  const Analysis largest = masked.run("MaxpoolWithMask", {"x", "m"}, window(masked.net));
  CHECK(type_of(largest, "o0") == "float32 [N, 4, 4, 5]");
  CHECK(figures(largest) == figures_of([&](NetworkBuilder& net) {
          net.input("x", {kBatch, 4, 9, 11}).node("MaxPool", {"x"}, {"y"}, window(net));
        }));
}

TEST_CASE("a transposed convolution may take its pads from an operand") {
  for (const bool known : {true, false}) {
    Contrib contrib;
    contrib.input("x", {kBatch, 6, 5, 7}).weight("w", {6, 4, 3, 2}).weight("b", {8});
    if (known) {
      contrib.net.list("p", {1, 0, 1, 1});
    } else {
      contrib.input("p", {4}, DataType::int64);
    }
    const Analysis analysis = contrib.run("ConvTransposeWithDynamicPads", {"x", "w", "p", "b"},
                                          {contrib.net.integers("strides", {2, 3}), contrib.net.integer("group", 2)});
    const std::string onnx = figures_of([](NetworkBuilder& net) {
      net.input("x", {kBatch, 6, 5, 7}).weight("w", {6, 4, 3, 2}).weight("b", {8});
      net.node("ConvTranspose", {"x", "w", "b"}, {"y"},
               {net.integers("strides", {2, 3}), net.integer("group", 2), net.integers("pads", {1, 0, 1, 1})});
    });
    if (known) {
      CHECK(type_of(analysis, "o0") == "float32 [N, 8, 9, 19]");
      CHECK(figures(analysis) == onnx);
    } else {
      CHECK(testing::fact_of(analysis, "o0").type.shape.rank() == 4);
      CHECK(macs_of(analysis) == kBatch * (6 * 5 * 7 * 4 * 3 * 2));
    }
  }
}

TEST_CASE("words are convolved along their characters") {
  Contrib contrib;
  contrib.input("s", {kBatch, 7, 16}, DataType::int32).weight("w", {50, 1, 3, 8}).weight("b", {50}).weight("c", {256, 8});
  const Analysis analysis = contrib.run("WordConvEmbedding", {"s", "w", "b", "c"});
  CHECK(type_of(analysis, "o0") == "float32 [N, 7, 50]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(50 * 24 + 50 + 2048));
  CHECK(
      figures(analysis) == figures_of([](NetworkBuilder& net) {
        // Each word is a map of 16 characters by 8, the window as wide as the map; the largest of 14 places is kept.
        net.input("x", {kBatch * 7, 1, 16, 8}).weight("w", {50, 1, 3, 8}).weight("b", {50}).node("Conv", {"x", "w", "b"}, {"c"});
        net.node("Tanh", {"c"}, {"t"}).node("GlobalMaxPool", {"t"}, {"y"});
      }));
}

}  // namespace
}  // namespace macroscope
