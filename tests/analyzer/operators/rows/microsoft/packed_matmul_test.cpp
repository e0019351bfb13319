#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::NetworkBuilder;
using testing::type_of;

const Dim kRows = Dim::symbol("M");

/// What a product by a weight of few bits is short for; the weight is dequantised block by block.
std::string dequantised_product(std::int64_t inputs, std::int64_t outputs,
                                const std::function<void(NetworkBuilder&)>& further = {}) {
  return figures_of([&](NetworkBuilder& net) {
    net.input("a", {2, kRows, inputs}).weight("q", {inputs, outputs}, DataType::uint4).weight("s", {inputs / 16, outputs});
    net.node("DequantizeLinear", {"q", "s"}, {"w"}, {net.integer("block_size", 16), net.integer("axis", 0)})
        .node("MatMul", {"a", "w"}, {"p"});
    if (further) further(net);
  });
}

TEST_CASE("a weight of few bits has as many logical elements as K and N say and counts in A's dtype") {
  for (const std::int64_t bits : {2, 4, 8}) {
    Contrib contrib;
    contrib.input("a", {2, kRows, 64})
        .weight("q", {40, 4, 16 * bits / 8}, DataType::uint8)
        .weight("s", {160})
        .weight("z", {40, 4}, DataType::uint8);
    contrib.weight("b", {40});
    const Analysis analysis = contrib.run("MatMulNBits", {"a", "q", "s", "z", "", "b"},
                                          {contrib.net.integer("K", 64), contrib.net.integer("N", 40),
                                           contrib.net.integer("bits", bits), contrib.net.integer("block_size", 16)});
    CHECK(type_of(analysis, "o0") == "float32 [2, M, 40]");
    CHECK(analysis.parameters.total(Role::weight) == Dim(64 * 40 + 40));
    CHECK(analysis.parameters.total(Role::quantisation) == Dim(320));
    CHECK(figures(analysis) == dequantised_product(64, 40, [](NetworkBuilder& net) {
            net.weight("b", {40}).node("Add", {"p", "b"}, {"y"});
          }));
  }
  Contrib misfit;
  misfit.input("a", {2, 65}).weight("q", {40, 2, 16}, DataType::uint8).weight("s", {80});
  CHECK(testing::first_error(misfit.run("MatMulNBits", {"a", "q", "s"},
                                        {misfit.net.integer("K", 64), misfit.net.integer("N", 40)})) == "shape-mismatch");
  Contrib bare;
  bare.input("a", {2, 64}).weight("q", {40, 2, 16}, DataType::uint8).weight("s", {80});
  CHECK(testing::first_error(bare.run("MatMulNBits", {"a", "q", "s"})) == "bad-attribute");
}

TEST_CASE("4-bit floats by a table are scaled, with the transpose or without") {
  for (const std::int64_t transposed : {1, 0}) {
    Contrib contrib;
    contrib.input("a", {kRows, transposed != 0 ? 64 : 40}, DataType::float16)
        .weight("q", {64 * 40 / 2}, DataType::uint8)
        .weight("s", {160}, DataType::float16);
    const Analysis analysis =
        contrib.run("MatMulBnb4", {"a", "q", "s"},
                    {contrib.net.integer("K", 64), contrib.net.integer("N", 40), contrib.net.integer("block_size", 16),
                     contrib.net.integer("transB", transposed), contrib.net.integer("quant_type", 1)});
    CHECK(type_of(analysis, "o0") == (transposed != 0 ? "float16 [M, 40]" : "float16 [M, 64]"));
    CHECK(analysis.parameters.total(Role::weight) == Dim(2560));
    CHECK(figures(analysis) == "macs 2560*M (float16 2560*M), effective 2560*M, 2560 mul");
  }
  Contrib blob;
  blob.input("a", {kRows, 64}).weight("q", {1600}, DataType::uint8).list("shape", {64, 40});
  const Analysis analysis = blob.run("MatMulFpQ4", {"a", "q", "shape"});
  CHECK(type_of(analysis, "o0") == "float32 [M, 40]");
  CHECK(figures(analysis) == "macs 2560*M (float32 2560*M), effective 2560*M, 2560 add, 2560 mul");
}

TEST_CASE("block-scaled weights of 4 and 8 bits count in A's dtype") {
  Contrib four;
  four.input("a", {kRows, 64}, DataType::float16)
      .weight("q", {40, 32}, DataType::uint8)
      .weight("s", {40, 4}, DataType::uint8)
      .weight("g", {});
  const Analysis fp4 = four.run("MatMulBlockQuantizedFp4Weight", {"a", "q", "s", "g"});
  CHECK(type_of(fp4, "o0") == "float16 [M, 40]");
  CHECK(fp4.parameters.total(Role::weight) == Dim(2560));
  CHECK(figures(fp4) == "macs 2560*M (float16 2560*M), effective 2560*M, 5120 mul");
  Contrib eight;
  eight.input("a", {kRows, 64}, DataType::float16)
      .weight("q", {40, 64}, DataType::float8_e4m3fn)
      .weight("s", {40, 1})
      .weight("as", {});
  eight.weight("b", {40}, DataType::float16);
  const Analysis fp8 = eight.run("MatMulBlockQuantizedFp8Weight", {"a", "q", "s", "as", "b"});
  CHECK(type_of(fp8, "o0") == "float16 [M, 40]");
  CHECK(fp8.parameters.total(Role::weight) == Dim(2600));
  CHECK(figures(fp8) == "macs 2560*M (float16 2560*M), effective 2560*M, 40*M add, 64*M + 2560 mul, 64*M div, 128*M compare");
  Contrib packed;
  packed.input("a", {kRows, 64}, DataType::float16).weight("q", {40, 36}, DataType::uint8);
  const Analysis silu = packed.run("MatMulPacked", {"a", "q"},
                                   {packed.net.integer("K", 64), packed.net.integer("N", 40),
                                    packed.net.integer("packed_type", 2), packed.net.text("activation_type", "silu")});
  CHECK(type_of(silu, "o0") == "float16 [M, 40]");
  CHECK(silu.parameters.total(Role::weight) == Dim(2560));
  CHECK(figures(silu) == "macs 2560*M (float16 2560*M), effective 2560*M, 40*M add, 40*M + 2560 mul, 40*M div, 40*M special");
}

TEST_CASE("several products of one normalized input") {
  Contrib mlp;
  mlp.input("a", {2, kRows, 64}).input("r", {2, kRows, 64}).weight("g", {64});
  for (const char* name : {"q", "u"})
    mlp.weight(name, {40, 4, 8}, DataType::uint8).weight(std::string(name) + "s", {160}).weight(std::string(name) + "b", {40});
  const Analysis analysis = mlp.run("MatMulNBitsMlp", {"a", "r", "g", "q", "qs", "qb", "u", "us", "ub"},
                                    {mlp.net.integer("K", 64), mlp.net.integer("N", 40), mlp.net.text("activation", "silu")}, 2);
  CHECK(type_of(analysis, "o0") == "float32 [2, M, 40]");
  CHECK(type_of(analysis, "o1") == "float32 [2, M, 64]");
  CHECK(analysis.parameters.total(Role::weight) == Dim(64 + 2 * (2560 + 40)));
  CHECK(
      figures(analysis) == figures_of([](NetworkBuilder& net) {
        net.input("a", {2, kRows, 64}).input("r", {2, kRows, 64}).weight("g", {64}).node("Add", {"a", "r"}, {"t"});
        net.node("RMSNormalization", {"t", "g"}, {"n"});
        for (const std::string name : {"q", "u"}) {
          net.weight(name, {64, 40}, DataType::uint4).weight(name + "s", {4, 40}).weight(name + "b", {40});
          net.node("DequantizeLinear", {name, name + "s"}, {name + "w"}, {net.integer("block_size", 16), net.integer("axis", 0)});
          net.node("MatMul", {"n", name + "w"}, {name + "p"}).node("Add", {name + "p", name + "b"}, {name + "y"});
        }
        net.node("Swish", {"qy"}, {"s"}).node("Mul", {"s", "uy"}, {"y"});
      }));

  Contrib qkv;
  qkv.input("a", {2, kRows, 64}).weight("g", {64});
  qkv.weight("q", {40, 4, 8}, DataType::uint8)
      .weight("k", {8, 4, 8}, DataType::uint8)
      .weight("v", {8, 4, 8}, DataType::uint8)
      .weight("s", {160})
      .weight("t", {32});
  const Analysis three = qkv.run("MatMulNBitsQkv", {"a", "", "g", "q", "s", "", "k", "t", "", "v", "t"},
                                 {qkv.net.integer("K", 64), qkv.net.integer("Nq", 40), qkv.net.integer("Nkv", 8)}, 3);
  CHECK(type_of(three, "o0") == "float32 [2, M, 40]");
  CHECK(type_of(three, "o1") == "float32 [2, M, 8]");
  CHECK(type_of(three, "o2") == "float32 [2, M, 8]");
  CHECK(three.parameters.total(Role::weight) == Dim(64 + 64 * 56));
  CHECK(figures(three) == figures_of([](NetworkBuilder& net) {
          net.input("a", {2, kRows, 64}).weight("g", {64}).node("RMSNormalization", {"a", "g"}, {"n"});
          for (const auto& [name, columns] : {std::pair("q", 40), std::pair("k", 8), std::pair("v", 8)}) {
            const std::string weight(name);
            net.weight(weight, {64, columns}, DataType::uint4).weight(weight + "s", {4, columns});
            net.node("DequantizeLinear", {weight, weight + "s"}, {weight + "w"},
                     {net.integer("block_size", 16), net.integer("axis", 0)});
            net.node("MatMul", {"n", weight + "w"}, {weight + "p"});
          }
        }));

  Contrib lora;
  lora.input("x", {kRows, 64})
      .weight("w", {40, 2, 16}, DataType::uint8)
      .weight("s", {80})
      .weight("d", {8, 2, 32}, DataType::uint8)
      .weight("ds", {16});
  lora.weight("u", {40, 1, 32}, DataType::uint8).weight("us", {40});
  const Analysis adapted =
      lora.run("MatMulNBitsQLoRA", {"x", "w", "s", "d", "ds", "u", "us"}, {lora.net.integer("K", 64), lora.net.integer("N", 40)});
  CHECK(type_of(adapted, "o0") == "float32 [M, 40]");
  // 64 x 40, then 64 x 8 and 8 x 40: each counted once as a product by M rows, once as elements to dequantise.
  CHECK(figures(adapted) == "macs 3392*M (float32 3392*M), effective 3392*M, 40*M + 3392 add, 3392 mul");
}

TEST_CASE("tables of few bits are looked up and dequantised") {
  struct Case {
    std::int64_t bits, bytes;
  };
  for (const Case& c : {Case{2, 8}, Case{4, 16}, Case{8, 32}}) {
    Contrib contrib;
    contrib.weight("d", {10, c.bytes}, DataType::uint8)
        .input("i", {kRows, 3}, DataType::int64)
        .weight("s", {10, 2})
        .weight("z", {10, 1}, DataType::uint8);
    const Analysis analysis = contrib.run("GatherBlockQuantized", {"d", "i", "s", "z"},
                                          {contrib.net.integer("bits", c.bits), contrib.net.integer("block_size", 16),
                                           contrib.net.integer("gather_axis", 0), contrib.net.integer("quantize_axis", 1)});
    CHECK(type_of(analysis, "o0") == "float32 [M, 3, 32]");
    CHECK(analysis.parameters.total(Role::weight) == Dim(320));
    CHECK(figures(analysis) == "macs 0, effective 0, 96*M add, 96*M mul");
  }
  Contrib packed;
  packed.weight("d", {10, 36}, DataType::uint8).input("i", {kRows, 3}, DataType::int64);
  const Analysis rows =
      packed.run("GatherPacked", {"d", "i"}, {packed.net.integer("K", 64), packed.net.integer("packed_type", 2)});
  CHECK(type_of(rows, "o0") == "bfloat16 [M, 3, 64]");
  CHECK(rows.parameters.total(Role::weight) == Dim(640));
  CHECK(figures(rows) == "macs 0, effective 0, 192*M mul");
}

}  // namespace
}  // namespace macroscope
