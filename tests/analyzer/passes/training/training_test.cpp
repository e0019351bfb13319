#include "analyzer/passes/training/training.h"

#include <cmath>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

Analysis trained(Network network, const TrainingOptions& options = {}) {
  AnalysisOptions all;
  all.training = options;
  return analyze(std::move(network), {}, all);
}

/// The homework's network, worked out by hand: maps 4x4, 4x4, 2x2; 1,728 + 256 + 4 MACs.
Network homework() {
  NetworkBuilder net;
  net.input("x", {1, 3, 6, 6}).weight("w1", {4, 3, 3, 3}).weight("w2", {1, 4, 2, 2}).weight("w3", {4, 1}).weight("b3", {1});
  net.node("Conv", {"x", "w1"}, {"c1"})
      .node("Conv", {"c1", "w2"}, {"c2"}, {net.integers("pads", {1, 0, 0, 1})})
      .node("AveragePool", {"c2"}, {"p"}, {net.integers("kernel_shape", {2, 2}), net.integers("strides", {2, 2})})
      .node("Flatten", {"p"}, {"f"})
      .node("Gemm", {"f", "w3", "b3"}, {"y"});
  return net.take();
}

TEST_CASE("A step costs three forward runs less the gradient of the first layer's input") {
  const Analysis analysis = trained(homework());
  const Training& training = analysis.training();
  CHECK(analysis.costs.total.macs == Dim(1728 + 256 + 4));
  CHECK(training.total.weight_macs == Dim(1988));
  CHECK(training.total.input_macs == Dim(1988 - 1728));
  CHECK(training.macs == Dim(3 * 1988 - 1728));
  CHECK(training.macs == Dim(4236));
  const std::vector<GradientCost>& nodes = training.nodes.front();
  CHECK(nodes[0].input_macs == Dim(0));
  CHECK(nodes[0].weight_macs == Dim(1728));
  CHECK(nodes[1].input_macs == Dim(256));
  CHECK(nodes[4].input_macs == Dim(4));
}

TEST_CASE("Bytes of a step, by hand") {
  const Training training = trained(homework()).training();
  constexpr int kParameters = 4 * 27 + 16 + 4 + 1;
  CHECK(training.learned_parameters == Dim(kParameters));
  CHECK(training.weight_bytes == Dim(4 * kParameters));
  CHECK(training.gradient_bytes == Dim(4 * kParameters));
  CHECK(training.optimizer_bytes == Dim(2 * 4 * kParameters));
  // x and c1 for the weights of the convolutions, the four pooled numbers (f is a view of p) for those of the dense layer.
  CHECK(training.saved_bytes == Dim(4 * (108 + 64 + 4)));
  CHECK(trained(homework(), {.frozen = {}, .optimizer = Optimizer::sgd}).training().optimizer_bytes == Dim(0));
  CHECK(trained(homework(), {.frozen = {}, .optimizer = Optimizer::momentum}).training().optimizer_bytes == Dim(4 * kParameters));
}

/// 1x1 layers of 4, 8 and 8 channels on a map of 8x8, and a function between them: a node of its own, or the first layer's.
Dim saved_with(std::string_view function, bool is_fused) {
  NetworkBuilder net(21, "com.microsoft");
  net.input("x", {1, 4, 8, 8}).weight("w1", {8, 4, 1, 1}).weight("w2", {8, 8, 1, 1});
  if (is_fused) {
    net.node("FusedConv", {"x", "w1"}, {"a"}, {net.text("activation", function)}, "com.microsoft");
  } else {
    net.node("Conv", {"x", "w1"}, {"z"}).node(function, {"z"}, {"a"});
  }
  net.node("Conv", {"a", "w2"}, {"y"});
  return trained(net.take()).training().saved_bytes;
}

TEST_CASE("A fused activation keeps what it would keep as a node of its own") {
  constexpr int kInput = 4 * 64 * 4, kMap = 8 * 64 * 4;
  CHECK(saved_with("Gelu", false) ==
        Dim(kInput + 2 * kMap));  // its operand, for its derivative; its result, for the next weights
  CHECK(saved_with("Gelu", true) == Dim(kInput + 2 * kMap));
  CHECK(saved_with("Relu", false) == Dim(kInput + kMap));  // its result says where it let pass
  CHECK(saved_with("Relu", true) == Dim(kInput + kMap));
  CHECK(saved_with("HardSwish", true) == saved_with("HardSwish", false));
  CHECK(saved_with("Sigmoid", true) == saved_with("Sigmoid", false));
}

TEST_CASE("Offsets and mask of a deformed convolution are kept: they say where each gradient comes from") {
  NetworkBuilder net;
  net.input("x", {1, 4, 8, 8}).weight("wo", {8, 4, 1, 1}).weight("wm", {4, 4, 1, 1}).weight("w", {6, 4, 2, 2});
  net.node("Conv", {"x", "wo"}, {"o"}, {net.integers("pads", {0, 0, 0, 0})}).node("Conv", {"x", "wm"}, {"m"});
  net.node("DeformConv", {"x", "w", "o", "", "m"}, {"y"}, {net.integers("pads", {0, 0, 1, 1})});
  CHECK(trained(net.take()).training().saved_bytes == Dim(4 * 64 * (4 + 8 + 4)));  // x, offsets of 4 taps, mask
}

TEST_CASE("Mixed precision halves what is computed with and keeps a copy in 32 bits") {
  const Training full = trained(homework()).training();
  const Training mixed = trained(homework(), {.frozen = {}, .optimizer = Optimizer::adam, .mixed_precision = true}).training();
  CHECK(mixed.weight_bytes * 2 == full.weight_bytes);
  CHECK(mixed.gradient_bytes * 2 == full.gradient_bytes);
  CHECK(mixed.saved_bytes * 2 == full.saved_bytes);
  CHECK(mixed.master_bytes == full.weight_bytes);
  CHECK(mixed.optimizer_bytes == full.optimizer_bytes);
}

TEST_CASE("Frozen layers have no weight gradient, and none flows to what lies before them alone") {
  const auto macs = [](std::vector<std::string> frozen) {
    TrainingOptions options;
    options.frozen = std::move(frozen);
    const Training training = trained(homework(), options).training();
    return std::pair(training.total.input_macs.number().value(), training.total.weight_macs.number().value());
  };
  CHECK(macs({"w1"}) == std::pair<std::int64_t, std::int64_t>(4, 260));  // the second layer is the first that learns
  CHECK(macs({"w2"}) == std::pair<std::int64_t, std::int64_t>(260, 1732));
  CHECK(macs({"w1", "w2"}) == std::pair<std::int64_t, std::int64_t>(0, 4));
  CHECK(macs({"w?", "b*"}) == std::pair<std::int64_t, std::int64_t>(0, 0));
  CHECK(macs({"c1"}) == macs({"w1"}));  // by the layer's name
  CHECK(macs({"nothing"}) == macs({}));
}

TEST_CASE("A product of two activations has two input gradients") {
  NetworkBuilder net;
  net.input("x", {1, 10, 16}).weight("wq", {16, 16}).weight("wk", {16, 16});
  net.node("MatMul", {"x", "wq"}, {"q"})
      .node("MatMul", {"x", "wk"}, {"k"})
      .node("Transpose", {"k"}, {"kt"}, {net.integers("perm", {0, 2, 1})})
      .node("MatMul", {"q", "kt"}, {"s"})
      .node("Softmax", {"s"}, {"y"});
  const Training training = trained(net.take()).training();
  const std::int64_t projection = 10 * 16 * 16, scores = 10 * 10 * 16;
  CHECK(training.total.weight_macs == Dim(2 * projection));
  CHECK(training.total.input_macs == Dim(2 * scores));
  CHECK(training.nodes.front()[3].input_macs == Dim(2 * scores));
  // x for both projections, q and k for each other, the softmax by its result.
  CHECK(training.saved_bytes == Dim(4 * (160 + 160 + 160 + 100)));
}

TEST_CASE("Attention has a gradient for queries, keys, values and probabilities") {
  NetworkBuilder net(23);
  net.input("x", {1, 2, 10, 8}).weight("w", {8, 8});
  net.node("MatMul", {"x", "w"}, {"q"}).node("Attention", {"q", "x", "x"}, {"y"});
  const Training training = trained(net.take()).training();
  const std::int64_t half = 2 * 10 * 10 * 8;
  CHECK(training.nodes.front()[1].input_macs == Dim(2 * half));  // queries alone learn: theirs, and the probabilities' on the way
}

TEST_CASE("The gradients of an Einsum go back through its products pair by pair") {
  const auto macs = [](std::string_view equation, const std::vector<std::vector<std::int64_t>>& shapes) {
    NetworkBuilder net;
    net.input("x", {2, 6}).weight("v", {6}).node("Mul", {"x", "v"}, {"t0"});  // so that the first operand needs a gradient
    std::vector<std::string> operands{"t0"};
    for (std::size_t index = 0; index < shapes.size(); ++index) {
      operands.push_back("t" + std::to_string(index + 1));
      net.weight(operands.back(), {shapes[index].begin(), shapes[index].end()});
    }
    net.node("Einsum", {operands.begin(), operands.end()}, {"y"}, {net.text("equation", equation)});
    const Training training = trained(net.take()).training();
    CHECK(training.total.is_known);
    return std::pair(training.total.input_macs.number().value(), training.total.weight_macs.number().value());
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  CHECK(macs("ij,jk->ik", {{6, 5}}) == Pair(60, 60));
  // (x w1) w2, 2*6*3 and 2*3*5 products: those of x and of what x w1 makes flow on, those of w1 and w2 end.
  CHECK(macs("ij,jk,kl->il", {{6, 3}, {3, 5}}) == Pair(30 + 36, 30 + 36));
  // Nothing is summed forwards, but a weight gathers from all rows.
  CHECK(macs("ij,j->ij", {{6}}) == Pair(0, 12));
  CHECK(macs("ij,ij->ij", {{2, 6}}) == Pair(0, 0));
}

TEST_CASE("Integers and what is computed from no parameter have no gradient") {
  NetworkBuilder net;
  net.input("x", {1, 8}).weight("w", {8, 4}, DataType::int8).weight("s", {}).weight("z", {}, DataType::int8);
  net.node("DequantizeLinear", {"w", "s", "z"}, {"wf"}).node("MatMul", {"x", "wf"}, {"y"});
  const Training training = trained(net.take()).training();
  CHECK(training.total.weight_macs == Dim(0));
  CHECK(training.total.input_macs == Dim(0));
  CHECK(training.macs == Dim(32));
}

TEST_CASE("A recurrent cell learns its input weights and its recurrence") {
  NetworkBuilder net;
  net.input("x", {5, 2, 3}).weight("w", {1, 16, 3}).weight("r", {1, 16, 4});
  net.node("LSTM", {"x", "w", "r"}, {"y"}, {net.integer("hidden_size", 4)});
  const Training training = trained(net.take()).training();
  CHECK(training.total.weight_macs == Dim(5 * 2 * 16 * (3 + 4)));
  CHECK(training.total.input_macs == Dim(5 * 2 * 16 * 4));  // of the states; x is the model's input
}

TEST_CASE("What no output needs is not trained") {
  NetworkBuilder net;
  net.input("x", {1, 8}).weight("w", {8, 4}).weight("v", {8, 5});
  net.node("MatMul", {"x", "v"}, {"dead"}).node("MatMul", {"x", "w"}, {"y"}).output("y");
  CHECK(trained(net.take()).training().total.weight_macs == Dim(32));
}

TEST_CASE("Gradients keep the symbols of the forward run") {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("N"), 3, Dim::symbol("H"), 32}).weight("w", {8, 3, 3, 3}).weight("v", {8, 8, 3, 3});
  net.node("Conv", {"x", "w"}, {"a"}, {net.integers("pads", {1, 1, 1, 1})})
      .node("Conv", {"a", "v"}, {"y"}, {net.integers("pads", {1, 1, 1, 1})});
  const Training training = trained(net.take()).training();
  const Dim places = Dim::symbol("N") * Dim::symbol("H") * 32 * 9;
  CHECK(training.total.input_macs == places * 64);
  CHECK(training.macs == places * (2 * 24 + 3 * 64));
}

TEST_CASE("Recomputing a chain keeps its cuts and the largest segment between them") {
  NetworkBuilder net;
  constexpr int kLayers = 16;
  net.input("t0", {1, 64});
  for (int layer = 0; layer < kLayers; ++layer) {
    const std::string n = std::to_string(layer);
    net.weight("w" + n, {64, 64}).node("MatMul", {"t" + n, "w" + n}, {"t" + std::to_string(layer + 1)});
  }
  const Training training = trained(net.take()).training();
  CHECK(training.saved_bytes == Dim(kLayers * 256));  // the input of every layer
  const ActivationCheckpointing& plan = training.activation_checkpointing;
  REQUIRE(plan.segments > 1);
  // The best of n equal layers in s segments is s - 1 cuts and n / s layers: about 2 sqrt(n) of them.
  CHECK(*plan.saved_bytes.number() <= 256 * 2 * 4);
  CHECK(*plan.macs.number() < *Dim(kLayers * 64 * 64).number());
}

}  // namespace
}  // namespace macroscope
