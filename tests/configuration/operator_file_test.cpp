#include "configuration/operator_file.h"

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

Analysis analysed(NetworkBuilder& net, std::string_view text) {
  const OperatorFile file = read_operator_file(text);
  REQUIRE(file.diagnostics.empty());
  AnalysisOptions options;
  options.custom_operators = file.operators;
  return analyze(net.take(), {}, options);
}

TEST_CASE("a loop nest of one's own gives shape, work and parameters") {
  NetworkBuilder net(21, "acme");
  net.input("x", {2, 3, 10}).weight("w", {5, 3, 4}).weight("b", {5}).node("Mix", {"x", "w", "b"}, {"y"}, {}, "acme");
  const Analysis analysis = analysed(net, R"toml(
[[operator]]
domain = "acme"
name = "Mix"
loops = "Y[n,o,p..] += X[n,c,p*stride+k*dilation-pad..] * W[o,c,k..]"
bias = 2
roles = "data weight bias"
)toml");
  CHECK(testing::shape_of(analysis, "y") == "[2, 5, 7]");
  CHECK(analysis.costs.total.macs == Dim(2 * 5 * 7 * 3 * 4));
  CHECK(analysis.costs.total.flops_by_kind[0] == Dim(2 * 5 * 7));
  CHECK(analysis.parameters.total(Role::weight) == Dim(5 * 3 * 4 + 5));
  CHECK(analysis.costs.complete);
}

TEST_CASE("element-wise work, a body and a move of one's own") {
  NetworkBuilder net(21, "acme");
  net.input("x", {2, 3}).input("z", {4, 1, 3});
  net.node("Blend", {"x", "z"}, {"y"}, {}, "acme").node("Twice", {"y"}, {"t"}, {}, "acme").node("Mark", {"t"}, {"m"}, {}, "acme");
  const Analysis analysis = analysed(net, R"toml(
[[operator]]
domain = "acme"
name = "Blend"
elements = { mul = 2, add = 1 }
[[operator]]
domain = "acme"
name = "Twice"
body = "A = ReduceSum(X, keepdims=1); Y = MatMul(X, X2)"
[[operator]]
domain = "acme"
name = "Mark"
moves = "same"
)toml");
  CHECK(testing::shape_of(analysis, "y") == "[4, 2, 3]");
  CHECK(analysis.costs.nodes.front()[0].flops_by_kind == std::array<Dim, kFlopKinds>{24, 48, 0, 0, 0});
  // The body names an operand that the node does not give: what it would compute is not known.
  CHECK(analysis.costs.nodes.front()[1].status == Status::unknown);
  CHECK_FALSE(analysis.costs.complete);
}

/// x, a layer, Gelu or what the layer does itself, a layer; 1x1 kernels, so that every number is worked out at sight.
NetworkBuilder two_layers(std::string_view first, bool has_gelu, std::string_view domain) {
  NetworkBuilder net(21, "acme");
  net.input("x", {1, 4, 8, 8}).weight("w1", {8, 4, 1, 1}).weight("w2", {8, 8, 1, 1});
  net.node(first, {"x", "w1"}, {"z"}, {}, domain);
  if (has_gelu) net.node("Gelu", {"z"}, {"g"});
  net.node("Conv", {has_gelu ? "g" : "z", "w2"}, {"y"});
  return net;
}

TEST_CASE("an operator that derives from another one is what that one is") {
  NetworkBuilder plain = two_layers("Conv", true, {});
  NetworkBuilder fused = two_layers("ConvGelu", false, "acme");
  const Analysis a = analysed(plain, "[[operator]]\nname = \"Unused\"\nmoves = \"same\"\n");
  const Analysis b = analysed(fused, R"toml(
[[operator]]
domain = "acme"
name = "ConvGelu"
derives = "Conv"
activation = "Gelu"
)toml");
  CHECK(testing::shape_of(b, "z") == "[1, 8, 8, 8]");
  CHECK(b.costs.total.macs == a.costs.total.macs);
  CHECK(b.costs.total.flops_by_kind == a.costs.total.flops_by_kind);
  CHECK(b.parameters.total(Role::weight) == a.parameters.total(Role::weight));
  CHECK(b.training().total.input_macs == a.training().total.input_macs);
  CHECK(b.training().total.weight_macs == a.training().total.weight_macs);
  CHECK(a.training().saved_bytes == Dim(4 * (256 + 512 + 512)));  // x, z for Gelu, its result for the second layer
  CHECK(b.training().saved_bytes == a.training().saved_bytes);
  CHECK(b.findings().savings.size() == a.findings().savings.size());
  CHECK(b.findings().savings.size() >= 2);
}

TEST_CASE("the operands of a derived operator may stand elsewhere") {
  NetworkBuilder net(21, "acme");
  net.input("x", {1, 3, 6}).weight("w", {5, 3, 2}).weight("b", {5}).weight("s", {1});
  net.node("Scaled", {"x", "s", "w", "b"}, {"y"}, {}, "acme");
  const Analysis analysis = analysed(net, R"toml(
[[operator]]
domain = "acme"
name = "Scaled"
derives = "Conv"
operands = [0, 2, 3]
roles = "data quantisation weight bias"
)toml");
  CHECK(testing::shape_of(analysis, "y") == "[1, 5, 5]");
  CHECK(analysis.costs.total.macs == Dim(5 * 5 * 3 * 2));
  CHECK(analysis.parameters.total(Role::weight) == Dim(5 * 3 * 2 + 5));
}

TEST_CASE("each kind of work of elements is counted by its number", "[configuration]") {
  for (const char* kind : {"add", "mul", "div", "compare", "special"}) {
    const OperatorFile file = read_operator_file(std::string("[[operator]]\nname = \"A\"\nelements = { ") + kind + " = 3 }\n");
    CAPTURE(kind);
    CHECK(file.diagnostics.empty());
    CHECK(file.operators != nullptr);
  }
}

TEST_CASE("each mistake in an operator file is told with its place") {
  struct Case {
    const char* text;
    int line;
    const char* message;
  };
  const Case cases[] = {
      {"[[operator]\n", 1, ""},
      {"[[operators]]\n", 1, "no key of an operator file"},
      {"operator = 3\n", 1, "holds [[operator]] tables"},
      {"", 1, "holds [[operator]] tables"},
      {"[[operator]]\nname = \"A\"\n", 1, "one of the keys"},
      {"[[operator]]\nmoves = \"same\"\n", 1, "needs the key 'name'"},
      {"[[operator]]\nname = \"A\"\nderives = \"Convv\"\n", 3, "no operator 'Convv'"},
      {"[[operator]]\nname = \"A\"\nderives = \"Conv\"\nactivation = \"Gelo\"\n", 4, "'Gelo' is no activation"},
      {"[[operator]]\nname = \"A\"\nderives = \"Conv\"\noperands = [0, -1]\n", 4, "numbers of inputs"},
      {"[[operator]]\nname = \"A\"\nmoves = \"some\"\n", 3, "moves is \"same\""},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[a] += \"\n", 3, "expected a name"},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[b] += X[a]\"\n", 3, "stands on the left only"},
      {"[[operator]]\nname = \"A\"\nbody = \"Y = \"\n", 3, "expected a name"},
      {"[[operator]]\nname = \"A\"\nelements = { mull = 2 }\n", 3, "no kind of work"},
      {"[[operator]]\nname = \"A\"\nelements = { mul = -2 }\n", 3, "a number from 0"},
      {"[[operator]]\nname = \"A\"\nmoves = \"same\"\nrolls = \"x\"\n", 4, "no key 'rolls'"},
      {"[[operator]]\nname = \"A\"\nmoves = \"same\"\nroles = \"z\"\n", 4, "roles are at most 28 words"},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[a] += X[a]\"\nbias = -4\n", 4, "bias is the number"},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[a] += X[a]\"\nbias = 256\n", 4, "bias is the number"},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[a] += X[a]\"\nbias = \"B\"\n", 4, "bias is the number"},
      {"operator = [1]\n", 1, "an operator"},
      {"[[operator]]\nname = \"A\"\nmoves = \"same\"\nbody = \"Y = X\"\n", 1, "one of the keys"},
      {"[[operator]]\nname = \"\"\nmoves = \"same\"\n", 2, "'name' is a text in quotes"},
      {"[[operator]]\nname = 3\nmoves = \"same\"\n", 2, "'name' is a text in quotes"},
      {"[[operator]]\nname = \"A\"\nmoves = \"same\"\ndomain = 3\n", 4, "'domain' is a text in quotes"},
      {"[[operator]]\nname = \"A\"\nelements = 3\n", 3, "elements is a table"},
      {"[[operator]]\nname = \"A\"\nelements = { mul = \"2\" }\n", 3, "a number from 0"},
      {"[[operator]]\nname = \"A\"\nelements = { mul = 100000000 }\n", 3, "a number from 0"},
      {"[[operator]]\nname = \"A\"\nderives = \"Conv\"\noperands = 3\n", 4, "numbers of inputs"},
      {"[[operator]]\nname = \"A\"\nderives = \"Conv\"\noperands = [0, \"1\"]\n", 4, "numbers of inputs"},
      {"[[operator]]\nname = \"A\"\nderives = \"Conv\"\noperands = [256]\n", 4, "numbers of inputs"},
      {"[[operator]]\nname = \"A\"\nderives = \"Conv\"\noperands = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]\n",
       4, "numbers of inputs"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const OperatorFile file = read_operator_file(c.text);
    REQUIRE_FALSE(file.diagnostics.empty());
    CHECK(file.operators == nullptr);
    CHECK(file.diagnostics.front().message.find(c.message) != std::string::npos);
    CHECK(std::get<TextOrigin>(file.diagnostics.front().origin).line == c.line);
  }
}

}  // namespace
}  // namespace macroscope
