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

const Dim kBatch = Dim::symbol("N");
const Dim kLength = Dim::symbol("S");

TEST_CASE("rotary embeddings turn whole heads or a part of each") {
  Contrib whole;
  whole.input("x", {kBatch, kLength, 32}).input("p", {1}, DataType::int64).weight("c", {16, 4}).weight("s", {16, 4});
  const Analysis analysis = whole.run("RotaryEmbedding", {"x", "p", "c", "s"});
  CHECK(type_of(analysis, "o0") == "float32 [N, S, 32]");
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 4, kLength, 8})
              .input("c", {kBatch, kLength, 4})
              .input("s", {kBatch, kLength, 4})
              .node("RotaryEmbedding", {"x", "c", "s"}, {"y"});
        }));
  for (const std::string_view op : {"RotaryEmbedding", "MRotaryEmbedding"}) {
    Contrib part;
    part.input("x", {kBatch, kLength, 32})
        .input("p", {3, kBatch, kLength}, DataType::int64)
        .weight("c", {16, 2})
        .weight("s", {16, 2});
    const Analysis partial =
        part.run(op, {"x", "p", "c", "s"}, {part.net.integer("num_heads", 4), part.net.integer("rotary_embedding_dim", 4)});
    CHECK(type_of(partial, "o0") == "float32 [N, S, 32]");
    CHECK(figures(partial) == figures_of([](NetworkBuilder& net) {
            net.input("x", {kBatch, 4, kLength, 8}).input("c", {kBatch, kLength, 2}).input("s", {kBatch, kLength, 2});
            net.node("RotaryEmbedding", {"x", "c", "s"}, {"y"}, {net.integer("rotary_embedding_dim", 4)});
          }));
  }
  Contrib gemma;
  gemma.input("e", {kBatch, kLength, 8})
      .input("q", {kBatch, 4, kLength, 8}, DataType::float16)
      .input("qr", {kBatch, 4, kLength, 8}, DataType::float16);
  gemma.input("k", {kBatch, 2, kLength, 8}, DataType::float16).input("kr", {kBatch, 2, kLength, 8}, DataType::float16);
  const Analysis both = gemma.run("GemmaRotaryEmbedding", {"e", "q", "qr", "k", "kr"}, {}, 2);
  CHECK(type_of(both, "o0") == "float16 [N, 4, S, 8]");
  CHECK(type_of(both, "o1") == "float16 [N, 2, S, 8]");
  CHECK(figures(both) == figures_of([](NetworkBuilder& net) {
          net.input("e", {kBatch, 1, kLength, 8});
          net.node("Sin", {"e"}, {"sin"}).node("Cos", {"e"}, {"cos"});
          for (const auto& [name, heads] : {std::pair("q", 4), std::pair("k", 2)}) {
            const std::string x(name);
            net.input(x, {kBatch, heads, kLength, 8}).input(x + "r", {kBatch, heads, kLength, 8});
            net.node("Mul", {x, "cos"}, {x + "1"})
                .node("Mul", {x + "r", "sin"}, {x + "2"})
                .node("Add", {x + "1", x + "2"}, {x + "y"});
          }
        }));
}

TEST_CASE("a bias for each bucket of distances") {
  Contrib contrib;
  contrib.weight("b", {32, 4}).net.scalar("q", 5).scalar("k", 7);
  const Analysis analysis = contrib.run("RelativePositionBias", {"b", "q", "k"}, {contrib.net.integer("max_distance", 128)});
  CHECK(type_of(analysis, "o0") == "float32 [1, 4, 5, 7]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(128));
  CHECK(figures(analysis) == "macs 0, effective 0, 35 mul, 35 div, 35 special");
  Contrib open;
  open.weight("b", {32, 4}).input("q", {}, DataType::int64).input("k", {}, DataType::int64);
  const Shape shape = testing::fact_of(open.run("RelativePositionBias", {"b", "q", "k"}), "o0").type.shape;
  REQUIRE(shape.known());
  CHECK(shape[1] == Dim(4));
  CHECK_FALSE(shape[2].is_number());
}

TEST_CASE("a gated bias, as its documentation writes it") {
  Contrib contrib;
  contrib.input("q", {kBatch, kLength, 8})
      .weight("qb", {8})
      .input("r", {1, 2, kLength, kLength})
      .weight("w", {4, 6})
      .weight("b", {6})
      .weight("e", {1, 2, 1, 1});
  const Analysis analysis =
      contrib.run("GatedRelativePositionBias", {"q", "qb", "r", "w", "b", "e"}, {contrib.net.integer("num_heads", 2)});
  CHECK(type_of(analysis, "o0") == "float32 [N, 2, S, S]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(8 + 24 + 6 + 2));
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("q", {kBatch, 2, kLength, 4})
              .weight("qb", {2, 1, 4})
              .weight("w", {4, 6})
              .weight("b", {6})
              .weight("e", {1, 2, 1, 1})
              .weight("one", {})
              .weight("two", {});
          net.node("Add", {"q", "qb"}, {"x"}).node("MatMul", {"x", "w"}, {"p"}).node("Add", {"p", "b"}, {"g"});
          // Three of six are summed to each gate.
          net.input("halves", {kBatch, 2, kLength, 2, 3})
              .list("axes", {-1})
              .node("ReduceSum", {"halves", "axes"}, {"s"}, {net.integer("keepdims", 0)});
          net.node("Sigmoid", {"s"}, {"gates"}).input("u", {kBatch, 2, kLength, 1}).input("v", {kBatch, 2, kLength, 1});
          net.node("Mul", {"v", "e"}, {"a"})
              .node("Sub", {"a", "one"}, {"c"})
              .node("Mul", {"u", "c"}, {"d"})
              .node("Add", {"d", "two"}, {"f"});
          net.input("r", {1, 2, kLength, kLength}).node("Mul", {"f", "r"}, {"y"});
        }));
  Contrib packed;
  packed.input("q", {11, 8})
      .weight("qb", {8})
      .input("r", {1, 2, 5, 5})
      .weight("w", {4, 6})
      .weight("b", {6})
      .weight("e", {1, 2, 1, 1})
      .input("o", {3, 5}, DataType::int32);
  CHECK(testing::shape_of(
            packed.run("GatedRelativePositionBias", {"q", "qb", "r", "w", "b", "e", "o"}, {packed.net.integer("num_heads", 2)}),
            "o0") == "[3, 2, 5, 5]");
}

TEST_CASE("padding is taken out and put back") {
  testing::NetworkBuilder net(Contrib::kNewestVersion, testing::kMicrosoft);
  net.input("x", {kBatch, kLength, 8}).input("n", {kBatch}, DataType::int32);
  net.node("RemovePadding", {"x", "n"}, {"t", "o", "c", "m"}, {}, testing::kMicrosoft);
  net.node("RestorePadding", {"t", "o"}, {"y"}, {}, testing::kMicrosoft);
  const Analysis analysis = analyze(net.take(), {});
  // As onnxruntime 1.32 infers: [?, 8], [N, S], [N + 1], [1].
  CHECK(testing::fact_of(analysis, "t").type.shape[1] == Dim(8));
  CHECK_FALSE(testing::fact_of(analysis, "t").type.shape[0].is_number());
  CHECK(type_of(analysis, "o") == "int32 [N, S]");
  CHECK(type_of(analysis, "c") == "int32 [N + 1]");
  CHECK(type_of(analysis, "m") == "int32 [1]");
  CHECK(type_of(analysis, "y") == "float32 [N, S, 8]");
  CHECK(figures(analysis) == "macs 0, effective 0");
}

TEST_CASE("tokens meet their neighbours, and flagged ones all others") {
  const std::vector<std::int64_t> flags{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};
  std::int64_t pairs = 0, seen = 0;
  for (int token = 0; token < 2 * 8; ++token) {
    for (int offset = -2; offset <= 2; ++offset) {
      ++pairs;
      seen += token % 8 + offset >= 0 && token % 8 + offset < 8 ? 1 : 0;
    }
    const std::int64_t global = flags[static_cast<std::size_t>(token)] != 0 ? 2 * 8 : 0;  // it meets 8 and is met by 8
    pairs += global;
    seen += global;
  }
  for (const bool ordered : {false, true}) {
    Contrib contrib;
    contrib.input("x", {2, 8, 12}, ordered ? DataType::int8 : DataType::float32).input("m", {2, 8});
    for (const char* name : {"w", "gw"}) contrib.weight(name, {12, 36}, ordered ? DataType::int8 : DataType::float32);
    for (const char* name : {"b", "gb"}) contrib.weight(name, {36});
    contrib.weight("s", {}).net.stored("g", {2, 8}, DataType::int32, Value(Integers(flags.begin(), flags.end())));
    const std::vector<Attribute> attributes{contrib.net.integer("num_heads", 3), contrib.net.integer("window", 2)};
    const Analysis analysis =
        ordered ? contrib.run("QOrderedLongformerAttention",
                              {"x", "s", "w", "s", "b", "s", "s", "m", "gw", "s", "gb", "s", "g", "s"}, attributes)
                : contrib.run("LongformerAttention", {"x", "w", "b", "m", "gw", "gb", "g"}, attributes);
    CHECK(type_of(analysis, "o0") == (ordered ? "int8 [2, 8, 12]" : "float32 [2, 8, 12]"));
    CHECK(analysis.parameters.total(Role::weight) == Dim(2 * (12 * 36 + 36)));
    const std::int64_t projected = 2 * (16 * 12 * 36);
    CHECK(macs_of(analysis) == Dim(projected + 3 * pairs * 2 * 4));
    CHECK(analysis.costs.total.effective_macs == Dim(projected + 3 * seen * 2 * 4));
  }
  Contrib open;
  open.input("x", {2, 8, 12}).input("m", {2, 8}).weight("w", {12, 36}).weight("b", {36}).input("g", {2, 8}, DataType::int32);
  const Analysis analysis = open.run("LongformerAttention", {"x", "w", "b", "m", "w", "b", "g"},
                                     {open.net.integer("num_heads", 3), open.net.integer("window", 2)});
  REQUIRE(macs_of(analysis).symbols().size() == 1);
  CHECK(macs_of(analysis).substitute({{macs_of(analysis).symbols().front(), 3}}) == Dim(2 * (16 * 12 * 36) + 3 * pairs * 2 * 4));
}

}  // namespace
}  // namespace macroscope
