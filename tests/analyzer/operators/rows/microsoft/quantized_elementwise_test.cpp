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
constexpr DataType kByte = DataType::uint8;

/// Scale and zero point under a prefix: `xs`, `xz`.
template <typename Net>
void quantisation(Net& net, const std::string& prefix) {
  net.weight(prefix + "s", {});
  net.weight(prefix + "z", {}, kByte);
}

/// x as floats, the operator, its result in 8 bits.
std::string around(const std::vector<Dim>& shape, const std::function<void(NetworkBuilder&)>& build) {
  return figures_of([&](NetworkBuilder& net) {
    net.input("x", shape, kByte);
    quantisation(net, "x");
    net.node("DequantizeLinear", {"x", "xs", "xz"}, {"f"});
    build(net);
    net.node("QuantizeLinear", {"r", "xs", "xz"}, {"y"});
  });
}

Analysis of_one(std::string_view op, const std::vector<Dim>& shape,
                const std::function<std::vector<Attribute>(NetworkBuilder&)>& attributes) {
  Contrib contrib;
  contrib.input("x", shape, kByte);
  quantisation(contrib, "x");
  quantisation(contrib, "y");
  return contrib.run(op, {"x", "xs", "xz", "ys", "yz"}, attributes(contrib.net));
}

std::vector<Attribute> none(NetworkBuilder&) { return {}; }

TEST_CASE("a function of quantised elements dequantises, computes and quantises") {
  const std::vector<Dim> shape{kBatch, 3, 4};
  const Analysis sigmoid = of_one("QLinearSigmoid", shape, none);
  CHECK(type_of(sigmoid, "o0") == "uint8 [N, 3, 4]");
  CHECK(sigmoid.parameters.total(Role::quantisation) == Dim(4));
  CHECK(figures(sigmoid) == around(shape, [](NetworkBuilder& net) { net.node("Sigmoid", {"f"}, {"r"}); }));
  const Analysis leaky = of_one("QLinearLeakyRelu", shape, none);
  CHECK(type_of(leaky, "o0") == "uint8 [N, 3, 4]");
  CHECK(figures(leaky) == around(shape, [](NetworkBuilder& net) { net.node("LeakyRelu", {"f"}, {"r"}); }));
  const Analysis softmax =
      of_one("QLinearSoftmax", shape, [](NetworkBuilder& net) { return std::vector{net.integer("opset", 13)}; });
  CHECK(type_of(softmax, "o0") == "uint8 [N, 3, 4]");
  CHECK(figures(softmax) == around(shape, [](NetworkBuilder& net) { net.node("Softmax", {"f"}, {"r"}); }));

  Contrib gelu;
  gelu.input("x", shape, DataType::int8).weight("xs", {}).weight("ys", {});
  const Analysis ordered = gelu.run("QOrderedGelu", {"x", "xs", "ys"});
  CHECK(type_of(ordered, "o0") == "int8 [N, 3, 4]");
  CHECK(figures(ordered) == around(shape, [](NetworkBuilder& net) { net.node("Gelu", {"f"}, {"r"}); }));
}

Analysis of_two(std::string_view op, const std::vector<Dim>& a, const std::vector<Dim>& b) {
  Contrib contrib;
  contrib.input("a", a, kByte).input("b", b, kByte);
  for (const char* prefix : {"a", "b", "c"}) quantisation(contrib, prefix);
  return contrib.run(op, {"a", "as", "az", "b", "bs", "bz", "cs", "cz"});
}

TEST_CASE("sums and products of quantised tensors broadcast") {
  for (const std::string_view plain : {"Add", "Mul"}) {
    const Analysis analysis = of_two("QLinear" + std::string(plain), {kBatch, 3, 4}, {3, 1});
    CHECK(type_of(analysis, "o0") == "uint8 [N, 3, 4]");
    CHECK(analysis.parameters.total(Role::quantisation) == Dim(6));
    CHECK(figures(analysis) == figures_of([&](NetworkBuilder& net) {
            net.input("a", {kBatch, 3, 4}, kByte).input("b", {3, 1}, kByte);
            quantisation(net, "q");
            net.node("DequantizeLinear", {"a", "qs", "qz"}, {"x"}).node("DequantizeLinear", {"b", "qs", "qz"}, {"y"});
            net.node(plain, {"x", "y"}, {"s"}).node("QuantizeLinear", {"s", "qs", "qz"}, {"r"});
          }));
  }
  CHECK(testing::first_error(of_two("QLinearAdd", {2, 3}, {2, 4})) == "broadcast");

  Contrib where;
  where.input("c", {kBatch, 3}, DataType::boolean).input("x", {kBatch, 3}, kByte).input("y", {1, 3}, kByte);
  for (const char* prefix : {"x", "y", "z"}) quantisation(where, prefix);
  const Analysis chosen = where.run("QLinearWhere", {"c", "x", "xs", "xz", "y", "ys", "yz", "zs", "zz"});
  CHECK(type_of(chosen, "o0") == "uint8 [N, 3]");
  CHECK(figures(chosen) == figures_of([](NetworkBuilder& net) {
          net.input("c", {kBatch, 3}, DataType::boolean).input("x", {kBatch, 3}, kByte).input("y", {1, 3}, kByte);
          quantisation(net, "q");
          net.node("DequantizeLinear", {"x", "qs", "qz"}, {"a"}).node("DequantizeLinear", {"y", "qs", "qz"}, {"b"});
          net.node("Where", {"c", "a", "b"}, {"w"}).node("QuantizeLinear", {"w", "qs", "qz"}, {"r"});
        }));
}

TEST_CASE("joined tensors take the result's scale") {
  Contrib contrib;
  contrib.input("a", {kBatch, 3, 4}, kByte).input("b", {kBatch, Dim::symbol("C"), 4}, kByte);
  for (const char* prefix : {"y", "a", "b"}) quantisation(contrib, prefix);
  const Analysis analysis =
      contrib.run("QLinearConcat", {"ys", "yz", "a", "as", "az", "b", "bs", "bz"}, {contrib.net.integer("axis", 1)});
  CHECK(type_of(analysis, "o0") == "uint8 [N, C + 3, 4]");
  CHECK(analysis.parameters.total(Role::quantisation) == Dim(6));
  CHECK(figures(analysis) == figures_of([](NetworkBuilder& net) {
          net.input("a", {kBatch, 3, 4}, kByte).input("b", {kBatch, Dim::symbol("C"), 4}, kByte);
          quantisation(net, "q");
          net.node("DequantizeLinear", {"a", "qs", "qz"}, {"x"}).node("DequantizeLinear", {"b", "qs", "qz"}, {"y"});
          net.node("Concat", {"x", "y"}, {"c"}, {net.integer("axis", 1)}).node("QuantizeLinear", {"c", "qs", "qz"}, {"r"});
        }));
}

TEST_CASE("means of quantised tensors over axes, windows and maps") {
  const std::vector<Dim> map{kBatch, 3, 11, 13};
  const auto window = [](NetworkBuilder& net) {
    return std::vector{net.integers("kernel_shape", {3, 3}), net.integers("pads", {1, 1, 1, 1}), net.integers("strides", {2, 2})};
  };
  const Analysis pool = of_one("QLinearAveragePool", map, window);
  CHECK(type_of(pool, "o0") == "uint8 [N, 3, 6, 7]");
  CHECK(figures(pool) == around(map, [&](NetworkBuilder& net) { net.node("AveragePool", {"f"}, {"r"}, window(net)); }));
  // onnxruntime 1.32 gives [1, 5, 6, 3] for 11 x 13 by 3 x 3 at stride 2, channels last, rounding up.
  const Analysis last = of_one("QLinearAveragePool", {1, 11, 13, 3}, [](NetworkBuilder& net) {
    return std::vector{net.integer("ceil_mode", 1), net.integer("channels_last", 1), net.integers("kernel_shape", {3, 3}),
                       net.integers("strides", {2, 2})};
  });
  CHECK(type_of(last, "o0") == "uint8 [1, 5, 6, 3]");

  const Analysis global = of_one("QLinearGlobalAveragePool", map, none);
  CHECK(type_of(global, "o0") == "uint8 [N, 3, 1, 1]");
  CHECK(figures(global) == around(map, [](NetworkBuilder& net) { net.node("GlobalAveragePool", {"f"}, {"r"}); }));
  const Analysis global_last = of_one("QLinearGlobalAveragePool", {kBatch, 11, 13, 3},
                                      [](NetworkBuilder& net) { return std::vector{net.integer("channels_last", 1)}; });
  CHECK(type_of(global_last, "o0") == "uint8 [N, 1, 1, 3]");
  CHECK(figures(global_last) == figures(global));

  const Analysis mean = of_one("QLinearReduceMean", {kBatch, 3, 4}, [](NetworkBuilder& net) {
    return std::vector{net.integers("axes", {1}), net.integer("keepdims", 0)};
  });
  CHECK(type_of(mean, "o0") == "uint8 [N, 4]");
  CHECK(figures(mean) == around({kBatch, 3, 4}, [](NetworkBuilder& net) {
          net.list("axes", {1}).node("ReduceMean", {"f", "axes"}, {"r"}, {net.integer("keepdims", 0)});
        }));
  CHECK(type_of(of_one("QLinearReduceMean", {kBatch, 3, 4}, none), "o0") == "uint8 [1, 1, 1]");
  const Analysis all =
      of_one("QLinearReduceMean", {kBatch, 3, 4}, [](NetworkBuilder& net) { return std::vector{net.integer("keepdims", 0)}; });
  CHECK(type_of(all, "o0") == "uint8 []");
  CHECK(figures(all) ==
        around({kBatch, 3, 4}, [](NetworkBuilder& net) { net.node("ReduceMean", {"f"}, {"r"}, {net.integer("keepdims", 0)}); }));
}

TEST_CASE("integers alone are no floating work") {
  Contrib product;
  product.input("a", {kBatch, 3}, DataType::int8).input("b", {3}, DataType::int8);
  const Analysis multiplied = product.run("MulInteger", {"a", "", "b"});
  CHECK(type_of(multiplied, "o0") == "int32 [N, 3]");
  CHECK(figures(multiplied) == "macs 0, effective 0");
  for (const auto& [from, to] : {std::pair(DataType::int8, "int32 [N, 4]"), std::pair(DataType::uint8, "uint32 [N, 4]")}) {
    Contrib sum;
    sum.input("x", {kBatch, 3, 4}, from);
    const Analysis summed = sum.run("ReduceSumInteger", {"x"}, {sum.net.integers("axes", {1}), sum.net.integer("keepdims", 0)});
    CHECK(type_of(summed, "o0") == to);
    CHECK(figures(summed) == "macs 0, effective 0");
  }
}

}  // namespace
}  // namespace macroscope
