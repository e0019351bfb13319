#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::type_of;

const Dim kBatch = Dim::symbol("N");
const std::vector<Dim> kShape{kBatch, 3, 8};

TEST_CASE("fused activations come to what they are fused from") {
  SECTION("FastGelu: a bias and a Gelu by tanh") {
    Contrib contrib;
    contrib.input("x", kShape).weight("b", {8});
    const Analysis analysis = contrib.run("FastGelu", {"x", "b"});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
    CHECK(analysis.parameters.total(Role::weight) == Dim(8));
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", kShape)
                .weight("b", {8})
                .node("Add", {"x", "b"}, {"s"})
                .node("Gelu", {"s"}, {"y"}, {net.text("approximate", "tanh")});
          }));
  }
  SECTION("BiasGelu: a bias and a Gelu by erf") {
    Contrib contrib;
    contrib.input("x", kShape).weight("b", {8});
    const Analysis analysis = contrib.run("BiasGelu", {"x", "b"});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", kShape).weight("b", {8}).node("Add", {"x", "b"}, {"s"}).node("Gelu", {"s"}, {"y"});
          }));
  }
  SECTION("Gelu") {
    Contrib contrib;
    const Analysis analysis = contrib.input("x", kShape, DataType::float16).run("Gelu", {"x"});
    CHECK(type_of(analysis, "o0") == "float16 [N, 3, 8]");
    CHECK(figures(analysis) == figures_of([](auto& net) { net.input("x", kShape).node("Gelu", {"x"}, {"y"}); }));
  }
  SECTION("QuickGelu: x * sigmoid(alpha * x)") {
    Contrib contrib;
    const Analysis analysis = contrib.input("x", kShape).run("QuickGelu", {"x"});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", kShape)
                .weight("alpha", {})
                .node("Mul", {"x", "alpha"}, {"a"})
                .node("Sigmoid", {"a"}, {"s"})
                .node("Mul", {"x", "s"}, {"y"});
          }));
  }
  SECTION("ScaledSiLU: z * sigmoid(z) of z = scale * x") {
    Contrib contrib;
    const Analysis analysis = contrib.input("x", kShape).run("ScaledSiLU", {"x"}, {contrib.net.real("alpha", 2)});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", kShape)
                .weight("alpha", {})
                .node("Mul", {"x", "alpha"}, {"z"})
                .node("Sigmoid", {"z"}, {"s"})
                .node("Mul", {"z", "s"}, {"y"});
          }));
  }
  SECTION("BiasSplitGelu: one half by the Gelu of the other") {
    Contrib contrib;
    contrib.input("x", {kBatch, 5, 2560}).weight("b", {2560});
    const Analysis analysis = contrib.run("BiasSplitGelu", {"x", "b"});
    CHECK(type_of(analysis, "o0") == "float32 [N, 5, 1280]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", {kBatch, 5, 2560}).weight("b", {2560}).node("Add", {"x", "b"}, {"s"});
            net.node("Split", {"s"}, {"l", "r"}, {net.integer("axis", -1), net.integer("num_outputs", 2)});
            net.node("Gelu", {"r"}, {"g"}).node("Mul", {"l", "g"}, {"y"});
          }));
  }
  SECTION("BiasSoftmax: a mask, then a softmax") {
    Contrib contrib;
    contrib.input("x", {kBatch, 2, 5, 5}).input("m", {kBatch, 1, 5, 5});
    const Analysis analysis =
        contrib.run("BiasSoftmax", {"x", "m"}, {contrib.net.integer("axis", 3), contrib.net.integer("is_inner_broadcast", 0)});
    CHECK(type_of(analysis, "o0") == "float32 [N, 2, 5, 5]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", {kBatch, 2, 5, 5})
                .input("m", {kBatch, 1, 5, 5})
                .node("Add", {"x", "m"}, {"s"})
                .node("Softmax", {"s"}, {"y"});
          }));
  }
  SECTION("BiasAdd: a bias, then a residual") {
    Contrib contrib;
    contrib.input("x", kShape).weight("b", {8}).input("r", kShape);
    const Analysis analysis = contrib.run("BiasAdd", {"x", "b", "r"});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("x", kShape)
                .weight("b", {8})
                .input("r", kShape)
                .node("Add", {"x", "b"}, {"s"})
                .node("Add", {"s", "r"}, {"y"});
          }));
  }
  SECTION("SwiGLU of both halves side by side: swish of one by the other") {
    Contrib contrib;
    const Analysis analysis = contrib.input("x", kShape).run("SwiGLU", {"x"});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 4]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("g", {kBatch, 3, 4}).input("u", {kBatch, 3, 4}).node("Sigmoid", {"g"}, {"s"});
            net.node("Mul", {"g", "s"}, {"a"}).node("Mul", {"a", "u"}, {"y"});
          }));
  }
  SECTION("SwiGLU with a limit, a slope and an offset") {
    Contrib contrib;
    contrib.input("g", kShape).input("u", kShape);
    const Analysis analysis = contrib.run(
        "SwiGLU", {"g", "u"},
        {contrib.net.real("limit", 7), contrib.net.real("activation_alpha", 1.5), contrib.net.real("activation_beta", 1)});
    CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
    CHECK(figures(analysis) == figures_of([](auto& net) {
            net.input("g", kShape).input("u", kShape).weight("high", {}).weight("low", {}).weight("alpha", {}).weight("beta", {});
            net.node("Min", {"g", "high"}, {"G"}).node("Min", {"u", "high"}, {"m"}).node("Max", {"m", "low"}, {"L"});
            net.node("Mul", {"G", "alpha"}, {"a"}).node("Sigmoid", {"a"}, {"s"}).node("Mul", {"G", "s"}, {"w"});
            net.node("Add", {"L", "beta"}, {"l"}).node("Mul", {"w", "l"}, {"y"});
          }));
  }
}

TEST_CASE("dropout behind a bias and a residual adds both, and scales and masks in training") {
  Contrib contrib;
  contrib.input("x", kShape).weight("b", {8}).input("r", kShape);
  const Analysis analysis = contrib.run("BiasDropout", {"x", "b", "r"}, {}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, 3, 8]");
  CHECK(type_of(analysis, "o1") == "bool [N, 3, 8]");
  CHECK(figures(analysis) == "macs 0, effective 0, 48*N add");

  const auto trained = [](auto& net, std::string_view op, std::string_view domain, const std::vector<std::string>& inputs) {
    net.input("x", kShape).weight("ratio", {}).stored("training", {}, DataType::boolean, Value(Integers{Dim(1)}));
    net.node(op, inputs, {"y", "mask"}, {}, domain);
  };
  testing::NetworkBuilder bits(Contrib::kNewestVersion, testing::kMicrosoft);
  trained(bits, "BitmaskDropout", testing::kMicrosoft, {"x", "ratio", "training"});
  const Analysis bit_mask = analyze(bits.take(), {});
  CHECK(type_of(bit_mask, "mask") == "uint32 [floor((3*N + 3)/4)]");
  CHECK(figures(bit_mask) == figures_of([&](auto& net) { trained(net, "Dropout", "", {"x", "ratio", "training"}); }));

  Contrib biased;
  biased.input("x", kShape).weight("b", {8});
  const Analysis bit_bias = biased.run("BitmaskBiasDropout", {"x", "b"}, {}, 2);
  CHECK(type_of(bit_bias, "o1") == type_of(bit_mask, "mask"));
  CHECK(figures(bit_bias) == "macs 0, effective 0, 24*N add");
}

TEST_CASE("a gate scales what is added, and may be projected first") {
  Contrib plain;
  plain.input("x", kShape).input("y", kShape).input("g", {kBatch, 3, 1});
  const Analysis direct = plain.run("GatedAdd", {"x", "y", "g"});
  CHECK(type_of(direct, "o0") == "float32 [N, 3, 8]");
  CHECK(figures(direct) == figures_of([](auto& net) {
          net.input("x", kShape)
              .input("y", kShape)
              .input("g", {kBatch, 3, 1})
              .node("Mul", {"y", "g"}, {"m"})
              .node("Add", {"x", "m"}, {"o"});
        }));
  Contrib projected;
  projected.input("x", kShape).input("y", kShape).input("g", {kBatch, 3, 16}).weight("w", {16, 1});
  CHECK(figures(projected.run("GatedAdd", {"x", "y", "g", "w"})) == figures_of([](auto& net) {
          net.input("x", kShape).input("y", kShape).input("g", {kBatch, 3, 16}).weight("w", {16, 1});
          net.node("MatMul", {"g", "w"}, {"p"})
              .node("Sigmoid", {"p"}, {"s"})
              .node("Mul", {"y", "s"}, {"m"})
              .node("Add", {"x", "m"}, {"o"});
        }));
}

}  // namespace
}  // namespace macroscope
