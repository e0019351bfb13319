#include "analyzer/passes/training/gradient_flow.h"

#include <fmt/format.h>

#include <functional>
#include <random>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

TensorId tensor_named(const Network& network, std::string_view name) {
  for (TensorId id = 0; id < network.main().tensors.size(); ++id)
    if (network.main().tensors[id].name == name) return id;
  return kAbsent;
}

const Paths& from(const Analysis& analysis, std::string_view tensor) {
  return analysis.findings().gradients.from_tensor[tensor_named(analysis.network, tensor)];
}

std::uint64_t count(const Paths& paths) { return paths.count.number().value_or(0); }

/// L blocks of two convolutions each, added to their input or not.
Analysis blocks(int length, bool is_residual) {
  NetworkBuilder net;
  net.input("x", {1, 8, 16, 16}).weight("w", {8, 8, 3, 3});
  std::string at = "x";
  const Attribute pads = net.integers("pads", {1, 1, 1, 1});
  for (int i = 0; i < length; ++i) {
    net.node("Conv", {at, "w"}, {fmt::format("a{}", i)}, {pads});
    net.node("Relu", {fmt::format("a{}", i)}, {fmt::format("r{}", i)});
    net.node("Conv", {fmt::format("r{}", i), "w"}, {fmt::format("b{}", i)}, {pads});
    if (is_residual) net.node("Add", {at, fmt::format("b{}", i)}, {fmt::format("y{}", i)});
    at = fmt::format("{}{}", is_residual ? "y" : "b", i);
  }
  net.output(at);
  return analyze(net.take(), {});
}

/// A random network of sums: what a node adds up are tensors before it, perhaps one several times.
struct Sums {
  std::vector<std::vector<std::size_t>> operands;  // of each tensor; none for the input
  std::vector<bool> is_weighted;
};

Sums random_sums(std::mt19937& random, std::size_t count) {
  Sums sums;
  sums.operands.emplace_back();
  sums.is_weighted.push_back(false);
  while (sums.operands.size() < count) {
    const bool is_weighted = random() % 3 == 0;
    std::vector<std::size_t> operands;
    for (std::size_t i = 0, most = is_weighted ? 1 : 1 + random() % 3; i < most; ++i)
      operands.push_back(random() % sums.operands.size());
    sums.operands.push_back(operands);
    sums.is_weighted.push_back(is_weighted);
  }
  return sums;
}

Analysis analysis_of(const Sums& sums) {
  NetworkBuilder net;
  net.input("t0", {1, 4}).weight("w", {4, 4});
  for (std::size_t i = 1; i < sums.operands.size(); ++i) {
    std::vector<std::string> operands;
    for (const std::size_t operand : sums.operands[i]) operands.push_back(fmt::format("t{}", operand));
    if (sums.is_weighted[i]) operands.emplace_back("w");
    net.node(sums.is_weighted[i] ? "MatMul" : "Sum", operands, {fmt::format("t{}", i)});
  }
  net.output(fmt::format("t{}", sums.operands.size() - 1));
  return analyze(net.take(), {});
}

/// Walks every single path back from the last tensor.
std::vector<Paths> walked(const Sums& sums) {
  std::vector<Paths> paths(sums.operands.size());
  const std::function<void(std::size_t, std::uint32_t, std::uint32_t)> walk = [&](std::size_t at, std::uint32_t length,
                                                                                  std::uint32_t weighted) {
    Paths& here = paths[at];
    const bool is_first = here.count.is_zero();
    here.count += PathCount(1);
    here.shortest = is_first ? length : std::min(here.shortest, length);
    here.longest = std::max(here.longest, length);
    here.fewest_weighted = is_first ? weighted : std::min(here.fewest_weighted, weighted);
    here.most_weighted = std::max(here.most_weighted, weighted);
    for (const std::size_t operand : sums.operands[at])
      walk(operand, length + 1, weighted + static_cast<std::uint32_t>(sums.is_weighted[at]));
  };
  walk(sums.operands.size() - 1, 0, 0);
  return paths;
}

}  // namespace

TEST_CASE("Through L residual blocks lead 2^L paths, the shortest past no weighted layer") {
  for (const int length : {1, 2, 5, 10}) {
    const Analysis with = blocks(length, true);
    const Paths& paths = from(with, "x");
    CHECK(count(paths) == std::uint64_t{1} << static_cast<unsigned>(length));
    CHECK(paths.fewest_weighted == 0);
    CHECK(paths.most_weighted == static_cast<std::uint32_t>(2 * length));
    CHECK(paths.shortest == static_cast<std::uint32_t>(length));     // the sums
    CHECK(paths.longest == static_cast<std::uint32_t>(4 * length));  // two convolutions, a Relu and a sum each
    const Analysis without = blocks(length, false);
    CHECK(from(without, "x") == Paths{PathCount(1), static_cast<std::uint32_t>(3 * length),
                                      static_cast<std::uint32_t>(3 * length), static_cast<std::uint32_t>(2 * length),
                                      static_cast<std::uint32_t>(2 * length)});
    CHECK(with.findings().gradients.to_outputs.front().second == paths);
  }
  const Analysis deep = blocks(300, true);
  CHECK_FALSE(from(deep, "x").count.is_exact());
  CHECK(from(deep, "x").count.log2() == 300);
  CHECK(from(blocks(200, true), "x").count.decimal() ==
        "1606938044258990275541962092341162602522202993782792835301376");  // 2^200
}

TEST_CASE("A dense block of three layers has 8 paths from its output to its input, in both forms") {
  for (const bool is_cascade : {true, false}) {
    NetworkBuilder net;
    net.input("x", {1, 32, 8, 8});
    std::vector<std::string> all{"x"};
    std::string at = "x";
    for (std::int64_t i = 0; i < 3; ++i) {
      net.weight(fmt::format("w{}", i), {24, 32 + 24 * i, 3, 3});
      net.node("Conv", {at, fmt::format("w{}", i)}, {fmt::format("f{}", i)}, {net.integers("pads", {1, 1, 1, 1})});
      all.push_back(fmt::format("f{}", i));
      net.node("Concat", is_cascade ? std::vector<std::string>{at, all.back()} : all, {fmt::format("c{}", i)},
               {net.integer("axis", 1)});
      at = fmt::format("c{}", i);
    }
    const Analysis analysis = analyze(net.take(), {});
    CHECK(count(from(analysis, "x")) == 8);
    CHECK(from(analysis, "x").fewest_weighted == 0);
    CHECK(from(analysis, "x").most_weighted == 3);
    CHECK(count(from(analysis, "f0")) == 4);
    CHECK(count(from(analysis, "f2")) == 1);
  }
}

TEST_CASE("Paths through random networks are those that a walk finds") {
  std::mt19937 random(7);
  for (int run = 0; run < 60; ++run) {
    const Sums sums = random_sums(random, 2 + random() % 11);
    const Analysis analysis = analysis_of(sums);
    const std::vector<Paths> expected = walked(sums);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      INFO("run " << run << ", tensor " << i);
      CHECK(from(analysis, fmt::format("t{}", i)) == expected[i]);
    }
    CHECK(analysis.findings().gradients.to_outputs.front().second == expected[0]);
  }
}

TEST_CASE("Shapes, indices, conditions and rounding carry no gradient") {
  NetworkBuilder net;
  net.input("x", {4, 4}).input("other", {4, 4}).list("zero", {0});
  net.node("Shape", {"x"}, {"shape"});
  net.node("Expand", {"other", "shape"}, {"expanded"});
  net.node("Greater", {"other", "x"}, {"is_greater"});
  net.node("Where", {"is_greater", "expanded", "expanded"}, {"chosen"});
  net.node("Gather", {"chosen", "zero"}, {"row"});
  net.node("Round", {"x"}, {"rounded"});
  net.node("Add", {"row", "rounded"}, {"sum"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(from(analysis, "x").count.is_zero());
  CHECK(count(from(analysis, "other")) == 2);  // both alternatives of Where
  CHECK(from(analysis, "other").shortest == 4);
}

TEST_CASE("Several outputs: of each the ways to the inputs, of each layer those to all outputs") {
  NetworkBuilder net;
  net.input("x", {1, 4}).weight("w", {4, 4});
  net.node("MatMul", {"x", "w"}, {"a"});
  net.node("MatMul", {"a", "w"}, {"b"});
  net.node("Relu", {"a"}, {"c"});
  net.output("b").output("c");
  const Analysis analysis = analyze(net.take(), {});
  CHECK(count(from(analysis, "x")) == 2);
  CHECK(from(analysis, "x").fewest_weighted == 1);
  CHECK(from(analysis, "x").most_weighted == 2);
  REQUIRE(analysis.findings().gradients.to_outputs.size() == 2);
  CHECK(analysis.findings().gradients.to_outputs[0].second.most_weighted == 2);
  CHECK(analysis.findings().gradients.to_outputs[1].second.most_weighted == 1);
  CHECK(analysis.findings().gradients.from_node[1].shortest == 0);  // the layer itself is not on its path
  const TensorId only = tensor_named(analysis.network, "c");
  const ElementwiseProvenances provenances(analysis.network, analysis.shapes);
  const GradientFlow one = trace_gradients(analysis.network, analysis.shapes, provenances, analysis.costs, {&only, 1});
  CHECK(one.from_node[1].count.is_zero());
  CHECK(count(one.from_tensor[tensor_named(analysis.network, "x")]) == 1);
}

}  // namespace macroscope
