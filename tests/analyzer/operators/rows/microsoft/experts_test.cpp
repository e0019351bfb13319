#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::macs_of;
using testing::NetworkBuilder;
using testing::type_of;

const Dim kTokens = Dim::symbol("T");

/// What a mixture of k of 8 experts of 6 inner units over width 4 is: as one dense network over T * k rows.
std::string mixture(std::int64_t k, const std::function<void(NetworkBuilder&)>& expert) {
  return figures_of([&](NetworkBuilder& net) {
    net.input("r", {kTokens, 8}).list("k", {k}).node("Softmax", {"r"}, {"p"}).node("TopK", {"p", "k"}, {"top", "which"});
    net.input("x", {kTokens * k, 4});
    expert(net);
    net.input("weights", {kTokens * k, 1}).node("Mul", {"e", "weights"}, {"m"});
    std::vector<std::string> parts;
    for (std::int64_t part = 0; part < k; ++part) {
      parts.push_back("part" + std::to_string(part));
      net.input(parts.back(), {kTokens, 4});
    }
    net.node("Sum", parts, {"y"});
  });
}

TEST_CASE("each token runs through k experts of two products") {
  Contrib contrib;
  contrib.input("x", {kTokens, 4})
      .input("r", {kTokens, 8})
      .weight("w1", {8, 6, 4})
      .weight("b1", {8, 6})
      .weight("w2", {8, 4, 6})
      .weight("b2", {8, 4});
  const Analysis analysis = contrib.run("MoE", {"x", "r", "w1", "b1", "w2", "b2"},
                                        {contrib.net.integer("k", 2), contrib.net.text("activation_type", "gelu")});
  CHECK(type_of(analysis, "o0") == "float32 [T, 4]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(8 * (24 + 6 + 24 + 4)));
  CHECK(figures(analysis) == mixture(2, [](NetworkBuilder& net) {
          net.weight("w1", {4, 6}).weight("b1", {6}).weight("w2", {6, 4}).weight("b2", {4});
          net.node("MatMul", {"x", "w1"}, {"h"}).node("Add", {"h", "b1"}, {"i"}).node("Gelu", {"i"}, {"g"});
          net.node("MatMul", {"g", "w2"}, {"o"}).node("Add", {"o", "b2"}, {"e"});
        }));
}

TEST_CASE("a gate is part of the first product, or a third one") {
  Contrib fused;
  fused.input("x", {kTokens, 4}).input("r", {kTokens, 8}).weight("w1", {8, 12, 4}).weight("w2", {8, 4, 6});
  const Analysis one =
      fused.run("MoE", {"x", "r", "w1", "", "w2"},
                {fused.net.integer("k", 3), fused.net.text("activation_type", "swiglu"), fused.net.integer("swiglu_fusion", 1)});
  Contrib apart;
  apart.input("x", {kTokens, 4}).input("r", {kTokens, 8}).weight("w1", {8, 6, 4}).weight("w2", {8, 4, 6}).weight("w3", {8, 6, 4});
  const Analysis three = apart.run("MoE", {"x", "r", "w1", "", "w2", "", "w3"},
                                   {apart.net.integer("k", 3), apart.net.text("activation_type", "silu")});
  const std::string composed = mixture(3, [](NetworkBuilder& net) {
    net.weight("w1", {4, 6}).weight("w2", {6, 4}).weight("w3", {4, 6});
    net.node("MatMul", {"x", "w1"}, {"g"})
        .node("MatMul", {"x", "w3"}, {"u"})
        .node("Swish", {"g"}, {"s"})
        .node("Mul", {"s", "u"}, {"h"});
    net.node("MatMul", {"h", "w2"}, {"e"});
  });
  CHECK(figures(one) == composed);
  CHECK(figures(three) == composed);
}

TEST_CASE("packed experts count logical elements and dequantise each chosen one") {
  Contrib contrib;
  contrib.input("x", {6, 32})
      .input("r", {6, 4})
      .weight("w1", {4, 48, 16}, DataType::uint8)
      .weight("s1", {4, 48})
      .weight("w2", {4, 32, 24}, DataType::uint8)
      .weight("s2", {4, 32});
  const Analysis analysis = contrib.run(
      "QMoE", {"x", "r", "w1", "s1", "", "w2", "s2"},
      {contrib.net.integer("k", 2), contrib.net.integer("expert_weight_bits", 4), contrib.net.text("activation_type", "relu")});
  CHECK(type_of(analysis, "o0") == "float32 [6, 32]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(4 * 2 * 48 * 32));
  CHECK(analysis.parameters.total(Role::quantisation) == Dim(4 * 80));
  std::int64_t macs = 0;
  for (int token = 0; token < 6; ++token)
    for (int expert = 0; expert < 2; ++expert) macs += 32 * 48 + 48 * 32;
  CHECK(macs_of(analysis) == Dim(macs));
  CHECK(analysis.costs.total.macs_by_dtype.front().first == DataType::float32);
  // 12 choices of 4 experts: each expert at most once is dequantised, 1 mul an element; 12 rows of 32 are weighted.
  CHECK(analysis.costs.total.flops_by_kind[1] == Dim(4 * 2 * 48 * 32 + 12 * 32));

  Contrib packed;
  packed.input("x", {kTokens, 4}, DataType::float16)
      .input("r", {kTokens, 8})
      .weight("g", {8, 6, 2}, DataType::uint8)
      .weight("u", {8, 6, 2}, DataType::uint8);
  packed.weight("d", {8, 4, 3}, DataType::uint8);
  const Analysis blocks = packed.run("MoEPacked", {"x", "r", "g", "u", "d"}, {packed.net.integer("k", 2)});
  CHECK(type_of(blocks, "o0") == "float16 [T, 4]");
  CHECK(macs_of(blocks) == kTokens * (2 * 3 * 6 * 4));
}

TEST_CASE("a router scores by sigmoids and may project first") {
  Contrib contrib;
  contrib.input("x", {kTokens, 256}, DataType::float16).weight("b", {8}).weight("w", {8, 256}, DataType::float16);
  const Analysis analysis = contrib.run("MoEGroupRouter", {"x", "b", "w"}, {contrib.net.integer("top_k", 2)}, 3);
  CHECK(type_of(analysis, "o0") == "float16 [T, 8]");
  CHECK(type_of(analysis, "o1") == "float32 [T, 8]");
  CHECK(type_of(analysis, "o2") == "float32 [T, 8]");
  CHECK(macs_of(analysis) == kTokens * (256 * 8));
  testing::NetworkBuilder full(Contrib::kNewestVersion, testing::kMicrosoft);
  full.input("x", {2, kTokens, 8}).weight("b", {8});
  full.node("MoEGroupRouter", {"x", "b"}, {"", "scores", "weights"}, {full.integer("top_k", 2)}, testing::kMicrosoft);
  const Analysis scores = analyze(full.output("scores").take(), {});
  CHECK(type_of(scores, "scores") == "float32 [2*T, 8]");
  CHECK(figures(scores) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kTokens * 2, 8}).weight("b", {8}).node("Sigmoid", {"x"}, {"s"}).node("Add", {"s", "b"}, {"y"});
        }));
}

TEST_CASE("streams are mixed into a block and out of it") {
  Contrib before;
  before.input("s", {kTokens, 3, 16}).input("m", {kTokens, 3});
  const Analysis pre = before.run("HyperConnectionPreMix", {"s", "m"}, {before.net.real("reduction_scale", 0.5)});
  CHECK(type_of(pre, "o0") == "float32 [T, 16]");
  CHECK(figures(pre) == figures_of([](NetworkBuilder& net) {
          net.input("s", {kTokens, 3, 16}).input("m", {kTokens, 3}).weight("scale", {});
          net.node("Einsum", {"s", "m"}, {"e"}, {net.text("equation", "tch,tc->th")}).node("Mul", {"e", "scale"}, {"y"});
        }));
  Contrib after;
  after.input("s", {kTokens, 3 * 16}).input("b", {kTokens, 16}).input("p", {kTokens, 3}).input("m", {kTokens, 3, 3});
  const Analysis post = after.run("HyperConnectionPostMix", {"s", "b", "p", "m"}, {after.net.integer("num_branches", 3)});
  CHECK(type_of(post, "o0") == "float32 [T, 48]");
  CHECK(figures(post) == figures_of([](NetworkBuilder& net) {
          net.input("s", {kTokens, 3, 16}).input("b", {kTokens, 1, 16}).input("p", {kTokens, 3, 1}).input("m", {kTokens, 3, 3});
          net.node("Einsum", {"m", "s"}, {"e"}, {net.text("equation", "tck,tch->tkh")})
              .node("Mul", {"p", "b"}, {"i"})
              .node("Add", {"e", "i"}, {"y"});
        }));
  Contrib low;
  low.input("s", {kTokens, 48})
      .weight("g", {48})
      .weight("d", {48, 5})
      .weight("u", {5, 48})
      .weight("i", {48, 3})
      .input("b", {kTokens, 16})
      .input("p", {kTokens, 3});
  const Analysis rank =
      low.run("HyperConnectionLowRankMix", {"s", "g", "d", "u", "i", "b", "p"}, {low.net.integer("num_branches", 3)}, 3);
  CHECK(type_of(rank, "o0") == "float32 [T, 16]");
  CHECK(type_of(rank, "o1") == "float32 [T, 3]");
  CHECK(type_of(rank, "o2") == "float32 [T, 48]");
  CHECK(figures(rank) == figures_of([](NetworkBuilder& net) {
          net.input("s", {kTokens, 3, 16}).weight("g", {3, 16}).weight("d", {48, 5}).weight("u", {5, 48}).weight("i", {48, 3});
          net.input("b", {kTokens, 1, 16}).input("p", {kTokens, 3, 1}).weight("a", {}).weight("q", {}).weight("r", {});
          net.node("Mul", {"p", "b"}, {"pb"})
              .node("Add", {"s", "pb"}, {"S"})
              .node("RMSNormalization", {"S", "g"}, {"n"})
              .input("h", {kTokens, 48});
          net.node("MatMul", {"h", "d"}, {"down"})
              .node("Mul", {"down", "a"}, {"z"})
              .node("Swish", {"z"}, {"hidden"})
              .node("MatMul", {"hidden", "u"}, {"up"});
          net.node("Sigmoid", {"up"}, {"gate"})
              .input("G", {kTokens, 3, 16})
              .node("Einsum", {"n", "G"}, {"pre"}, {net.text("equation", "tch,tch->th")});
          net.node("MatMul", {"h", "i"}, {"inject"})
              .node("Div", {"inject", "q"}, {"c"})
              .node("Sigmoid", {"c"}, {"e"})
              .node("Mul", {"e", "r"}, {"post"});
        }));
}

}  // namespace
}  // namespace macroscope
