// Work per element, against a plain implementation run on numbers that count.
#include <functional>

#include "catch.h"
#include "node_cost.h"

namespace macroscope {
namespace {

using testing::counted;
using testing::grouped_sum_of;
using testing::GroupedSum;
using testing::NetworkBuilder;
using testing::Number;

constexpr int kElements = 6;

using OfOne = std::function<Number(Number)>;

Number sigmoid(Number x) { return Number(1) / (Number(1) + exp(Number(-x.value()))); }
Number softplus(Number x) { return log(exp(x) + 1); }
Number hard_sigmoid(Number x) { return max(Number(0), min(Number(1), Number(0.2) * x + 0.5)); }
/// Every step of the negative branch, as an implementation without branches computes it.
Number elu(Number x) {
  const Number negative = Number(0.5) * (exp(x) - 1);
  return x < 0 ? negative : x;
}

GroupedSum of_every_element(const OfOne& function) {
  return counted([&] {
    for (int element = 0; element < kElements; ++element) function(-0.75 + 0.25 * element);
  });
}

GroupedSum analysed(std::string_view op, const std::vector<Attribute>& attributes = {}, std::int64_t version = 28) {
  NetworkBuilder net(version);
  net.input("x", {2, kElements / 2}).node(op, {"x"}, {"y"}, attributes);
  return grouped_sum_of(analyze(net.take(), {}));
}

GroupedSum analysed_binary(std::string_view op) {
  NetworkBuilder net(28);
  net.input("a", {2, kElements / 2}).input("b", {2, kElements / 2}).node(op, {"a", "b"}, {"y"});
  return grouped_sum_of(analyze(net.take(), {}));
}

}  // namespace

TEST_CASE("activations cost what a plain implementation computes") {
  const std::vector<std::pair<std::string_view, OfOne>> functions{
      {"Relu", [](Number x) { return max(x, 0); }},
      {"LeakyRelu",
       [](Number x) {
         const Number scaled = Number(0.01) * x;
         return x < 0 ? scaled : x;
       }},
      {"ThresholdedRelu", [](Number x) { return x > 1 ? x : Number(0); }},
      {"Shrink",
       [](Number x) {
         const bool low = x<-0.5, high = x> 0.5;
         const Number moved = x + (low ? 0.1 : -0.1);
         return low || high ? moved : Number(0);
       }},
      {"Elu", elu},
      {"Selu", [](Number x) { return Number(1.05) * elu(x); }},
      {"Celu",
       [](Number x) {
         const Number negative = Number(0.5) * (exp(x / 0.5) - 1);
         return x < 0 ? negative : x;
       }},
      {"Sigmoid", sigmoid},
      {"HardSigmoid", hard_sigmoid},
      {"HardSwish", [](Number x) { return x * hard_sigmoid(x); }},
      {"Softplus", softplus},
      {"Softsign", [](Number x) { return x / (Number(1) + abs(x)); }},
      {"Gelu", [](Number x) { return Number(0.5) * x * (Number(1) + erf(x * 0.7071)); }},
      {"Swish", [](Number x) { return x * sigmoid(x); }},
      {"Mish", [](Number x) { return x * tanh(softplus(x)); }},
      {"Tanh", [](Number x) { return tanh(x); }},
      {"Erf", [](Number x) { return erf(x); }},
      {"Exp", [](Number x) { return exp(x); }},
      {"Log", [](Number x) { return log(x); }},
      {"Sqrt", [](Number x) { return sqrt(x); }},
      {"Sin", [](Number x) { return sin(x); }},
      {"Abs", [](Number x) { return abs(x); }},
      {"Reciprocal", [](Number x) { return Number(1) / x; }},
      {"Clip", [](Number x) { return min(max(x, -1), 1); }},
      {"IsNaN", [](Number x) { return Number(x == x ? 0 : 1); }},
  };
  for (const auto& [op, function] : functions) {
    INFO(op);
    CHECK(analysed(op) == of_every_element(function));
  }
}

TEST_CASE("Gelu by tanh costs what its formula computes") {
  NetworkBuilder net;
  const auto gelu = [](Number x) {
    return Number(0.5) * x * (Number(1) + tanh(Number(0.7979) * (x + Number(0.044715) * x * x * x)));
  };
  CHECK(analysed("Gelu", {net.text("approximate", "tanh")}) == of_every_element(gelu));
}

TEST_CASE("operators of two operands cost what they compute") {
  const std::vector<std::pair<std::string_view, OfOne>> functions{
      {"Add", [](Number x) { return x + 1; }},
      {"Sub", [](Number x) { return x - 1; }},
      {"Mul", [](Number x) { return x * 2; }},
      {"Div", [](Number x) { return x / 2; }},
      {"Pow", [](Number x) { return pow(x, 2); }},
      {"Max", [](Number x) { return max(x, 1); }},
      {"Greater", [](Number x) { return Number(x > 1 ? 1 : 0); }},
      {"Equal", [](Number x) { return Number(x == 1 ? 1 : 0); }},
      {"PRelu",
       [](Number x) {
         const Number scaled = Number(0.25) * x;
         return x < 0 ? scaled : x;
       }},
      {"SwiGLU", [](Number x) { return x * sigmoid(x) * 2; }},
  };
  for (const auto& [op, function] : functions) {
    INFO(op);
    CHECK(analysed_binary(op) == of_every_element(function));
  }
}

TEST_CASE("operators of many operands cost one step less than they have operands") {
  NetworkBuilder net;
  net.input("a", {5}).input("b", {5}).input("c", {5}).node("Mean", {"a", "b", "c"}, {"y"}).node("Min", {"a", "b", "c"}, {"z"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(grouped_sum_of(testing::cost_of(analysis, 0)) == counted([] {
          for (int element = 0; element < 5; ++element) (Number(1) + Number(2) + Number(3)) * (1.0 / 3);
        }));
  CHECK(grouped_sum_of(testing::cost_of(analysis, 1)) == counted([] {
          for (int element = 0; element < 5; ++element) min(min(Number(1), Number(2)), Number(3));
        }));
}

namespace {

/// The softmax of each row, or its logarithm.
GroupedSum softmax(int rows, int width, bool logarithm) {
  return counted([&] {
    for (int row = 0; row < rows; ++row) {
      std::vector<Number> x(static_cast<std::size_t>(width), 0.5);
      Number highest = -1e9, total = 0;
      for (const Number& element : x) highest = max(highest, element);
      for (Number& element : x) element = element - highest;
      for (const Number& element : x) total += exp(element);
      if (logarithm) total = log(total);
      for (Number& element : x) element = logarithm ? element - total : exp(element) / total;
    }
  });
}

}  // namespace

TEST_CASE("softmax costs what its rows compute, and before version 13 it flattens") {
  NetworkBuilder net;
  const auto analysed_on = [](std::string_view op, std::int64_t version, const std::vector<Attribute>& attributes) {
    NetworkBuilder builder(version);
    builder.input("x", {2, 3, 4}).node(op, {"x"}, {"y"}, attributes);
    return grouped_sum_of(analyze(builder.take(), {}));
  };
  // An implementation keeps the exponentials instead of computing each twice.
  GroupedSum kept = softmax(6, 4, false);
  kept.flops[static_cast<std::size_t>(Flop::special)] /= 2;
  CHECK(analysed_on("Softmax", 21, {}) == kept);
  CHECK(analysed_on("LogSoftmax", 21, {}) == softmax(6, 4, true));
  CHECK(analysed_on("LogSoftmax", 21, {net.integer("axis", 0)}) == softmax(12, 2, true));
  CHECK(analysed_on("LogSoftmax", 11, {}) == softmax(2, 12, true));
  CHECK(analysed_on("LogSoftmax", 11, {net.integer("axis", 2)}) == softmax(6, 4, true));
}

TEST_CASE("a softmax of a scalar is an error") {
  for (const std::string_view op : {"Softmax", "LogSoftmax", "Hardmax"}) {
    NetworkBuilder net;
    net.input("x", std::vector<Dim>{}).node(op, {"x"}, {"y"});
    CHECK(testing::has_error(analyze(net.take(), {}), "bad-rank"));
  }
}

}  // namespace macroscope
