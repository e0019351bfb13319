#include "reports/tables/receptive_path.h"

#include <set>

#include "catch.h"
#include "sample_models.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

void add_convolution(NetworkBuilder& net, const std::string& from, const std::string& to, std::int64_t kernel,
                     std::int64_t stride) {
  net.weight(to + ".w", {4, 4, kernel, kernel});
  const std::int64_t pad = kernel / 2;
  net.node("Conv", {from, to + ".w"}, {to},
           {net.integers("pads", {pad, pad, pad, pad}), net.integers("strides", {stride, stride})});
}

/// Along one axis: positions of the input that element `at` of the last of some convolutions reads, followed tap by tap.
std::set<std::int64_t> positions(const std::vector<std::pair<std::int64_t, std::int64_t>>& kernels, std::int64_t at) {
  std::set<std::int64_t> seen{at};
  for (auto layer = kernels.rbegin(); layer != kernels.rend(); ++layer) {
    std::set<std::int64_t> before;
    for (const std::int64_t position : seen)
      for (std::int64_t tap = 0; tap < layer->first; ++tap) before.insert(position * layer->second - layer->first / 2 + tap);
    seen = std::move(before);
  }
  return seen;
}

}  // namespace

TEST_CASE("Each step of a receptive path sees what following its taps one by one gives") {
  const std::vector<std::pair<std::int64_t, std::int64_t>> kernels{{7, 2}, {3, 2}, {3, 1}, {5, 1}};
  NetworkBuilder net;
  net.input("x", {1, 4, 64, 64});
  for (std::size_t i = 0; i < kernels.size(); ++i)
    add_convolution(net, i == 0 ? "x" : "y" + std::to_string(i - 1), "y" + std::to_string(i), kernels[i].first,
                    kernels[i].second);
  net.node("Relu", {"y3"}, {"out"}).output("out");
  const Analysis analysis = analyze(net.take(), {});
  const std::vector<ReceptiveStep> path = receptive_path(Figures(analysis, "model"));
  REQUIRE(path.size() == kernels.size() + 1);  // the activation sees what the layer before it sees
  CHECK(path.front().node == kNone);
  std::int64_t extent = 64;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const std::vector<std::pair<std::int64_t, std::int64_t>> before(kernels.begin(),
                                                                    kernels.begin() + static_cast<std::ptrdiff_t>(i));
    extent = (extent + kernels[i - 1].second - 1) / kernels[i - 1].second;
    REQUIRE(path[i].extents == std::vector<Dim>{extent, extent});
    for (const AxisField& axis : path[i].fields) {
      const std::set<std::int64_t> first = positions(before, 0), second = positions(before, 1);
      CHECK(axis.start.over == *first.begin());
      CHECK(axis.size == *first.rbegin() - *first.begin() + 1);
      CHECK(axis.jump.over == *second.begin() - *first.begin());
    }
  }
}

TEST_CASE("At a sum the path takes the operand that sees most") {
  NetworkBuilder net;
  net.input("x", {1, 4, 16, 16});
  add_convolution(net, "x", "narrow", 1, 1);
  add_convolution(net, "x", "wide", 5, 1);
  net.node("Add", {"narrow", "wide"}, {"sum"});
  add_convolution(net, "sum", "last", 3, 1);
  net.output("last");
  const Analysis analysis = analyze(net.take(), {});
  const Figures figures(analysis, "model");
  std::vector<std::string> names;
  for (const ReceptiveStep& step : receptive_path(figures))
    names.emplace_back(figures.network().main().tensors[step.tensor].name);
  CHECK(names == std::vector<std::string>{"x", "wide", "last"});
}

TEST_CASE("A model whose layers see all of the input has no receptive path") {
  NetworkBuilder net;
  net.input("x", {1, 8}).weight("w", {8, 8}).node("MatMul", {"x", "w"}, {"y"}).output("y");
  const Analysis analysis = analyze(net.take(), {});
  CHECK(receptive_path(Figures(analysis, "model")).empty());
}

}  // namespace macroscope
