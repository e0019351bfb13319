#include "analyzer/passes/structure/redundancy.h"

#include <fmt/format.h>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

std::vector<Opportunity> of_kind(const Analysis& analysis, Redundancy kind) {
  std::vector<Opportunity> found;
  for (const Opportunity& opportunity : analysis.findings().redundancies)
    if (opportunity.kind == kind) found.push_back(opportunity);
  return found;
}

std::string kinds_of(const Analysis& analysis) {
  std::string kinds;
  for (const Opportunity& opportunity : analysis.findings().redundancies)
    kinds += fmt::format("{}{}", kinds.empty() ? "" : " ", name_of(opportunity.kind));
  return kinds;
}

/// The nodes of all findings, by their first outputs.
std::string nodes_of(const Analysis& analysis, const Opportunity& opportunity) {
  std::string names;
  for (const NodeId node : opportunity.layers)
    names += fmt::format("{}{}", names.empty() ? "" : " ", analysis.network.main().nodes[node].name);
  return names;
}

Analysis convolution_and_norm(bool has_bias, bool is_read_twice = false) {
  NetworkBuilder net;
  net.input("x", {1, 64, 28, 28}).weight("w", {128, 64, 3, 3}).weight("b", {128});
  for (const char* name : {"scale", "shift", "mean", "variance"}) net.weight(name, {128});
  std::vector<std::string> operands{"x", "w"};
  if (has_bias) operands.emplace_back("b");
  net.node("Conv", operands, {"y"}, {net.integers("pads", {1, 1, 1, 1})});
  net.node("BatchNormalization", {"y", "scale", "shift", "mean", "variance"}, {"z"});
  if (is_read_twice) net.output("y");
  net.output("z");
  return analyze(net.take(), {});
}

}  // namespace

TEST_CASE("Folding a norm: what is stored and done less") {
  // 73,728 + 256 parameters and 256 statistics become 73,856; of a product and a sum per element the bias's sum stays.
  const std::vector<Opportunity> found = of_kind(convolution_and_norm(false), Redundancy::foldable);
  REQUIRE(found.size() == 1);
  CHECK(found[0].parameters.is(128));
  CHECK(found[0].statistics.is(256));
  CHECK(found[0].nodes == 1);
  CHECK(found[0].flops.is(100'352));
  CHECK(found[0].layers == std::vector<NodeId>{0, 1});
  // With a bias already there nothing is added: the whole norm goes.
  const std::vector<Opportunity> with_bias = of_kind(convolution_and_norm(true), Redundancy::foldable);
  REQUIRE(with_bias.size() == 1);
  CHECK(with_bias[0].parameters.is(256));
  CHECK(with_bias[0].flops.is(200'704));
  CHECK(of_kind(convolution_and_norm(false, true), Redundancy::foldable).empty());
}

TEST_CASE("Nodes that no output needs, with all that they alone need") {
  NetworkBuilder net;
  net.input("x", {1, 8}).weight("w", {8, 8}).weight("unread", {10});
  net.node("MatMul", {"x", "w"}, {"y"});
  net.node("Relu", {"x"}, {"dead1"});
  net.node("Neg", {"dead1"}, {"dead2"});
  net.node("Abs", {"y"}, {"dead3"});
  net.output("y");
  const Analysis analysis = analyze(net.take(), {});
  CHECK(kinds_of(analysis) == "unused dead dead");
  CHECK(of_kind(analysis, Redundancy::unused)[0].bytes.is(40));
  const std::vector<Opportunity> dead = of_kind(analysis, Redundancy::dead);
  CHECK(nodes_of(analysis, dead[0]) == "dead1 dead2");
  CHECK(dead[0].flops.is(16));
  CHECK(nodes_of(analysis, dead[1]) == "dead3");
}

TEST_CASE("Nodes that give back their input") {
  NetworkBuilder net;
  net.input("x", {2, 3, 4}).list("same", {2, 3, 4}).list("other", {6, 4}).list("none", {0, 0, 0, 0, 0, 0});
  net.node("Identity", {"x"}, {"identity"});
  net.node("Dropout", {"identity"}, {"dropout"});
  net.node("Cast", {"dropout"}, {"cast"}, {net.integer("to", 1)});
  net.node("Transpose", {"cast"}, {"transpose"}, {net.integers("perm", {0, 1, 2})});
  net.node("Reshape", {"transpose", "same"}, {"reshape"});
  net.node("Concat", {"reshape"}, {"concat"}, {net.integer("axis", 1)});
  net.node("Pad", {"concat", "none"}, {"pad"});
  net.node("Relu", {"pad"}, {"relu"});
  net.node("Transpose", {"relu"}, {"turned"}, {net.integers("perm", {1, 0, 2})});
  net.node("Reshape", {"turned", "other"}, {"flat"});
  net.node("Cast", {"flat"}, {"half"}, {net.integer("to", 10)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(kinds_of(analysis) == "identity identity identity identity identity identity identity");
  std::string names;
  for (const Opportunity& opportunity : analysis.findings().redundancies) names += nodes_of(analysis, opportunity) + " ";
  CHECK(names == "identity dropout cast transpose reshape concat pad ");
}

TEST_CASE("An Identity that gives an input the name of an output stays") {
  NetworkBuilder net;
  net.input("x", {4});
  net.node("Identity", {"x"}, {"y"});
  CHECK(analyze(net.take(), {}).findings().redundancies.empty());
}

TEST_CASE("Transposes that undo each other, also with work on elements between them") {
  NetworkBuilder net;
  net.input("x", {2, 3, 4, 5});
  const Attribute there = net.integers("perm", {0, 2, 3, 1}), back = net.integers("perm", {0, 3, 1, 2});
  net.node("Transpose", {"x"}, {"a"}, {there});
  net.node("Relu", {"a"}, {"b"});
  net.node("Transpose", {"b"}, {"c"}, {back});
  net.node("Softmax", {"c"}, {"d"});
  net.node("Transpose", {"d"}, {"e"}, {there});
  net.node("Transpose", {"e"}, {"f"}, {there});  // not back
  const Analysis analysis = analyze(net.take(), {});
  REQUIRE(kinds_of(analysis) == "cancelling");
  CHECK(nodes_of(analysis, analysis.findings().redundancies[0]) == "a c");
  CHECK(analysis.findings().redundancies[0].nodes == 2);
  CHECK(analysis.findings().redundancies[0].bytes.is(4 * 120 * 4));  // two nodes read and write 120 floats
}

TEST_CASE("Casts and reshapes that undo each other; a cast that loses something does not") {
  NetworkBuilder net;
  net.input("x", {2, 6}, DataType::float16).list("shape", {3, 4}).list("before", {2, 6});
  net.node("Cast", {"x"}, {"wide"}, {net.integer("to", 1)});
  net.node("Cast", {"wide"}, {"narrow"}, {net.integer("to", 10)});
  net.node("Softmax", {"narrow"}, {"y"});
  net.node("Reshape", {"y", "shape"}, {"r"});
  net.node("Reshape", {"r", "before"}, {"s"});
  net.node("Softmax", {"s"}, {"z"});
  net.node("Cast", {"z"}, {"less"}, {net.integer("to", 17)});
  net.node("Cast", {"less"}, {"again"}, {net.integer("to", 10)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(kinds_of(analysis) == "cancelling cancelling");
  CHECK(nodes_of(analysis, analysis.findings().redundancies[0]) == "wide narrow");
  CHECK(nodes_of(analysis, analysis.findings().redundancies[1]) == "r s");
}

TEST_CASE("What comes out the same in each run") {
  NetworkBuilder net;
  net.input("x", {1, 3, 8, 8}).input("y", {Dim::symbol("N"), 8}).weight("a", {8, 8}).weight("b", {8, 8});
  net.node("Transpose", {"a"}, {"t"}, {net.integers("perm", {1, 0})});
  net.node("Add", {"t", "b"}, {"sum"});
  net.node("MatMul", {"y", "sum"}, {"z"});
  net.node("Shape", {"x"}, {"shape"});     // all numbers
  net.node("Shape", {"y"}, {"of_batch"});  // not all
  net.output("z").output("shape").output("of_batch");
  const Analysis analysis = analyze(net.take(), {});
  const std::vector<Opportunity> found = of_kind(analysis, Redundancy::constant);
  REQUIRE(found.size() == 2);
  CHECK(nodes_of(analysis, found[0]) == "t sum");
  CHECK(found[0].flops.is(64));
  CHECK(nodes_of(analysis, found[1]) == "shape");
}

TEST_CASE("A weight that is stored small is not a constant to compute once") {
  NetworkBuilder net;
  net.input("x", {1, 512}).weight("w", {512, 512}, DataType::int8).weight("scale", {1});
  net.node("DequantizeLinear", {"w", "scale"}, {"wide"});
  net.node("MatMul", {"x", "wide"}, {"y"});
  CHECK(analyze(net.take(), {}).findings().redundancies.empty());
}

TEST_CASE("What is computed twice, with what follows from it") {
  NetworkBuilder net;
  net.input("x", {1, 8}).weight("w", {8, 8});
  net.node("MatMul", {"x", "w"}, {"a"});
  net.node("Relu", {"a"}, {"ar"});
  net.node("MatMul", {"x", "w"}, {"b"});
  net.node("Relu", {"b"}, {"br"});
  net.node("LeakyRelu", {"a"}, {"l1"}, {net.real("alpha", 0.1)});
  net.node("LeakyRelu", {"b"}, {"l2"}, {net.real("alpha", 0.2)});
  net.node("RandomNormalLike", {"x"}, {"r1"});
  net.node("RandomNormalLike", {"x"}, {"r2"});
  net.node("Sum", {"ar", "br", "l1", "l2", "r1", "r2"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  const std::vector<Opportunity> found = of_kind(analysis, Redundancy::repeated);
  REQUIRE(found.size() == 1);
  CHECK(nodes_of(analysis, found[0]) == "b br");
  CHECK(found[0].macs.is(64));
  CHECK(found[0].flops.is(2 * 64 + 8));
}

TEST_CASE("Weights that layers share count once, and the finding says what that saves") {
  NetworkBuilder net;
  net.input("ids", {1, 7}, DataType::int64).weight("table", {1000, 64});
  net.node("Gather", {"table", "ids"}, {"h"});
  net.node("Transpose", {"table"}, {"turned"}, {net.integers("perm", {1, 0})});
  net.node("MatMul", {"h", "turned"}, {"logits"});
  const Analysis analysis = analyze(net.take(), {});
  const std::vector<Opportunity> tied = of_kind(analysis, Redundancy::tied);
  REQUIRE(tied.size() == 1);
  CHECK(nodes_of(analysis, tied[0]) == "h logits");
  CHECK(tied[0].parameters.is(64'000));
  CHECK(tied[0].bytes.is(256'000));
  CHECK(analysis.parameters.total(Role::weight).is(64'000));
}

TEST_CASE("The largest tensors that are weights only by default are named") {
  NetworkBuilder net;
  net.input("x", {1, 64, 64}).weight("mask", {64, 64}).weight("w", {64, 64}).weight("little", {64});
  net.node("Add", {"x", "mask"}, {"masked"});
  net.node("Mul", {"masked", "little"}, {"scaled"});
  net.node("MatMul", {"scaled", "w"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  const std::vector<Opportunity> found = of_kind(analysis, Redundancy::by_default);
  REQUIRE(found.size() == 1);
  CHECK(nodes_of(analysis, found[0]) == "masked");
  CHECK(found[0].parameters.is(4096));
}

}  // namespace macroscope
