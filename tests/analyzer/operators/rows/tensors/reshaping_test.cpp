#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N"), S = Dim::symbol("S");

Analysis reshaped(const std::vector<Dim>& data, const std::vector<std::int64_t>& target, std::int64_t version = 21,
                  std::int64_t allowzero = 0) {
  NetworkBuilder net(version);
  net.input("x", data).list("target", target).node("Reshape", {"x", "target"}, {"y"}, {net.integer("allowzero", allowzero)});
  return analyze(net.take(), {});
}

TEST_CASE("Reshape keeps extents at 0 and finds the one at -1") {
  CHECK(shape_of(reshaped({2, 3, 4}, {4, -1}), "y") == "[4, 6]");
  CHECK(shape_of(reshaped({2, 3, 4}, {0, 12}), "y") == "[2, 12]");
  CHECK(shape_of(reshaped({2, 0, 4}, {0, 0, -1, 1}), "y") == "[?]");  // -1 beside 0 elements could be anything
  CHECK(shape_of(reshaped({2, 0, 4}, {3, 0, 7}, 21, 1), "y") == "[3, 0, 7]");
  CHECK(shape_of(reshaped({1}, {}), "y") == "[]");
}

TEST_CASE("Reshape divides symbols exactly") {
  CHECK(shape_of(reshaped({N * S * 768}, {-1, 12, 64}), "y") == "[N*S, 12, 64]");
  CHECK(shape_of(reshaped({N, S, 768}, {0, -1, 12, 64}), "y") == "[N, S, 12, 64]");
  CHECK(shape_of(reshaped({N, 16, S, S}, {0, -1, 64}), "y") == Shape({N, floor_div(S * S, 4), 64}).text());
  CHECK(texts_of(reshaped({N, 7}, {-1, 2}).shapes.assumptions) == std::vector<std::string>{"mod(7*N, 2) == 0"});
}

TEST_CASE("Reshape refuses what cannot be") {
  CHECK(errors_of(reshaped({2, 3}, {-1, -1})) == "bad-reshape");
  CHECK(errors_of(reshaped({2, 3}, {4, -1})) == "not-divisible");
  CHECK(errors_of(reshaped({2, 3}, {7})) == "shape-mismatch");
  CHECK(errors_of(reshaped({2, 3}, {6, 1, 0})) == "bad-reshape");
  CHECK(errors_of(reshaped({2, 3}, {-6})) == "bad-reshape");
}

TEST_CASE("operands that are left out or too many are refused") {
  NetworkBuilder few;
  few.input("x", {2}).node("Reshape", {"x"}, {"y"});
  CHECK(errors_of(analyze(few.take(), {})) == "missing-input");
  NetworkBuilder many;
  many.input("x", {2}).list("t", {2}).node("Reshape", {"x", "t", "t"}, {"y"});
  CHECK(errors_of(analyze(many.take(), {})) == "operand-count");
}

TEST_CASE("a target of unknown content tells the rank") {
  NetworkBuilder net;
  net.input("x", {2, 3}).input("target", {3}, DataType::int64).node("Reshape", {"x", "target"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[y_0, y_1, y_2]");
}

TEST_CASE("a target computed from shapes keeps its symbols") {
  NetworkBuilder net;
  net.input("x", {N, S, 8}).list("zero", {0}).list("one", {1}).list("minus", {-1});
  net.node("Shape", {"x"}, {"shape"}).node("Gather", {"shape", "zero"}, {"n"}).node("Gather", {"shape", "one"}, {"s"});
  net.node("Mul", {"n", "s"}, {"rows"}).node("Concat", {"rows", "minus"}, {"target"}, {net.integer("axis", 0)});
  net.node("Reshape", {"x", "target"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(content_of(analysis, "target") == "[N*S, -1]");
  CHECK(shape_of(analysis, "y") == "[N*S, 8]");
}

TEST_CASE("the first version of Reshape has its target as an attribute") {
  NetworkBuilder net(1);
  net.input("x", {N, 6}).node("Reshape", {"x"}, {"y"}, {net.integers("shape", {0, 2, -1})});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[N, 2, 3]");
}

TEST_CASE("Flatten multiplies the extents before and after its axis") {
  const auto flattened = [](std::int64_t axis, std::int64_t version = 21) {
    NetworkBuilder net(version);
    net.input("x", {N, 3, 4}).node("Flatten", {"x"}, {"y"}, {net.integer("axis", axis)});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(flattened(0), "y") == "[1, 12*N]");
  CHECK(shape_of(flattened(1), "y") == "[N, 12]");
  CHECK(shape_of(flattened(3), "y") == "[12*N, 1]");
  CHECK(shape_of(flattened(-1), "y") == "[3*N, 4]");
  CHECK(errors_of(flattened(-1, 9)) == "bad-axis");
  CHECK(errors_of(flattened(4)) == "bad-axis");
}

TEST_CASE("Unsqueeze and Squeeze undo each other for every choice of axes") {
  for (std::int64_t a = -5; a < 5; ++a)
    for (std::int64_t b = -5; b < 5; ++b) {
      NetworkBuilder net;
      net.input("x", {N, 1, 5})
          .list("axes", {a, b})
          .node("Unsqueeze", {"x", "axes"}, {"wide"})
          .node("Squeeze", {"wide", "axes"}, {"y"});
      const Analysis analysis = analyze(net.take(), {});
      if ((a - b) % 5 == 0) {
        CHECK(errors_of(analysis) == "bad-axis");
      } else {
        CHECK(errors_of(analysis).empty());
        CHECK(shape_of(analysis, "y") == "[N, 1, 5]");
      }
    }
}

TEST_CASE("Squeeze without axes removes what is 1, and assumes that a symbol is not") {
  NetworkBuilder net(11);
  net.input("x", {1, N, 1, 5}).node("Squeeze", {"x"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[N, 5]");
  CHECK(texts_of(analysis.shapes.assumptions) == std::vector<std::string>{"N != 1"});
}

TEST_CASE("Squeeze of an axis that is not 1 is an error, of a symbol an assumption") {
  const auto squeezed = [](std::int64_t axis) {
    NetworkBuilder net(11);
    net.input("x", {2, N}).node("Squeeze", {"x"}, {"y"}, {net.integers("axes", {axis})});
    return analyze(net.take(), {});
  };
  CHECK(errors_of(squeezed(0)) == "shape-mismatch");
  CHECK(shape_of(squeezed(1), "y") == "[2]");
  CHECK(texts_of(squeezed(1).shapes.assumptions) == std::vector<std::string>{"N == 1"});
}

}  // namespace
}  // namespace macroscope
