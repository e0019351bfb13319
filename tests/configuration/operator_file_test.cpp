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
roles = "xwb"
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
      {"[[operator]]\nname = \"A\"\nmoves = \"some\"\n", 3, "moves is \"same\""},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[a] += \"\n", 3, "expected a name"},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[b] += X[a]\"\n", 3, "stands on the left only"},
      {"[[operator]]\nname = \"A\"\nbody = \"Y = \"\n", 3, "expected a name"},
      {"[[operator]]\nname = \"A\"\nelements = { mull = 2 }\n", 3, "no kind of work"},
      {"[[operator]]\nname = \"A\"\nelements = { mul = -2 }\n", 3, "a number from 0"},
      {"[[operator]]\nname = \"A\"\nmoves = \"same\"\nrolls = \"x\"\n", 4, "no key 'rolls'"},
      {"[[operator]]\nname = \"A\"\nmoves = \"same\"\nroles = \"z\"\n", 4, "roles are letters"},
      {"[[operator]]\nname = \"A\"\nloops = \"Y[a] += X[a]\"\nbias = -4\n", 4, "bias is the number"},
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
