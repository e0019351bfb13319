#include "analyzer/passes/structure/channel_growth.h"

#include <fmt/format.h>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

/// How the layers of a dense block take what those before have made.
enum class Form { cascade, list, list_with_first, new_first };

void add_block(NetworkBuilder& net, std::string& at, const std::string& name, std::int64_t first, std::int64_t growth, int layers,
               Form form) {
  std::vector<std::string> all{at};
  const Attribute axis = net.integer("axis", 1);
  if (form == Form::list_with_first) net.node("Concat", all, {name + "_0"}, {axis});
  std::string sum = form == Form::list_with_first ? name + "_0" : at;
  for (int i = 1; i <= layers; ++i) {
    const std::string made = fmt::format("{}_f{}", name, i), weight = fmt::format("{}_w{}", name, i);
    net.weight(weight, {growth, first + growth * (i - 1), 3, 3});
    net.node("Relu", {sum}, {made + "_relu"});
    net.node("Conv", {made + "_relu", weight}, {made}, {net.integers("pads", {1, 1, 1, 1})});
    all.push_back(made);
    const std::string joined = fmt::format("{}_{}", name, i);
    if (form == Form::cascade) net.node("Concat", {sum, made}, {joined}, {axis});
    if (form == Form::new_first) net.node("Concat", {made, sum}, {joined}, {axis});
    if (form == Form::list || form == Form::list_with_first) net.node("Concat", all, {joined}, {axis});
    sum = joined;
  }
  at = sum;
}

std::string text_of(const DenseBlock& block) {
  return fmt::format("{} + {}*{}", block.first.text(), block.growth.text(), block.count());
}

}  // namespace

TEST_CASE("Dense blocks are found however their layers are joined") {
  for (const Form form : {Form::cascade, Form::list, Form::list_with_first, Form::new_first}) {
    NetworkBuilder net;
    net.input("x", {Dim::symbol("N"), 64, Dim::symbol("H"), 32});
    std::string at = "x";
    add_block(net, at, "a", 64, 32, 6, form);
    net.weight("t", {128, 256, 1, 1});
    net.node("Conv", {at, "t"}, {"transition"});
    at = "transition";
    add_block(net, at, "b", 128, 32, 12, form);
    const Analysis analysis = analyze(net.take(), {});
    CHECK(testing::errors_of(analysis).empty());
    REQUIRE(analysis.findings().growth.blocks.size() == 2);
    CHECK(text_of(analysis.findings().growth.blocks[0]) == "64 + 32*6");
    CHECK(text_of(analysis.findings().growth.blocks[1]) == "128 + 32*12");
    CHECK(analysis.findings().growth.concatenations.empty());
    CHECK(testing::fact_of(analysis, "b_12").type.shape[1].is(128 + 32 * 12));
  }
}

TEST_CASE("A dense block's channels may be symbols") {
  const Dim c = Dim::symbol("c"), k = Dim::symbol("k");
  NetworkBuilder net;
  net.input("x", {1, c, 8, 8}).input("f1", {1, k, 8, 8}).input("f2", {1, k, 8, 8}).input("f3", {1, k, 8, 8});
  const Attribute axis = net.integer("axis", 1);
  net.node("Concat", {"x", "f1"}, {"y1"}, {axis});
  net.node("Concat", {"y1", "f2"}, {"y2"}, {axis});
  net.node("Concat", {"y2", "f3"}, {"y3"}, {axis});
  net.node("GlobalAveragePool", {"y3"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(analysis.findings().growth.blocks.empty());  // nothing says yet that axis 1 of y1 and y2 holds channels
  NetworkBuilder pooled;
  pooled.input("x", {1, c, 8, 8}).input("f1", {1, k, 8, 8}).input("f2", {1, k, 8, 8}).input("f3", {1, k, 8, 8});
  for (const char* name : {"x", "f1", "f2", "f3"})
    pooled.node("MaxPool", {name}, {fmt::format("{}_", name)}, {pooled.integers("kernel_shape", {2, 2})});
  pooled.node("Concat", {"x_", "f1_"}, {"y1"}, {pooled.integer("axis", 1)});
  pooled.node("Concat", {"y1", "f2_"}, {"y2"}, {pooled.integer("axis", 1)});
  pooled.node("Concat", {"y2", "f3_"}, {"y3"}, {pooled.integer("axis", -3)});
  const Analysis found = analyze(pooled.take(), {});
  REQUIRE(found.findings().growth.blocks.size() == 1);
  CHECK(text_of(found.findings().growth.blocks[0]) == "c + k*3");
}

TEST_CASE("An inception module: what each branch adds, costs and starts from") {
  NetworkBuilder net;
  net.input("image", {1, 192, 28, 28});
  net.node("Relu", {"image"}, {"x"});
  const auto conv = [&](const std::string& from, const std::string& to, std::int64_t in, std::int64_t out, std::int64_t k) {
    net.weight(to + "_w", {out, in, k, k}).weight(to + "_b", {out});
    net.node("Conv", {from, to + "_w", to + "_b"}, {to}, {net.integers("pads", {k / 2, k / 2, k / 2, k / 2})});
    net.node("Relu", {to}, {to + "_relu"});
  };
  conv("x", "b1", 192, 64, 1);
  conv("x", "b2a", 192, 96, 1);
  conv("b2a_relu", "b2b", 96, 128, 3);
  conv("x", "b3a", 192, 16, 1);
  conv("b3a_relu", "b3b", 16, 32, 5);
  net.node("MaxPool", {"x"}, {"pool"},
           {net.integers("kernel_shape", {3, 3}), net.integers("pads", {1, 1, 1, 1}), net.integers("strides", {1, 1})});
  conv("pool", "b4", 192, 32, 1);
  net.node("Concat", {"b1_relu", "b2b_relu", "b3b_relu", "b4_relu"}, {"y"}, {net.integer("axis", 1)});
  const Analysis analysis = analyze(net.take(), {});
  REQUIRE(analysis.findings().growth.concatenations.size() == 1);
  const Concatenation& module = analysis.findings().growth.concatenations.front();
  CHECK(analysis.network.main().tensors[module.input].name == "x");
  CHECK(module.channels.is(256));
  REQUIRE(module.branches.size() == 4);
  // Inception (3a) by hand.
  const std::int64_t channels[] = {64, 128, 32, 32};
  const std::int64_t macs[] = {9'633'792, 14'450'688 + 86'704'128, 2'408'448 + 10'035'200, 4'816'896};
  Dim all_macs, all_parameters;
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(module.branches[i].channels.is(channels[i]));
    CHECK(module.branches[i].macs.is(macs[i]));
    all_macs += module.branches[i].macs;
    all_parameters += module.branches[i].parameters;
  }
  CHECK(all_macs.is(128'049'152));
  CHECK(all_parameters.is(163'696));
  CHECK(module.branches[3].branch.nodes.size() == 3);
}

TEST_CASE("A gate inside a branch belongs to it, a skip joins as it is") {
  NetworkBuilder net;
  net.input("image", {1, 8, 16, 16}).weight("w", {8, 8, 3, 3});
  const Attribute pads = net.integers("pads", {1, 1, 1, 1});
  net.node("Conv", {"image", "w"}, {"x"}, {pads});
  net.node("Conv", {"x", "w"}, {"c"}, {pads});
  net.node("Sigmoid", {"c"}, {"s"});
  net.node("Mul", {"c", "s"}, {"silu"});
  net.node("Concat", {"x", "silu"}, {"y"}, {net.integer("axis", 1)});
  const Analysis analysis = analyze(net.take(), {});
  REQUIRE(analysis.findings().growth.concatenations.size() == 1);
  const Concatenation& joined = analysis.findings().growth.concatenations.front();
  CHECK(analysis.network.main().tensors[joined.input].name == "x");
  CHECK(joined.branches[0].branch.nodes.empty());
  CHECK(joined.branches[1].branch.nodes == std::vector<NodeId>{1, 2, 3});
}

TEST_CASE("Concatenations along other axes, and of shapes, are no growth of channels") {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("B"), Dim::symbol("S"), 64}).weight("token", {1, 1, 64}).weight("w", {64, 64}).list("one", {1});
  net.node("MatMul", {"x", "w"}, {"h"});
  net.node("Concat", {"token", "h"}, {"tokens"}, {net.integer("axis", 1)});
  net.node("Shape", {"h"}, {"shape"});
  net.node("Concat", {"shape", "one"}, {"longer"}, {net.integer("axis", 0)});
  net.output("tokens").output("longer");
  CHECK(analyze(net.take(), {}).findings().growth.concatenations.empty());
}

}  // namespace macroscope
