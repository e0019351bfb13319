#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::NetworkBuilder;
using testing::type_of;

const Dim kBatch = Dim::symbol("N");
const std::vector<Dim> kShape{kBatch, 5, 8};

TEST_CASE("a residual, perhaps a bias, then a layer normalization") {
  Contrib contrib;
  contrib.input("x", kShape).input("r", kShape).weight("g", {8}).weight("s", {8}).weight("b", {8});
  const Analysis analysis = contrib.run("SkipLayerNormalization", {"x", "r", "g", "s", "b"}, {}, 4);
  CHECK(type_of(analysis, "o0") == "float32 [N, 5, 8]");
  CHECK(type_of(analysis, "o1") == "float32 [N, 5, 1]");
  CHECK(type_of(analysis, "o2") == "float32 [N, 5, 1]");
  CHECK(type_of(analysis, "o3") == "float32 [N, 5, 8]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(24));
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", kShape).input("r", kShape).weight("g", {8}).weight("s", {8}).weight("b", {8});
          net.node("Add", {"x", "r"}, {"t"}).node("Add", {"t", "b"}, {"u"}).node("LayerNormalization", {"u", "g", "s"}, {"y"});
        }));

  Contrib without_shift;
  without_shift.input("x", kShape).input("r", {5, 8}).weight("g", {8});
  const Analysis bare = without_shift.run("SkipLayerNormalization", {"x", "r", "g"});
  CHECK(type_of(bare, "o0") == "float32 [N, 5, 8]");
  CHECK(figures(bare) == figures_of([](NetworkBuilder& net) {
          net.input("x", kShape)
              .input("r", {5, 8})
              .weight("g", {8})
              .node("Add", {"x", "r"}, {"t"})
              .node("LayerNormalization", {"t", "g"}, {"y"});
        }));

  Contrib misfit;
  misfit.input("x", kShape).input("r", kShape).weight("g", {7});
  CHECK(testing::first_error(misfit.run("SkipLayerNormalization", {"x", "r", "g"})) == "shape-mismatch");
}

TEST_CASE("a residual, perhaps a bias, then a normalization by the root mean square") {
  for (const bool has_bias : {false, true}) {
    Contrib contrib;
    contrib.input("x", kShape, DataType::float16).input("r", kShape, DataType::float16).weight("g", {8}, DataType::float16);
    contrib.weight("b", {8}, DataType::float16);
    std::vector<std::string> inputs{"x", "r", "g"};
    if (has_bias) inputs.emplace_back("b");
    const Analysis analysis = contrib.run("SkipSimplifiedLayerNormalization", inputs, {}, 4);
    CHECK(type_of(analysis, "o0") == "float16 [N, 5, 8]");
    CHECK(type_of(analysis, "o1") == "float32 [N, 5, 1]");
    CHECK(type_of(analysis, "o3") == "float16 [N, 5, 8]");
    CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) {
            net.input("x", kShape).input("r", kShape).weight("g", {8}).weight("b", {8}).node("Add", {"x", "r"}, {"t"});
            if (has_bias) net.node("Add", {"t", "b"}, {"u"});
            net.node("RMSNormalization", {has_bias ? "u" : "t", "g"}, {"y"});
          }));
  }
  for (const std::string_view domain : {std::string_view(), testing::kMicrosoft}) {
    NetworkBuilder net(Contrib::kNewestVersion, testing::kMicrosoft);
    net.input("x", kShape).weight("g", {8}).node("SimplifiedLayerNormalization", {"x", "g"}, {"y", "inverse"}, {}, domain);
    const Analysis analysis = analyze(net.take(), {});
    CHECK(type_of(analysis, "y") == "float32 [N, 5, 8]");
    CHECK(type_of(analysis, "inverse") == "float32 [N, 5, 1]");
    CHECK(figures(analysis) == figures_of([](NetworkBuilder& onnx) {
            onnx.input("x", kShape).weight("g", {8}).node("RMSNormalization", {"x", "g"}, {"y"});
          }));
  }
}

TEST_CASE("embeddings are looked up, added and normalized") {
  Contrib contrib;
  const std::vector<Dim> ids{Dim::symbol("b"), Dim::symbol("s")};
  contrib.input("i", ids, DataType::int32).input("t", ids, DataType::int32);
  contrib.weight("w", {100, 32}).weight("p", {20, 32}).weight("e", {2, 32}).weight("g", {32}).weight("c", {32});
  const Analysis analysis = contrib.run("EmbedLayerNormalization", {"i", "t", "w", "p", "e", "g", "c"}, {}, 3);
  CHECK(type_of(analysis, "o0") == "float32 [b, s, 32]");
  CHECK(type_of(analysis, "o1") == "int32 [b]");
  CHECK(type_of(analysis, "o2") == "float32 [b, s, 32]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(32 * (100 + 20 + 2 + 2)));
  const std::string composed = figures_of([&](NetworkBuilder& net) {
    net.input("i", ids, DataType::int64).input("t", ids, DataType::int64).input("q", ids, DataType::int64);
    net.weight("w", {100, 32}).weight("p", {20, 32}).weight("e", {2, 32}).weight("g", {32}).weight("c", {32});
    net.node("Gather", {"w", "i"}, {"a"}).node("Gather", {"p", "q"}, {"b"}).node("Gather", {"e", "t"}, {"d"});
    net.node("Add", {"a", "b"}, {"f"}).node("Add", {"f", "d"}, {"h"}).node("LayerNormalization", {"h", "g", "c"}, {"y"});
  });
  CHECK(figures(analysis) == composed);
}

TEST_CASE("quantised embeddings are dequantised as they are looked up") {
  Contrib contrib;
  const std::vector<Dim> ids{Dim::symbol("b"), 7};
  contrib.input("i", ids, DataType::int32).weight("w", {100, 16}, DataType::uint8).weight("p", {20, 16}, DataType::uint8);
  contrib.weight("g", {16}, DataType::uint8).weight("c", {16}, DataType::uint8);
  for (const char* name : {"ws", "ps", "gs", "cs"}) contrib.weight(name, {});
  for (const char* name : {"wz", "pz", "gz", "cz"}) contrib.weight(name, {}, DataType::uint8);
  const Analysis analysis =
      contrib.run("QEmbedLayerNormalization",
                  {"i", "", "w", "p", "", "g", "c", "", "ws", "ps", "", "gs", "cs", "wz", "pz", "", "gz", "cz"}, {}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [b, 7, 16]");
  CHECK(type_of(analysis, "o1") == "int32 [b]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(16 * (100 + 20 + 2)));
  CHECK(analysis.parameters.total(Role::quantisation) == Dim(8));
  CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) {
          net.input("w", {Dim::symbol("b"), 7, 16}, DataType::uint8).input("p", {Dim::symbol("b"), 7, 16}, DataType::uint8);
          net.weight("g", {16}, DataType::uint8).weight("c", {16}, DataType::uint8).weight("s", {});
          for (const char* name : {"w", "p", "g", "c"}) net.node("DequantizeLinear", {name, "s"}, {std::string(name) + "f"});
          net.node("Add", {"wf", "pf"}, {"h"}).node("LayerNormalization", {"h", "gf", "cf"}, {"y"});
        }));
}

TEST_CASE("groups of channels, first or last") {
  Contrib last;
  last.input("x", {kBatch, 8, 8, 320}, DataType::float16).weight("g", {320}).weight("b", {320});
  const Analysis analysis =
      last.run("GroupNorm", {"x", "g", "b"}, {last.net.integer("groups", 32), last.net.integer("activation", 1)});
  CHECK(type_of(analysis, "o0") == "float16 [N, 8, 8, 320]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 320, 8, 8}).weight("g", {320}).weight("b", {320});
          net.node("GroupNormalization", {"x", "g", "b"}, {"n"}, {net.integer("num_groups", 32)}).node("Swish", {"n"}, {"y"});
        }));

  Contrib skip;
  skip.input("x", {kBatch, 8, 8, 320}).weight("g", {320}).weight("b", {320}).input("r", {kBatch, 8, 8, 320}).weight("c", {320});
  const Analysis residual = skip.run("SkipGroupNorm", {"x", "g", "b", "r", "c"}, {skip.net.integer("groups", 32)}, 2);
  CHECK(type_of(residual, "o0") == "float32 [N, 8, 8, 320]");
  CHECK(type_of(residual, "o1") == "float32 [N, 8, 8, 320]");
  CHECK(residual.parameters.total(Role::weight) == Dim(960));
  CHECK(figures(residual) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 320, 8, 8})
              .input("r", {kBatch, 320, 8, 8})
              .weight("g", {320})
              .weight("b", {320})
              .weight("c", {320, 1, 1});
          net.node("Add", {"x", "r"}, {"t"}).node("Add", {"t", "c"}, {"u"});
          net.node("GroupNormalization", {"u", "g", "b"}, {"y"}, {net.integer("num_groups", 32)});
        }));

  Contrib odd;
  odd.input("x", {2, 4, 4, 30}).weight("g", {30}).weight("b", {30});
  CHECK(testing::first_error(odd.run("GroupNorm", {"x", "g", "b"}, {odd.net.integer("groups", 4)})) == "not-divisible");
}

TEST_CASE("parts of the last axis are normalized by themselves") {
  // 3 branches of 8 in rows of 24 are rows of 8, three times as many.
  Contrib branches;
  branches.input("x", {kBatch, 5, 24}).weight("g", {24});
  const Analysis flat = branches.run("BranchwiseRMSNorm", {"x", "g"}, {branches.net.integer("num_branches", 3)});
  CHECK(type_of(flat, "o0") == "float32 [N, 5, 24]");
  CHECK(figures(flat) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 5, 3, 8}).weight("g", {3, 8}).node("RMSNormalization", {"x", "g"}, {"y"});
        }));

  Contrib gated;
  gated.input("x", {kBatch, 5, 24}).weight("g", {8}).input("z", {kBatch, 5, 24});
  const Analysis silu = gated.run("GatedRMSNorm", {"x", "g", "z"});
  CHECK(type_of(silu, "o0") == "float32 [N, 5, 24]");
  CHECK(figures(silu) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 5, 3, 8})
              .weight("g", {8})
              .input("z", {kBatch, 5, 3, 8})
              .node("RMSNormalization", {"x", "g"}, {"n"});
          net.node("Swish", {"z"}, {"s"}).node("Mul", {"n", "s"}, {"y"});
        }));
}

TEST_CASE("normalizations around a quantisation or a rotation") {
  Contrib ordered;
  ordered.input("x", kShape, DataType::int8).weight("xs", {}).weight("g", {8}).weight("b", {8}).weight("ys", {});
  const Analysis analysis = ordered.run("QOrderedLayerNormalization", {"x", "xs", "g", "b", "ys"});
  CHECK(type_of(analysis, "o0") == "int8 [N, 5, 8]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", kShape, DataType::int8)
              .weight("xs", {})
              .weight("g", {8})
              .weight("b", {8})
              .weight("ys", {})
              .weight("z", {}, DataType::int8);
          net.node("DequantizeLinear", {"x", "xs"}, {"d"}).node("LayerNormalization", {"d", "g", "b"}, {"n"});
          net.node("QuantizeLinear", {"n", "ys", "z"}, {"y"});
        }));

  Contrib rotary;
  rotary.input("x", {2, 3, 4, 8}, DataType::float16)
      .weight("g", {6})
      .input("p", {2, 3}, DataType::int64)
      .weight("c", {20, 2})
      .weight("s", {20, 2});
  const Analysis rotated = rotary.run(
      "RMSNormRotary", {"x", "g", "p", "c", "s"},
      {rotary.net.integer("rotary_embedding_dim", 4), rotary.net.integer("input_start", 1), rotary.net.integer("input_width", 6)},
      2);
  CHECK(type_of(rotated, "o0") == "bfloat16 [2, 3, 24]");  // as onnxruntime infers
  CHECK(type_of(rotated, "o1") == "float32 [2, 3, 4, 6]");
  CHECK(figures(rotated) == figures_of([](NetworkBuilder& net) {
          net.input("x", {2, 4, 3, 6})
              .weight("g", {6})
              .weight("c", {2, 3, 2})
              .weight("s", {2, 3, 2})
              .node("RMSNormalization", {"x", "g"}, {"n"});
          net.node("RotaryEmbedding", {"n", "c", "s"}, {"y"}, {net.integer("rotary_embedding_dim", 4)});
        }));
}

TEST_CASE("the Engram gate, as its documentation writes it") {
  Contrib contrib;
  contrib.input("k", {kBatch, 5, 2, 8})
      .input("q", {kBatch, 5, 2, 8})
      .input("v", {kBatch, 5, 8})
      .weight("kg", {2, 8})
      .weight("qg", {2, 8})
      .weight("vg", {2, 8});
  const Analysis analysis = contrib.run("EngramGate", {"k", "q", "v", "kg", "qg", "vg"}, {}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [N, 5, 2, 8]");
  CHECK(type_of(analysis, "o1") == "float32 [N, 5, 2, 8]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("k", {kBatch, 5, 2, 8}).input("q", {kBatch, 5, 2, 8}).input("v", {kBatch, 5, 1, 8});
          net.weight("kg", {2, 8})
              .weight("qg", {2, 8})
              .weight("vg", {2, 8})
              .weight("root", {})
              .weight("least", {})
              .list("axes", {-1});
          net.node("RMSNormalization", {"k", "kg"}, {"kn"})
              .node("RMSNormalization", {"q", "qg"}, {"qn"})
              .node("Mul", {"kn", "qn"}, {"kq"});
          net.node("ReduceSum", {"kq", "axes"}, {"sum"}).node("Div", {"sum", "root"}, {"dot"}).node("Abs", {"dot"}, {"size"});
          net.node("Max", {"size", "least"}, {"bound"}).node("Sqrt", {"bound"}, {"r"}).node("Sign", {"dot"}, {"sign"});
          net.node("Mul", {"sign", "r"}, {"z"}).node("Sigmoid", {"z"}, {"gate"}).node("Mul", {"gate", "v"}, {"out"});
          net.node("RMSNormalization", {"out", "vg"}, {"y"});
        }));
}

}  // namespace
}  // namespace macroscope
