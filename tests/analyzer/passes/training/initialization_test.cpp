#include "analyzer/passes/training/initialization.h"

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

FanOfLayer fan_of(NetworkBuilder& net, NodeId node = 0) {
  const Analysis analysis = analyze(net.take(), {});
  const std::optional<FanOfLayer>& fan = analysis.initialization().nodes.front()[node];
  REQUIRE(fan.has_value());
  return *fan;
}

void check(const FanOfLayer& fan, const Dim& in, const Dim& out) {
  CHECK(fan.in == in);
  CHECK(fan.out == out);
}

TEST_CASE("A fan-in of 3 * 8 * 8 asks for a He sigma of 0.102") {
  NetworkBuilder net;
  net.input("x", {1, 3, 32, 32}).weight("w", {16, 3, 8, 8}).node("Conv", {"x", "w"}, {"y"});
  const FanOfLayer fan = fan_of(net);
  check(fan, 192, 16 * 64);
  CHECK(fmt::format("{:.3f}", *fan.he()) == "0.102");
  CHECK(fmt::format("{:.5f}", *fan.xavier()) == "0.04056");  // sqrt(2 / 1216)
}

TEST_CASE("Groups see a share of the channels") {
  NetworkBuilder net;
  net.input("x", {1, 32, 8, 8}).weight("w", {64, 8, 3, 3}).node("Conv", {"x", "w"}, {"y"}, {net.integer("group", 4)});
  check(fan_of(net), 8 * 9, 16 * 9);
}

TEST_CASE("A transposed convolution has the fans of the convolution that it reverses, exchanged") {
  NetworkBuilder net;
  net.input("x", {1, 32, 8, 8}).weight("w", {32, 8, 4, 4}).node("ConvTranspose", {"x", "w"}, {"y"}, {net.integer("group", 2)});
  check(fan_of(net), 16 * 16, 8 * 16);
}

TEST_CASE("Matrices fan in along what is summed, however they lie") {
  NetworkBuilder gemm;
  gemm.input("x", {5, 7}).weight("w", {3, 7}).node("Gemm", {"x", "w"}, {"y"}, {gemm.integer("transB", 1)});
  check(fan_of(gemm), 7, 3);
  NetworkBuilder left;
  left.input("x", {7, 5}).weight("w", {3, 7}).node("MatMul", {"w", "x"}, {"y"});
  check(fan_of(left), 7, 3);
  NetworkBuilder turned;
  turned.input("x", {5, 7}).weight("w", {3, 7}).node("Transpose", {"w"}, {"t"}).node("MatMul", {"x", "t"}, {"y"});
  check(fan_of(turned, 1), 7, 3);
}

TEST_CASE("A recurrent unit adds up input and state") {
  NetworkBuilder net;
  net.input("x", {5, 2, 3}).weight("w", {1, 16, 3}).weight("r", {1, 16, 4});
  net.node("LSTM", {"x", "w", "r"}, {"y"}, {net.integer("hidden_size", 4)});
  check(fan_of(net), 3 + 4, 4);
}

TEST_CASE("A product of activations has no weight to initialize") {
  NetworkBuilder net;
  net.input("a", {5, 7}).input("b", {7, 3}).node("MatMul", {"a", "b"}, {"y"});
  CHECK(!analyze(net.take(), {}).initialization().nodes.front()[0]);
}

}  // namespace
}  // namespace macroscope
