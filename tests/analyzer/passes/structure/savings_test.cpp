#include "analyzer/passes/structure/savings.h"

#include <fmt/format.h>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

class Layers {
 public:
  explicit Layers(const std::vector<Dim>& image) { net_.input("x", image); }

  /// A convolution that keeps the map's size; `bias` and Relu as asked for.
  Layers& conv(std::int64_t in, std::int64_t out, std::vector<std::int64_t> kernel, std::int64_t groups = 1,
               std::int64_t stride = 1, std::int64_t dilation = 1) {
    const std::string name = fmt::format("c{}", ++count_);
    std::vector<std::int64_t> weight{out, in / groups}, pads;
    weight.insert(weight.end(), kernel.begin(), kernel.end());
    for (int side = 0; side < 2; ++side)
      for (const std::int64_t extent : kernel) pads.push_back((extent - 1) * dilation / 2);
    net_.weight(name + "w", weight);
    net_.node("Conv", {at_, name + "w"}, {name},
              {net_.integers("pads", pads), net_.integer("group", groups), net_.integers("strides", {stride, stride}),
               net_.integers("dilations", {dilation, dilation})});
    at_ = name;
    return *this;
  }
  Layers& relu() {
    net_.node("Relu", {at_}, {at_ + "r"});
    at_ += "r";
    return *this;
  }
  Analysis done() { return analyze(net_.take(), {}); }

 private:
  NetworkBuilder net_;
  std::string at_ = "x";
  int count_ = 0;
};

/// Those that not every convolution is.
std::string kinds_of(const Analysis& analysis) {
  std::string kinds;
  for (const Saving& saving : analysis.findings().savings)
    if (saving.kind != Structure::convolution) kinds += fmt::format("{}{}", kinds.empty() ? "" : " ", name_of(saving.kind));
  return kinds;
}

const Saving& only(const Analysis& analysis, Structure kind) {
  const Saving* found = nullptr;
  for (const Saving& saving : analysis.findings().savings)
    if (saving.kind == kind) {
      REQUIRE(found == nullptr);
      found = &saving;
    }
  REQUIRE(found != nullptr);
  return *found;
}

TEST_CASE("Two layers are no factors of one where the first applies a function to its result") {
  const auto kinds_with = [](std::string_view activation) {
    NetworkBuilder net(21, "com.microsoft");
    net.input("x", {1, 64, 14, 14}).weight("u", {8, 64, 1, 1}).weight("v", {64, 8, 1, 1});
    net.node("FusedConv", {"x", "u"}, {"h"}, {net.text("activation", activation)}, "com.microsoft");
    net.node("Conv", {"h", "v"}, {"y"});
    return kinds_of(analyze(net.take(), {}));
  };
  CHECK(kinds_with("none").find("low") != std::string::npos);
  CHECK(kinds_with("Relu").find("low") == std::string::npos);
}

/// A bottleneck of three layers, as convolutions of ONNX or with channels last and the weights' channels first or last.
Analysis bottleneck_of(std::string_view op, bool is_last, bool has_last_weights) {
  NetworkBuilder net(21, "com.microsoft");
  net.input("x", is_last ? std::vector<Dim>{1, 14, 14, 64} : std::vector<Dim>{1, 64, 14, 14});
  std::string at = "x";
  const auto layer = [&](std::int64_t in, std::int64_t out, std::int64_t kernel) {
    const std::string name = fmt::format("{}_{}", at, out);
    net.weight(name + "w", has_last_weights ? std::vector<std::int64_t>{out, kernel, kernel, in}
                                            : std::vector<std::int64_t>{out, in, kernel, kernel});
    const std::int64_t pad = kernel / 2;
    net.node(op, {at, name + "w"}, {name},
             {net.integers("pads", {pad, pad, pad, pad}), net.integers("kernel_shape", {kernel, kernel})},
             op == "Conv" ? "" : "com.microsoft");
    at = name;
  };
  layer(64, 16, 1);
  layer(16, 16, 3);
  layer(16, 64, 1);
  return analyze(net.take(), {});
}

TEST_CASE("A bottleneck is one in every layout and under every name of a convolution") {
  const Analysis plain = bottleneck_of("Conv", false, false);
  REQUIRE(kinds_of(plain).find("bottleneck") != std::string::npos);
  const struct {
    std::string_view op;
    bool is_last, has_last_weights;
  } others[] = {{"FusedConv", false, false}, {"NhwcConv", true, false}, {"NhwcConv", true, true}, {"NhwcFusedConv", true, false}};
  for (const auto& other : others) {
    INFO(other.op);
    const Analysis analysis = bottleneck_of(other.op, other.is_last, other.has_last_weights);
    REQUIRE(analysis.findings().savings.size() == plain.findings().savings.size());
    for (std::size_t index = 0; index < plain.findings().savings.size(); ++index) {
      const Saving &a = plain.findings().savings[index], &b = analysis.findings().savings[index];
      CHECK(a.kind == b.kind);
      CHECK(a.layers == b.layers);
      CHECK(a.macs == b.macs);
      CHECK(a.parameters == b.parameters);
    }
  }
}

}  // namespace

TEST_CASE("A bottleneck before 5x5 saves 89.67 %") {
  const Analysis analysis = Layers({1, 192, 28, 28}).conv(192, 16, {1, 1}).relu().conv(16, 32, {5, 5}).done();
  const Saving& saving = only(analysis, Structure::bottleneck);
  CHECK(saving.twin_macs.is(120'422'400));
  CHECK(saving.macs.is(12'443'648));
  CHECK(saving.twin_parameters.is(192 * 32 * 25));
  CHECK(saving.parameters.is(192 * 16 + 16 * 32 * 25));
  CHECK(*saving.share() == Approx(0.8967).epsilon(0.0001));
  CHECK(saving.layers == std::vector<NodeId>{0, 2});
  CHECK(kinds_of(analysis) == "bottleneck");
}

TEST_CASE("ResNet's bottleneck goes back to the width it came from") {
  const Analysis analysis =
      Layers({1, 256, 56, 56}).conv(256, 64, {1, 1}).relu().conv(64, 64, {3, 3}).relu().conv(64, 256, {1, 1}).done();
  const Saving& saving = only(analysis, Structure::bottleneck);
  CHECK(saving.layers.size() == 3);
  CHECK(saving.macs.is(56 * 56 * (256 * 64 + 9 * 64 * 64 + 64 * 256)));
  CHECK(saving.twin_macs.is(std::int64_t{56} * 56 * 9 * 256 * 256));
}

TEST_CASE("Depthwise separable against plain: 1/C_out + 1/k^2 remains") {
  const Dim n = Dim::symbol("N");
  const Analysis analysis = Layers({n, 32, 112, 112}).conv(32, 32, {3, 3}, 32).relu().conv(32, 64, {1, 1}).done();
  const Saving& saving = only(analysis, Structure::separable);
  CHECK(kinds_of(analysis) == "separable");
  CHECK(saving.macs == n * 112 * 112 * (32 * 9 + 32 * 64));
  CHECK(saving.twin_macs == n * 112 * 112 * (32 * 64 * 9));
  CHECK(1 - *saving.share() == Approx(1.0 / 64 + 1.0 / 9));
}

TEST_CASE("Groups, dilation, n x 1 and 1 x n") {
  const Saving grouped = only(Layers({1, 128, 14, 14}).conv(128, 128, {3, 3}, 32).done(), Structure::grouped);
  CHECK(grouped.twin_macs == grouped.macs * 32);
  CHECK(grouped.parameters.is(128 * 4 * 9));
  CHECK(grouped.twin_parameters.is(128 * 128 * 9));

  const Saving dilated = only(Layers({1, 8, 32, 32}).conv(8, 8, {3, 3}, 1, 1, 4).done(), Structure::dilated);
  CHECK(dilated.macs.is(32 * 32 * 8 * 8 * 9));
  CHECK(dilated.twin_macs.is(32 * 32 * 8 * 8 * 81));  // (3 - 1) * 4 + 1 = 9
  CHECK(dilated.twin_parameters.is(8 * 8 * 81));

  const Saving factorised =
      only(Layers({1, 16, 17, 17}).conv(16, 16, {1, 7}).relu().conv(16, 16, {7, 1}).done(), Structure::factorised);
  CHECK(factorised.macs.is(17 * 17 * 16 * 16 * 14));
  CHECK(factorised.twin_macs.is(17 * 17 * 16 * 16 * 49));
}

TEST_CASE("Two 3x3 stand for a 5x5, three for a 7x7; no more of them than save something") {
  const Saving two = only(Layers({1, 64, 8, 8}).conv(64, 64, {3, 3}).relu().conv(64, 64, {3, 3}).done(), Structure::stacked);
  CHECK(two.macs.is(64 * 64 * 64 * 18));
  CHECK(two.twin_macs.is(64 * 64 * 64 * 25));
  const Saving three =
      only(Layers({1, 64, 8, 8}).conv(64, 64, {3, 3}).relu().conv(64, 64, {3, 3}).relu().conv(64, 64, {3, 3}).done(),
           Structure::stacked);
  CHECK(three.macs.is(64 * 64 * 64 * 27));
  CHECK(three.twin_macs.is(64 * 64 * 64 * 49));
  // From 3 channels a 7x7 costs less than three 3x3; the last two save.
  const Saving last =
      only(Layers({1, 3, 8, 8}).conv(3, 64, {3, 3}).relu().conv(64, 64, {3, 3}).relu().conv(64, 64, {3, 3}).done(),
           Structure::stacked);
  CHECK(last.layers.size() == 2);
  CHECK(kinds_of(Layers({1, 3, 8, 8}).conv(3, 64, {3, 3}).relu().conv(64, 64, {3, 3}).done()).empty());
  // A stride between them ends the stack.
  CHECK(kinds_of(Layers({1, 64, 8, 8}).conv(64, 64, {3, 3}, 1, 2).relu().conv(64, 64, {3, 3}).done()).empty());
}

TEST_CASE("A product through a narrow middle has low rank, unless something bends between the two") {
  for (const bool bends : {false, true}) {
    NetworkBuilder net;
    net.input("x", {Dim::symbol("B"), Dim::symbol("S"), 512}).weight("a", {512, 16}).weight("b", {16, 512}).weight("bias", {16});
    net.node("MatMul", {"x", "a"}, {"h"});
    net.node("Add", {"h", "bias"}, {"hb"});
    if (bends) net.node("Relu", {"hb"}, {"hr"});
    net.node("MatMul", {bends ? "hr" : "hb", "b"}, {"y"});
    const Analysis analysis = analyze(net.take(), {});
    CHECK(kinds_of(analysis) == (bends ? "" : "low_rank"));
    if (bends) continue;
    CHECK(analysis.findings().savings.front().macs.text() == "16384*B*S");
    CHECK(analysis.findings().savings.front().twin_macs.text() == "262144*B*S");
    CHECK(*analysis.findings().savings.front().share() == Approx(1 - 16384.0 / 262144));
  }
}

TEST_CASE("A mask keeps (k^2 - 1)/2 of k^2 taps, or one more") {
  for (const TapMask mask : {TapMask::before_centre, TapMask::through_centre}) {
    NetworkBuilder net;
    net.input("x", {1, 4, 10, 10}).weight("w", {8, 4, 7, 7}).weight("b", {8});
    net.node("Conv", {"x", "w", "b"}, {"y"}, {net.integers("pads", {3, 3, 3, 3})});
    Network network = net.take();
    network.graphs.front().stored.front().mask = mask;
    const int taps = mask == TapMask::before_centre ? 24 : 25;
    const Saving saving = only(analyze(std::move(network), {}), Structure::masked);
    CHECK(saving.macs.is(100 * 8 * 4 * taps));
    CHECK(saving.twin_macs.is(100 * 8 * 4 * 49));
    CHECK(saving.parameters.is(8 * 4 * taps + 8));
    CHECK(saving.twin_parameters.is(8 * 4 * 49 + 8));
  }
}

TEST_CASE("What others read as well cannot be put into one layer") {
  NetworkBuilder net;
  net.input("x", {1, 192, 28, 28}).weight("a", {16, 192, 1, 1}).weight("b", {32, 16, 5, 5});
  net.node("Conv", {"x", "a"}, {"narrow"});
  net.node("Conv", {"narrow", "b"}, {"y"}, {net.integers("pads", {2, 2, 2, 2})});
  net.node("GlobalMaxPool", {"narrow"}, {"z"});
  net.output("y").output("z");
  CHECK(kinds_of(analyze(net.take(), {})).empty());
}

TEST_CASE("A convolution shares its weights over all positions, which a dense layer does not") {
  const Dim n = Dim::symbol("N");
  NetworkBuilder net;
  net.input("x", {n, 3, 32, 32}).weight("w", {6, 3, 5, 5}).weight("b", {6}).weight("v", {10, 6, 28, 28});
  net.node("Conv", {"x", "w", "b"}, {"h"}).node("Conv", {"h", "v"}, {"y"});
  // The second covers the whole map: it is a dense layer already.
  const Saving saving = only(analyze(net.take(), {}), Structure::convolution);
  CHECK(saving.layers == std::vector<NodeId>{0});
  CHECK(saving.macs == n * 28 * 28 * 6 * 75);
  CHECK(saving.twin_macs == n * (3 * 32 * 32) * (6 * 28 * 28));
  CHECK(saving.parameters.is(6 * 75 + 6));
  CHECK(saving.twin_parameters.is(3 * 32 * 32 * 6 * 28 * 28 + 6 * 28 * 28));
  CHECK(*saving.share() == Approx(1 - 75.0 / 3072));
}

TEST_CASE("Gates of squeeze and excitation stand within a separable convolution") {
  NetworkBuilder net;
  net.input("x", {1, 32, 56, 56})
      .weight("d", {32, 1, 3, 3})
      .weight("s", {8, 32, 1, 1})
      .weight("e", {32, 8, 1, 1})
      .weight("p", {16, 32, 1, 1});
  net.node("Conv", {"x", "d"}, {"depthwise"}, {net.integers("pads", {1, 1, 1, 1}), net.integer("group", 32)});
  net.node("Sigmoid", {"depthwise"}, {"sigmoid"});
  net.node("Mul", {"depthwise", "sigmoid"}, {"silu"});
  net.node("GlobalAveragePool", {"silu"}, {"mean"});
  net.node("Conv", {"mean", "s"}, {"squeeze"});
  net.node("Relu", {"squeeze"}, {"relu"});
  net.node("Conv", {"relu", "e"}, {"excite"});
  net.node("Sigmoid", {"excite"}, {"gate"});
  net.node("Mul", {"silu", "gate"}, {"gated"});
  net.node("Conv", {"gated", "p"}, {"y"});
  const Saving saving = only(analyze(net.take(), {}), Structure::separable);
  CHECK(saving.layers == std::vector<NodeId>{0, 9});
  CHECK(saving.twin_macs.is(56 * 56 * 32 * 16 * 9));
}

}  // namespace macroscope
