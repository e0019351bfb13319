#include "analyzer/operators/notation/nest.h"

#include <fmt/format.h>

#include <random>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

struct Axis {
  std::int64_t input, kernel, stride, dilation, begin, end;
  [[nodiscard]] std::int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

/// Walks every place of a window and every tap, as an implementation would.
struct Counted {
  std::int64_t places = 0;
  std::int64_t inside = 0;
};

Counted walk(const Axis& axis) {
  Counted counted;
  for (std::int64_t start = -axis.begin; start + axis.reach() <= axis.input + axis.end; start += axis.stride) {
    ++counted.places;
    for (std::int64_t tap = 0; tap < axis.kernel; ++tap) {
      const std::int64_t at = start + tap * axis.dilation;
      counted.inside += at >= 0 && at < axis.input ? 1 : 0;
    }
  }
  return counted;
}

Axis random_axis(std::mt19937& random) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  Axis axis{pick(1, 12), pick(1, 4), pick(1, 3), pick(1, 3), 0, 0};
  axis.begin = pick(0, static_cast<int>(axis.reach()) - 1);
  axis.end = pick(0, static_cast<int>(axis.reach()) - 1);
  axis.input = std::max(axis.input, axis.reach());
  return axis;
}

struct Convolution {
  std::int64_t batch, groups, out_per_group, in_per_group;
  std::vector<Axis> axes;
};

Convolution random_convolution(std::mt19937& random) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  Convolution convolution{pick(1, 3), pick(1, 3), pick(1, 3), pick(1, 3), {}};
  for (std::int64_t rank = pick(1, 3); rank > 0; --rank) convolution.axes.push_back(random_axis(random));
  return convolution;
}

Analysis analysed(const Convolution& c, bool symbolic) {
  NetworkBuilder net;
  std::vector<Dim> input{symbolic ? Dim::symbol("N") : Dim(c.batch), c.groups * c.in_per_group};
  std::vector<std::int64_t> weight{c.groups * c.out_per_group, c.in_per_group};
  std::vector<std::int64_t> strides, dilations, begins, ends;
  for (std::size_t axis = 0; axis < c.axes.size(); ++axis) {
    input.push_back(symbolic ? Dim::symbol(fmt::format("S{}", axis)) : Dim(c.axes[axis].input));
    weight.push_back(c.axes[axis].kernel);
    strides.push_back(c.axes[axis].stride);
    dilations.push_back(c.axes[axis].dilation);
    begins.push_back(c.axes[axis].begin);
    ends.push_back(c.axes[axis].end);
  }
  begins.insert(begins.end(), ends.begin(), ends.end());
  net.input("x", input).weight("w", weight);
  net.node("Conv", {"x", "w"}, {"y"},
           {net.integer("group", c.groups), net.integers("strides", strides), net.integers("dilations", dilations),
            net.integers("pads", begins)});
  return analyze(net.take(), {});
}

TEST_CASE("a convolution's shape and work equal those of walking it") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const Convolution c = random_convolution(random);
    std::int64_t macs = c.batch * c.groups * c.out_per_group * c.in_per_group;
    std::int64_t effective = macs;
    std::vector<Dim> shape{c.batch, c.groups * c.out_per_group};
    Bindings at{{"N", c.batch}};
    for (std::size_t axis = 0; axis < c.axes.size(); ++axis) {
      const Counted counted = walk(c.axes[axis]);
      shape.emplace_back(counted.places);
      macs *= counted.places * c.axes[axis].kernel;
      effective *= counted.inside;
      at.emplace(fmt::format("S{}", axis), c.axes[axis].input);
    }
    const Analysis numeric = analysed(c, false);
    CHECK(testing::shape_of(numeric, "y") == Shape(shape).text());
    CHECK(numeric.costs.total.macs == Dim(macs));
    CHECK(numeric.costs.total.effective_macs == Dim(effective));
    // What holds for symbols holds for each of their values.
    const Analysis symbolic = analysed(c, true);
    CHECK(testing::fact_of(symbolic, "y").type.shape.substitute(at) == Shape(shape));
    CHECK(symbolic.costs.total.macs.substitute(at) == Dim(macs));
    CHECK(symbolic.costs.total.effective_macs.substitute(at) == Dim(effective));
  }
}

TEST_CASE("a transposed convolution scatters what a convolution gathers") {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    Convolution c = random_convolution(random);
    NetworkBuilder net;
    std::vector<Dim> input{c.batch, c.groups * c.in_per_group};
    std::vector<std::int64_t> weight{c.groups * c.in_per_group, c.out_per_group};
    std::vector<std::int64_t> strides, dilations, begins, ends, further;
    std::vector<Dim> shape{c.batch, c.groups * c.out_per_group};
    std::int64_t macs = c.batch * c.groups * c.out_per_group * c.in_per_group;
    std::int64_t effective = macs;
    for (Axis& axis : c.axes) {
      const std::int64_t padding = std::uniform_int_distribution<std::int64_t>(0, axis.stride - 1)(random);
      const std::int64_t full = (axis.input - 1) * axis.stride + axis.reach() + padding;
      const std::int64_t extent = full - axis.begin - axis.end;
      if (extent < 1) axis.begin = axis.end = 0;
      const std::int64_t cropped = full - axis.begin - axis.end;
      std::int64_t inside = 0;
      for (std::int64_t place = 0; place < axis.input; ++place)
        for (std::int64_t tap = 0; tap < axis.kernel; ++tap) {
          const std::int64_t at = place * axis.stride + tap * axis.dilation - axis.begin;
          inside += at >= 0 && at < cropped ? 1 : 0;
        }
      input.emplace_back(axis.input);
      weight.push_back(axis.kernel);
      strides.push_back(axis.stride);
      dilations.push_back(axis.dilation);
      begins.push_back(axis.begin);
      ends.push_back(axis.end);
      further.push_back(padding);
      shape.emplace_back(cropped);
      macs *= axis.input * axis.kernel;
      effective *= inside;
    }
    begins.insert(begins.end(), ends.begin(), ends.end());
    net.input("x", input).weight("w", weight);
    net.node("ConvTranspose", {"x", "w"}, {"y"},
             {net.integer("group", c.groups), net.integers("strides", strides), net.integers("dilations", dilations),
              net.integers("pads", begins), net.integers("output_padding", further)});
    const Analysis analysis = analyze(net.take(), {});
    CHECK(testing::shape_of(analysis, "y") == Shape(shape).text());
    CHECK(analysis.costs.total.macs == Dim(macs));
    CHECK(analysis.costs.total.effective_macs == Dim(effective));
  }
}

TEST_CASE("the stem of ResNet keeps its symbols") {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("N"), 3, Dim::symbol("H"), 224}).weight("w", {64, 3, 7, 7});
  net.node("Conv", {"x", "w"}, {"y"}, {net.integers("strides", {2, 2}), net.integers("pads", {3, 3, 3, 3})});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(testing::shape_of(analysis, "y") == "[N, 64, floor((H + 1)/2), 112]");
  CHECK(analysis.costs.total.macs.text() == "1053696*N*floor((H + 1)/2)");
  CHECK(analysis.costs.total.macs.substitute({{"N", 1}, {"H", 224}}) == Dim(118'013'952));
  CHECK(analysis.parameters.total(Role::weight) == Dim(9408));
}

TEST_CASE("padding by name keeps a map's size at stride 1 and halves it rounding up at stride 2") {
  for (const char* how : {"SAME_UPPER", "SAME_LOWER"}) {
    for (std::int64_t stride = 1; stride <= 3; ++stride) {
      NetworkBuilder net;
      net.input("x", {1, 1, 7, 8}).weight("w", {1, 1, 3, 4});
      net.node("Conv", {"x", "w"}, {"y"}, {net.integers("strides", {stride, stride}), net.text("auto_pad", how)});
      const Analysis analysis = analyze(net.take(), {});
      CHECK(testing::fact_of(analysis, "y").type.shape == Shape{1, 1, (7 + stride - 1) / stride, (8 + stride - 1) / stride});
    }
  }
}

TEST_CASE("rounding up drops a window that would start behind the input") {
  // Published example: 32 by a window of 3 at stride 2 without padding is 15 rounding down, 16 rounding up; 1 by a window of 1 at stride 2 is 1.
  const auto pooled = [](std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    NetworkBuilder net;
    net.input("x", {1, 1, size});
    net.node("MaxPool", {"x"}, {"y"},
             {net.integers("kernel_shape", {kernel}), net.integers("strides", {stride}), net.integers("pads", {pad, pad}),
              net.integer("ceil_mode", 1)});
    return testing::fact_of(analyze(net.take(), {}), "y").type.shape[2];
  };
  CHECK(pooled(32, 3, 2, 0) == Dim(16));
  CHECK(pooled(1, 1, 2, 0) == Dim(1));
  CHECK(pooled(4, 1, 2, 0) == Dim(2));
  CHECK(pooled(2, 2, 3, 1) == Dim(1));
}

TEST_CASE("matrix products of every rank") {
  struct Case {
    std::vector<Dim> a, b;
    const char* shape;
    std::int64_t macs;
  };
  const Case cases[] = {
      {{5, 3}, {3, 4}, "[5, 4]", 60},
      {{3}, {3, 4}, "[4]", 12},
      {{5, 3}, {3}, "[5]", 15},
      {{3}, {3}, "[]", 3},
      {{2, 1, 5, 3}, {7, 3, 4}, "[2, 7, 5, 4]", 2 * 7 * 60},
      {{6, 5, 3}, {3, 4}, "[6, 5, 4]", 360},
      {{3}, {2, 3, 4}, "[2, 4]", 24},
  };
  for (const Case& c : cases) {
    NetworkBuilder net;
    net.input("a", c.a).input("b", c.b).node("MatMul", {"a", "b"}, {"y"});
    const Analysis analysis = analyze(net.take(), {});
    CHECK(testing::shape_of(analysis, "y") == c.shape);
    CHECK(analysis.costs.total.macs == Dim(c.macs));
  }
}

TEST_CASE("operands that do not fit are an error with both sizes") {
  NetworkBuilder net;
  net.input("a", {5, 3}).input("b", {4, 4}).node("MatMul", {"a", "b"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  REQUIRE(has_errors(analysis.diagnostics));
  CHECK(analysis.diagnostics.front().code == "shape-mismatch");
  CHECK(analysis.diagnostics.front().message.find("3 and 4") != std::string::npos);
  CHECK_FALSE(analysis.costs.complete);
}

TEST_CASE("reductions keep or drop their axes") {
  NetworkBuilder net;
  net.input("x", {2, 3, 4}).list("axes", {-1, 0});
  net.node("ReduceSum", {"x", "axes"}, {"kept"}).node("ReduceSum", {"x", "axes"}, {"dropped"}, {net.integer("keepdims", 0)});
  net.node("ReduceMean", {"x"}, {"mean"}).node("ReduceMax", {"x"}, {"max"}, {net.integers("axes", {1})});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(testing::shape_of(analysis, "kept") == "[1, 3, 1]");
  CHECK(testing::shape_of(analysis, "dropped") == "[3]");
  CHECK(testing::shape_of(analysis, "mean") == "[1, 1, 1]");
  CHECK(testing::shape_of(analysis, "max") == "[2, 1, 4]");
  const auto& nodes = analysis.costs.nodes.front();
  CHECK(nodes[0].flops_by_kind == std::array<Dim, kFlopKinds>{24, 0, 0, 0, 0});
  CHECK(nodes[2].flops_by_kind == std::array<Dim, kFlopKinds>{24, 1, 0, 0, 0});
  CHECK(nodes[3].flops_by_kind == std::array<Dim, kFlopKinds>{0, 0, 0, 24, 0});
}

}  // namespace
}  // namespace macroscope
