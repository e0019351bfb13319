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

const Dim kRows = Dim::symbol("M");

TEST_CASE("flags move the batch and the last two axes of a fused product") {
  struct Case {
    std::vector<Dim> a, b;
    std::vector<std::string> flags;
    const char* shape;
    const char* macs;
  };
  // Shapes as onnxruntime 1.32 infers them.
  const Case cases[] = {
      {{5, 2, 3, 7}, {2, 3, 7, 4}, {"transBatchA"}, "[2, 3, 5, 4]", "840"},
      {{7, 2, 3, 5}, {2, 3, 7, 4}, {"transBatchA", "transA"}, "[2, 3, 5, 4]", "840"},
      {{2, 3, 5, 7}, {7, 2, 3, 4}, {"transBatchB"}, "[2, 3, 5, 4]", "840"},
      {{2, 7, 5}, {2, 7, 4}, {"transA"}, "[2, 5, 4]", "280"},
      {{2, 5, 7}, {4, 7}, {"transB"}, "[2, 5, 4]", "280"},
      {{7}, {7, 4}, {"transA"}, "[4]", "28"},
      {{kRows, 7}, {7, 4}, {}, "[M, 4]", "28*M"},
  };
  for (const Case& c : cases) {
    for (const std::string_view op : {"FusedMatMul", "TransposeMatMul", "FusedMatMulActivation"}) {
      Contrib contrib;
      std::vector<Attribute> attributes;
      for (const std::string& flag : c.flags) attributes.push_back(contrib.net.integer(flag, 1));
      const Analysis analysis = contrib.input("a", c.a).input("b", c.b).run(op, {"a", "b"}, attributes);
      CHECK(testing::shape_of(analysis, "o0") == c.shape);
      CHECK(macs_of(analysis).text() == c.macs);
    }
  }
  Contrib misfit;
  CHECK(testing::first_error(misfit.input("a", {5, 3}).input("b", {5, 4}).run("FusedMatMul", {"a", "b"})) == "shape-mismatch");
}

TEST_CASE("what stands behind a fused product counts per element") {
  Contrib scaled;
  scaled.input("a", {kRows, 7}).weight("b", {7, 4});
  CHECK(figures(scaled.run("FusedMatMul", {"a", "b"}, {scaled.net.real("alpha", 0.5)})) == figures_of([](NetworkBuilder& net) {
          net.input("a", {kRows, 7})
              .weight("b", {7, 4})
              .weight("s", {})
              .node("MatMul", {"a", "b"}, {"p"})
              .node("Mul", {"p", "s"}, {"y"});
        }));
  Contrib activated;
  activated.input("a", {kRows, 7}).weight("b", {7, 4});
  CHECK(figures(activated.run("FusedMatMulActivation", {"a", "b"}, {activated.net.text("activation", "LeakyRelu")})) ==
        figures_of([](NetworkBuilder& net) {
          net.input("a", {kRows, 7}).weight("b", {7, 4}).node("MatMul", {"a", "b"}, {"p"}).node("LeakyRelu", {"p"}, {"y"});
        }));
  Contrib gemm;
  gemm.input("a", {kRows, 7}).weight("b", {4, 7}).weight("c", {4});
  const Analysis fused =
      gemm.run("FusedGemm", {"a", "b", "c"}, {gemm.net.integer("transB", 1), gemm.net.text("activation", "Relu")});
  CHECK(type_of(fused, "o0") == "float32 [M, 4]");
  CHECK(fused.parameters.total(Role::weight) == Dim(32));
  CHECK(figures(fused) == figures_of([](NetworkBuilder& net) {
          net.input("a", {kRows, 7})
              .weight("b", {4, 7})
              .weight("c", {4})
              .node("Gemm", {"a", "b", "c"}, {"p"}, {net.integer("transB", 1)});
          net.node("Relu", {"p"}, {"y"});
        }));
  Contrib gelu;
  gelu.input("a", {2, kRows, 7}).weight("b", {7, 4}).weight("c", {4});
  const Analysis fast = gelu.run("GemmFastGelu", {"a", "b", "c"});
  CHECK(type_of(fast, "o0") == "float32 [2, M, 4]");
  CHECK(figures(fast) == figures_of([](NetworkBuilder& net) {
          net.input("a", {2, kRows, 7})
              .weight("b", {7, 4})
              .weight("c", {4})
              .node("MatMul", {"a", "b"}, {"p"})
              .node("Add", {"p", "c"}, {"s"});
          net.node("Gelu", {"s"}, {"y"}, {net.text("approximate", "tanh")});
        }));
  Contrib unknown;
  unknown.input("a", {2, 7}).weight("b", {7, 4});
  CHECK_FALSE(unknown.run("FusedMatMulActivation", {"a", "b"}, {unknown.net.text("activation", "Rely")}).costs.complete);
}

TEST_CASE("products of floats of 8 bits are scaled by each operand's scale") {
  Contrib contrib;
  contrib.input("a", {kRows, 7}, DataType::float8_e4m3fn).weight("b", {4, 7}, DataType::float8_e4m3fn).weight("c", {4});
  contrib.weight("sa", {}).weight("sb", {}).weight("sy", {});
  const Analysis analysis =
      contrib.run("GemmFloat8", {"a", "b", "c", "sa", "sb", "sy"},
                  {contrib.net.integer("transB", 1), contrib.net.real("beta", 1), contrib.net.integer("dtype", 10)});
  CHECK(type_of(analysis, "o0") == "float16 [M, 4]");
  CHECK(figures(analysis) == "macs 28*M (float8_e4m3fn 28*M), effective 28*M, 4*M add, 12*M mul");
}

TEST_CASE("integer products that end in floats") {
  Contrib contrib;
  contrib.input("a", {2, kRows, 7}, DataType::uint8).weight("b", {7, 4}, DataType::int8);
  contrib.weight("as", {}).weight("bs", {4}).weight("az", {}, DataType::uint8).weight("bz", {4}, DataType::int8).weight("c", {4});
  const Analysis analysis = contrib.run("MatMulIntegerToFloat", {"a", "b", "as", "bs", "az", "bz", "c"});
  CHECK(type_of(analysis, "o0") == "float32 [2, M, 4]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(32));
  CHECK(analysis.parameters.total(Role::quantisation) == Dim(10));
  const std::string composed = figures_of([](NetworkBuilder& net) {
    net.input("a", {2, kRows, 7}, DataType::uint8).weight("b", {7, 4}, DataType::int8).weight("s", {4}).weight("c", {4});
    net.node("MatMulInteger", {"a", "b"}, {"i"}).node("Cast", {"i"}, {"f"}, {net.integer("to", 1)});
    net.node("Mul", {"f", "s"}, {"m"}).node("Add", {"m", "c"}, {"y"});
  });
  CHECK(figures(analysis) == composed);

  Contrib dynamic;
  dynamic.input("a", {2, kRows, 7})
      .weight("b", {7, 4}, DataType::uint8)
      .weight("bs", {})
      .weight("bz", {}, DataType::uint8)
      .weight("c", {4});
  const Analysis quantized = dynamic.run("DynamicQuantizeMatMul", {"a", "b", "bs", "bz", "c"});
  CHECK(type_of(quantized, "o0") == "float32 [2, M, 4]");
  CHECK(figures(quantized) == figures_of([](NetworkBuilder& net) {
          net.input("a", {2, kRows, 7})
              .weight("b", {7, 4}, DataType::uint8)
              .weight("bz", {}, DataType::uint8)
              .weight("s", {4})
              .weight("c", {4});
          net.node("DynamicQuantizeLinear", {"a"}, {"q", "qs", "qz"}).node("MatMulInteger", {"q", "b", "qz", "bz"}, {"i"});
          net.node("Cast", {"i"}, {"f"}, {net.integer("to", 1)}).node("Mul", {"f", "s"}, {"m"}).node("Add", {"m", "c"}, {"y"});
        }));

  Contrib sixteen;
  sixteen.input("a", {3, 4}, DataType::int16).input("b", {4, 5}, DataType::int16);
  const Analysis wide = sixteen.run("MatMulInteger16", {"a", "b"});
  CHECK(type_of(wide, "o0") == "int32 [3, 5]");
  CHECK(figures(wide) == "macs 60 (int16 60), effective 60");
}

TEST_CASE("quantised products, with results of 8 bits or as floats") {
  const auto analysed = [](bool is_quantized) {
    Contrib contrib;
    contrib.input("a", {7, kRows}, DataType::uint8).weight("b", {4, 7}, DataType::uint8).weight("c", {4}, DataType::int32);
    for (const char* name : {"as", "bs", "ys"}) contrib.weight(name, {});
    for (const char* name : {"az", "bz", "yz"}) contrib.weight(name, {}, DataType::uint8);
    std::vector<std::string> inputs{"a", "as", "az", "b", "bs", "bz", "c"};
    if (is_quantized) inputs.insert(inputs.end(), {"ys", "yz"});
    return contrib.run("QGemm", inputs, {contrib.net.integer("transA", 1), contrib.net.integer("transB", 1)});
  };
  CHECK(type_of(analysed(true), "o0") == "uint8 [M, 4]");
  CHECK(type_of(analysed(false), "o0") == "float32 [M, 4]");
  CHECK(analysed(true).parameters.total(Role::weight) == Dim(32));
  CHECK(figures(analysed(true)) == "macs 28*M (uint8 28*M), effective 28*M, 4*M add, 4*M mul, 8*M compare");
  CHECK(figures(analysed(false)) == "macs 28*M (uint8 28*M), effective 28*M, 4*M mul");

  Contrib ordered;
  ordered.input("a", {2, kRows, 7}, DataType::int8)
      .weight("b", {7, 4}, DataType::int8)
      .weight("as", {})
      .weight("bs", {4})
      .weight("ys", {})
      .weight("c", {4});
  const Analysis analysis = ordered.run("QOrderedMatMul", {"a", "as", "b", "bs", "ys", "c"});
  CHECK(type_of(analysis, "o0") == "int8 [2, M, 4]");
  CHECK(figures(analysis) == "macs 56*M (int8 56*M), effective 56*M, 8*M add, 8*M mul, 16*M compare");
}

TEST_CASE("a projection for router and shared expert is one product, split, one part gated") {
  Contrib contrib;
  contrib.input("x", {kRows, 16}, DataType::float16).weight("w", {16, 4 + 2 * 6}, DataType::float16);
  const Analysis analysis = contrib.run("RouterGateUpProj", {"x", "w"}, {contrib.net.integer("router_size", 4)}, 2);
  CHECK(type_of(analysis, "o0") == "float16 [M, 4]");
  CHECK(type_of(analysis, "o1") == "float16 [M, 6]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kRows, 16}, DataType::float16).weight("w", {16, 16}, DataType::float16).list("parts", {4, 6, 6});
          net.node("MatMul", {"x", "w"}, {"p"}).node("Split", {"p", "parts"}, {"r", "g", "u"}, {net.integer("axis", -1)});
          net.node("Swish", {"g"}, {"s"}).node("Mul", {"s", "u"}, {"y"});
        }));
}

TEST_CASE("a sparse matrix counts as a dense one") {
  Contrib contrib;
  Type sparse = Type::tensor(DataType::float32, Shape{5, 7});
  sparse.kind = Kind::sparse;
  contrib.net.input("a", sparse);
  const Analysis analysis = contrib.input("b", {7, 4}).run("SparseToDenseMatMul", {"a", "b"});
  CHECK(type_of(analysis, "o0") == "float32 [5, 4]");
  CHECK(macs_of(analysis) == Dim(140));
}

}  // namespace
}  // namespace macroscope
