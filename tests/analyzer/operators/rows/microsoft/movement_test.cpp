#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::figures_of;
using testing::moved;
using testing::NetworkBuilder;
using testing::type_of;

const Dim kBatch = Dim::symbol("N");

TEST_CASE("operators that ONNX has as well, under the same name") {
  Contrib pad;
  pad.input("x", {kBatch, 3}).net.list("p", {0, 2, 1, 0});
  CHECK(moved(pad.run("Pad", {"x", "p"}), "o0") == "float32 [N + 1, 5]");
  Contrib triangle;
  CHECK(moved(triangle.input("x", {kBatch, 3, 4}).run("Trilu", {"x"}), "o0") == "float32 [N, 3, 4]");
  Contrib gather;
  CHECK(moved(gather.input("d", {kBatch, 3, 4}).input("i", {5, 2}, DataType::int64).run("GatherND", {"d", "i"}), "o0") ==
        "float32 [5, 4]");
  Contrib expand;
  expand.input("x", {kBatch, 3}).net.stored("a", {1}, DataType::int32, Value(Integers{Dim(-1)}));
  CHECK(moved(expand.run("ExpandDims", {"x", "a"}), "o0") == "float32 [N, 3, 1]");
  Contrib unique;
  const Analysis found = unique.input("x", {6}).run("Unique", {"x"}, {}, 3);
  CHECK(testing::fact_of(found, "o0").type.shape == testing::fact_of(found, "o2").type.shape);
  CHECK(type_of(found, "o1") == "int64 [6]");
  CHECK(figures(found) == "macs 0, effective 0, 6 compare");
  Contrib echo;
  CHECK(moved(echo.input("x", {kBatch}, DataType::int32).run("SampleOp", {"x"}), "o0") == "int32 [N]");
}

TEST_CASE("ranges of integers, of fractions, and without a step") {
  const auto extent = [](Value start, Value limit, std::optional<Value> delta, DataType dtype) {
    Contrib contrib;
    contrib.net.stored("s", {}, dtype, std::move(start)).stored("l", {}, dtype, std::move(limit));
    std::vector<std::string> inputs{"s", "l"};
    if (delta) {
      contrib.net.stored("d", {}, dtype, *std::move(delta));
      inputs.emplace_back("d");
    }
    const Analysis analysis = contrib.run("Range", inputs);
    const std::int64_t numbers = testing::fact_of(analysis, "o0").type.shape[0].number().value();
    CHECK(figures(analysis) ==
          (is_floating(dtype) ? fmt::format("macs 0, effective 0, {0} add, {0} mul", numbers) : "macs 0, effective 0"));
    return Dim(numbers);
  };
  const auto whole = [](std::int64_t number) { return Value(Integers{Dim(number)}); };
  const auto real = [](double number) { return Value(Reals{Real(number)}); };
  CHECK(extent(whole(2), whole(9), whole(3), DataType::int64) == Dim(3));
  CHECK(extent(whole(9), whole(2), whole(-3), DataType::int64) == Dim(3));
  CHECK(extent(whole(9), whole(2), {}, DataType::int64) == Dim(0));
  CHECK(extent(real(0), real(5), {}, DataType::float32) == Dim(5));  // as onnxruntime 1.32 infers
  CHECK(extent(real(0), real(1), real(0.25), DataType::float32) == Dim(4));
}

TEST_CASE("lookups, slices, hashes and texts") {
  Contrib embedding;
  embedding.weight("w", {10, 4}).input("i", {kBatch, 3}, DataType::int64);
  const Analysis looked_up = embedding.run("TorchEmbedding", {"w", "i"});
  CHECK(moved(looked_up, "o0") == "float32 [N, 3, 4]");
  CHECK(looked_up.parameters.total(Role::weight) == Dim(40));
  Contrib unfold;
  CHECK(moved(unfold.input("x", {kBatch, 10})
                  .run("UnfoldTensor", {"x"}, {unfold.net.integer("size", 3), unfold.net.integer("step", 2)}),
              "o0") == "float32 [N, 4, 3]");
  Contrib hash;
  CHECK(moved(hash.input("x", {kBatch, 3}, DataType::int64).run("MurmurHash3", {"x"}), "o0") == "uint32 [N, 3]");
  Contrib negative;
  CHECK(moved(negative.input("x", {kBatch, 3}, DataType::int64).run("MurmurHash3", {"x"}, {negative.net.integer("positive", 0)}),
              "o0") == "int32 [N, 3]");
  Contrib tokens;
  const Analysis split = tokens.input("x", {kBatch, 3}, DataType::string).run("Tokenizer", {"x"});
  CHECK(figures(split) == "macs 0, effective 0");
  const Fact words = testing::fact_of(split, "o0");
  CHECK(words.type.dtype == DataType::string);
  REQUIRE(words.type.shape.rank() == 3);
  CHECK_FALSE(words.type.shape[2].is_number());
  Contrib finite;
  const Analysis checked = finite.input("x", {kBatch, 3}).input("y", {2}).run("IsAllFinite", {"x", "y"});
  CHECK(type_of(checked, "o0") == "bool []");
  CHECK(figures(checked) == "macs 0, effective 0, 3*N + 2 compare");
}

TEST_CASE("quantisation to and from 8 bits, in order, in blocks") {
  Contrib quantize;
  quantize.input("x", {kBatch, 3}).weight("s", {});
  const Analysis quantized = quantize.run("QuantizeLinear", {"x", "s"});
  CHECK(type_of(quantized, "o0") == "uint8 [N, 3]");
  CHECK(figures(quantized) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 3}).weight("s", {}).node("QuantizeLinear", {"x", "s"}, {"y"});
        }));
  Contrib sixteen;
  sixteen.input("x", {kBatch, 3}).weight("s", {}).weight("z", {}, DataType::uint16);
  CHECK(type_of(sixteen.run("QuantizeLinear", {"x", "s", "z"}), "o0") == "uint16 [N, 3]");
  Contrib dequantize;
  dequantize.input("x", {kBatch, 3}, DataType::uint8).weight("s", {}, DataType::float16).weight("z", {}, DataType::uint8);
  const Analysis floats = dequantize.run("DequantizeLinear", {"x", "s", "z"});
  CHECK(type_of(floats, "o0") == "float16 [N, 3]");
  CHECK(figures(floats) == "macs 0, effective 0, 3*N add, 3*N mul");
  // A weight behind it counts as one.
  testing::NetworkBuilder net(Contrib::kNewestVersion, testing::kMicrosoft);
  net.input("x", {kBatch, 3})
      .weight("w", {3, 4}, DataType::int8)
      .weight("s", {})
      .node("DequantizeLinear", {"w", "s"}, {"f"}, {}, testing::kMicrosoft);
  net.node("MatMul", {"x", "f"}, {"y"});
  CHECK(analyze(net.take(), {}).parameters.total(Role::weight) == Dim(12));

  Contrib ordered;
  ordered.input("x", {kBatch, 3}).weight("s", {});
  const Analysis to_ordered = ordered.run("QuantizeWithOrder", {"x", "s"},
                                          {ordered.net.integer("order_input", 1), ordered.net.integer("order_output", 1)});
  CHECK(type_of(to_ordered, "o0") == "int8 [N, 3]");
  CHECK(figures(to_ordered) == "macs 0, effective 0, 3*N div, 6*N compare");
  Contrib from_ordered;
  from_ordered.input("x", {kBatch, 3}, DataType::int8).weight("s", {});
  const Analysis half = from_ordered.run("DequantizeWithOrder", {"x", "s"}, {from_ordered.net.integer("to", 10)});
  CHECK(type_of(half, "o0") == "float16 [N, 3]");
  CHECK(figures(half) == "macs 0, effective 0, 3*N mul");

  testing::NetworkBuilder blocks(Contrib::kNewestVersion, testing::kMicrosoft);
  blocks.input("x", {kBatch, 16})
      .node("QuantizeBFP", {"x"}, {"b", "shape", "strides"}, {blocks.integer("bfp_type", 1)}, testing::kMicrosoft);
  blocks.node("DequantizeBFP", {"b", "shape", "strides"}, {"y"}, {blocks.integer("bfp_type", 1)}, testing::kMicrosoft);
  const Analysis round_trip = analyze(blocks.take(), {});
  CHECK(type_of(round_trip, "shape") == "int64 [2]");
  CHECK(type_of(round_trip, "y") == "float32 [N, 16]");
  CHECK(figures(round_trip) == "macs 0, effective 0, 16*N mul, 16*N div, 32*N compare");
}

TEST_CASE("signals and images") {
  Contrib forward;
  const Analysis spectrum = forward.input("x", {kBatch, 10}).run("Rfft", {"x"}, {forward.net.integer("signal_ndim", 1)});
  CHECK(type_of(spectrum, "o0") == "float32 [N, 6, 2]");
  CHECK(figures(spectrum) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 10, 1}).node("DFT", {"x"}, {"y"}, {net.integer("onesided", 1)});
        }));
  Contrib backward;
  const Analysis signal = backward.input("x", {kBatch, 6, 2}).run("Irfft", {"x"}, {backward.net.integer("signal_ndim", 1)});
  CHECK(type_of(signal, "o0") == "float32 [N, 10]");
  CHECK(figures(signal) ==
        "macs 0, effective 0, 120*N add, 130*N mul");  // 10 numbers by 6 pairs, 2 mul and 2 add each; then over 10

  for (const std::string_view op : {"ComplexMul", "ComplexMulConj"}) {
    Contrib complex;
    const Analysis product = complex.input("a", {kBatch, 5, 2}).input("b", {5, 2}).run(op, {"a", "b"});
    CHECK(type_of(product, "o0") == "float32 [N, 5, 2]");
    CHECK(figures(product) == "macs 0, effective 0, 10*N add, 20*N mul");  // 5 N pairs, each 4 mul and 2 add
  }
  Contrib inverse;
  const Analysis inverted = inverse.input("x", {kBatch, 3, 3}).run("Inverse", {"x"});
  CHECK(type_of(inverted, "o0") == "float32 [N, 3, 3]");
  // By pivots: each of 3 divides a row of 3 and takes multiples of it from the other 2.
  std::int64_t divided = 0, taken = 0;
  for (int pivot = 0; pivot < 3; ++pivot)
    for (int row = 0; row < 3; ++row) (row == pivot ? divided : taken) += 3;
  CHECK(figures(inverted) == fmt::format("macs 0, effective 0, {0}*N add, {0}*N mul, {1}*N div", taken, divided));

  Contrib grid;
  const Analysis sampled = grid.input("x", {kBatch, 3, 8, 8}).input("g", {kBatch, 5, 6, 2}).run("GridSample", {"x", "g"});
  CHECK(type_of(sampled, "o0") == "float32 [N, 3, 5, 6]");
  CHECK(figures(sampled) == figures_of([](NetworkBuilder& net) {
          net.input("x", {kBatch, 3, 8, 8}).input("g", {kBatch, 5, 6, 2}).node("GridSample", {"x", "g"}, {"y"});
        }));
  Contrib crop;
  crop.input("x", {1, 3, 9, 9})
      .input("r", {kBatch, 4})
      .input("b", {kBatch}, DataType::int32)
      .net.stored("s", {2}, DataType::int32, Value(Integers{Dim(5), Dim(6)}));
  const Analysis crops = crop.run("CropAndResize", {"x", "r", "b", "s"});
  CHECK(type_of(crops, "o0") == "float32 [N, 3, 5, 6]");
  CHECK(figures(crops) == figures(sampled));  // as many bilinear samples
  Contrib distance;
  const Analysis pairs =
      distance.input("a", {kBatch, 3}).input("b", {5, 3}).run("CDist", {"a", "b"}, {distance.net.text("metric", "euclidean")});
  CHECK(type_of(pairs, "o0") == "float32 [N, 5]");
  CHECK(figures(pairs) == figures_of([](NetworkBuilder& net) {
          net.input("a", {kBatch, 1, 3}).input("b", {5, 3}).list("axes", {-1}).node("Sub", {"a", "b"}, {"d"});
          net.node("ReduceL2", {"d", "axes"}, {"y"}, {net.integer("keepdims", 0)});
        }));
  Contrib warp;
  const Analysis path = warp.input("x", {4, 6}).run("DynamicTimeWarping", {"x"});
  CHECK(testing::fact_of(path, "o0").type.dtype == DataType::int32);
  CHECK(testing::fact_of(path, "o0").type.shape[0] == Dim(2));
  CHECK(figures(path) == "macs 0, effective 0, 24 add, 48 compare");
}

}  // namespace
}  // namespace macroscope
