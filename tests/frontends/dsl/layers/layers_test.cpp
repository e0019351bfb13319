#include "frontends/dsl/layers/layers.h"

#include "catch.h"
#include "layer_net.h"

namespace macroscope::testing {
namespace {

const Dim n = Dim::symbol("N");

/// Parameters and MACs of one layer on one input.
struct Figures {
  std::string shape, parameters, macs;
};

Figures figures(const std::vector<Dim>& input, std::string_view layer, const std::vector<Argument>& further,
                const std::vector<NamedArgument>& named = {}, DataType dtype = DataType::float32) {
  LayerNet net;
  net.build.symbol("N");
  const Handle y = net.with(net.input(input, dtype), layer, further, named);
  const std::string shape = net.shape(y);
  const Analysis analysis = net.analysis(y);
  CHECK(analysis.costs.complete);
  return {shape, parameters_of(analysis), macs_of(analysis)};
}

void check(const Figures& found, const std::string& shape, const std::string& parameters, const std::string& macs) {
  CHECK(found.shape == shape);
  CHECK(found.parameters == parameters);
  CHECK(found.macs == macs);
}

}  // namespace

// Shapes and parameters are those of torch.nn's modules of the same settings.
TEST_CASE("convolutions have the sizes and costs of torch's") {
  check(figures({n, 3, 224, 224}, "conv", {argument(64), argument(7)},
                {{"stride", argument(2)}, {"pad", argument(3)}, {"bias", argument(false)}}),
        "[N, 64, 112, 112]", "9408", "118013952*N");
  check(figures({1, 16, 30}, "conv", {argument(8), argument(3)}, {{"dilation", argument(4)}, {"pad", argument("causal")}}),
        "[1, 8, 30]", "392", "11520");
  check(figures({1, 4, 8, 8, 8}, "conv", {argument(6), argument(std::vector<Dim>{1, 3, 3})}, {{"groups", argument(2)}}),
        "[1, 6, 8, 6, 6]", "114", "31104");
  check(figures({1, 32, 14, 14}, "depthwise", {argument(3)}, {{"pad", argument("same")}, {"stride", argument(2)}}),
        "[1, 32, 7, 7]", "320", "14112");
  check(figures({1, 64, 7, 7}, "conv_transpose", {argument(32), argument(2)}, {{"stride", argument(2)}}), "[1, 32, 14, 14]",
        "8224", "401408");
  check(figures({1, 8, 5, 5}, "conv_transpose", {argument(8), argument(3)},
                {{"stride", argument(2)}, {"pad", argument(1)}, {"output_pad", argument(1)}, {"groups", argument(4)}}),
        "[1, 8, 10, 10]", "152", "3600");
}

TEST_CASE("a deformable convolution brings the convolution of its offsets") {
  // Offsets: 18 channels of 3x3x16 and biases; the convolution itself: 32 of 3x3x16 and biases.
  check(figures({1, 16, 10, 10}, "deform_conv", {argument(32), argument(3)}, {{"pad", argument(1)}}), "[1, 32, 10, 10]", "7250",
        "720000");
  check(figures({1, 16, 10, 10}, "deform_conv", {argument(32), argument(3)},
                {{"pad", argument("same")}, {"modulated", argument(true)}}),
        "[1, 32, 10, 10]", "8555", "849600");
}

TEST_CASE("symbols may stand for kernels, strides, dilations and groups") {
  LayerNet net;
  const Dim m = net.build.symbol("M"), f = net.build.symbol("F"), d = net.build.symbol("D"), c = net.build.symbol("C");
  const Handle x = net.input({1, c, m});
  const Handle y = net.with(x, "conv", {argument(1), argument(f)}, {{"dilation", argument(d)}});
  CHECK(net.shape(y) == Shape{1, 1, m - (f - 1) * d}.text());
  CHECK(net.shape(net.with(x, "depthwise", {argument(3)}, {{"pad", argument(1)}})) == "[1, C, M]");
  const Analysis analysis = net.analysis(y);
  CHECK(analysis.costs.complete);
  CHECK(analysis.costs.total.macs.substitute({{"M", 20}, {"F", 3}, {"D", 2}, {"C", 5}}).is(16 * 3 * 5 + 20 * 3 * 5));
}

TEST_CASE("taps that a symbolic kernel loses to padding are counted in closed form") {
  LayerNet net;
  const Dim k = net.build.symbol("k"), h = net.build.symbol("H");
  const Analysis analysis =
      net.analysis(net.with(net.input({1, 1, h}), "conv", {argument(1), argument(k)}, {{"pad", argument("same")}}));
  for (const int taps : {1, 2, 3, 4, 5})
    for (const int extent : {5, 8, 11}) {
      int inside = 0;
      const int begin = (taps - 1) / 2;
      for (int place = 0; place < extent; ++place)
        for (int tap = 0; tap < taps; ++tap) {
          const int read = place + tap - begin;
          inside += read >= 0 && read < extent ? 1 : 0;
        }
      CAPTURE(taps, extent);
      CHECK(analysis.costs.total.effective_macs.substitute({{"k", taps}, {"H", extent}}).is(inside));
    }
}

TEST_CASE("a mask leaves out the taps behind the middle") {
  for (const auto& [mask, kept] : {std::pair("A", 12), std::pair("B", 13)}) {
    LayerNet net;
    const Handle y = net.with(net.input({1, 2, 9, 9}), "conv", {argument(3), argument(5)},
                              {{"pad", argument(2)}, {"mask", argument(mask)}, {"bias", argument(false)}});
    const Analysis analysis = net.analysis(y);
    int inside = 0;
    for (int place = 0; place < 81; ++place)
      for (int tap = 0; tap < kept; ++tap) {
        const int row = place / 9 + tap / 5 - 2, column = place % 9 + tap % 5 - 2;
        inside += row >= 0 && row < 9 && column >= 0 && column < 9 ? 1 : 0;
      }
    CHECK(parameters_of(analysis) == "150");
    CHECK(analysis.parameters.totals.effective_weights.is(6 * kept));
    CHECK(analysis.costs.total.effective_macs.is(6 * inside));
  }
  LayerNet causal;
  const Analysis analysis = causal.analysis(causal.with(causal.input({1, 1, 9}), "conv", {argument(1), argument(3)},
                                                        {{"pad", argument(1)}, {"mask", argument("causal")}}));
  CHECK(analysis.parameters.totals.effective_weights.is(3));  // two taps and the bias
}

TEST_CASE("dense layers, embeddings and norms have torch's parameters") {
  check(figures({n, 400}, "dense", {argument(120)}), "[N, 120]", "48120", "48000*N");
  check(figures({n, 16, 64}, "dense", {argument(10)}, {{"bias", argument(false)}}), "[N, 16, 10]", "640", "10240*N");
  check(figures({n, 16}, "embedding", {argument(1000), argument(32)}, {}, DataType::int64), "[N, 16, 32]", "32000", "0");
  check(figures({n, 64, 7, 7}, "bn", {}), "[N, 64, 7, 7]", "128", "0");
  check(figures({n, 16, 64}, "layer_norm", {}), "[N, 16, 64]", "128", "0");
  check(figures({n, 16, 64}, "layer_norm", {argument(2)}), "[N, 16, 64]", "2048", "0");
  check(figures({n, 16, 64}, "rms_norm", {}), "[N, 16, 64]", "64", "0");
  check(figures({n, 64, 7, 7}, "group_norm", {argument(8)}), "[N, 64, 7, 7]", "128", "0");
  check(figures({n, 64, 7, 7}, "instance_norm", {}), "[N, 64, 7, 7]", "128", "0");
}

TEST_CASE("activations keep the shape, and PReLU has slopes") {
  for (const char* name : {"relu", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "hardswish", "sigmoid", "tanh",
                           "softmax", "dropout"}) {
    CAPTURE(name);
    check(figures({n, 8, 5, 5}, name, {}), "[N, 8, 5, 5]", "0", "0");
  }
  check(figures({n, 8, 5, 5}, "prelu", {}), "[N, 8, 5, 5]", "8", "0");
  LayerNet net;  // one slope is a weight by its place, however small
  CHECK(parameters_of(net.analysis(net.with(net.input({1, 8, 5}), "prelu", {}, {{"slopes", argument(1)}}))) == "1");
}

TEST_CASE("pools shrink maps, and their opposites bring them back") {
  check(figures({n, 64, 112, 112}, "maxpool", {argument(3)}, {{"stride", argument(2)}, {"pad", argument(1)}}), "[N, 64, 56, 56]",
        "0", "0");
  check(figures({n, 64, 112, 112}, "maxpool", {argument(3)}, {{"stride", argument(2)}, {"ceil", argument(true)}}),
        "[N, 64, 56, 56]", "0", "0");
  check(figures({n, 64, 55, 55}, "avgpool", {argument(2)}), "[N, 64, 27, 27]", "0", "0");
  check(figures({n, 64, 14, 14}, "adaptive_avgpool", {argument(7)}), "[N, 64, 7, 7]", "0", "0");
  check(figures({n, 64, 9, 9}, "adaptive_avgpool", {argument(4)}), "[N, 64, 4, 4]", "0", "0");
  check(figures({n, 64, n, 9}, "global_avgpool", {}), "[N, 64, 1, 1]", "0", "0");
  check(figures({n, 64, 7, 7}, "upsample", {argument(2)}), "[N, 64, 14, 14]", "0", "0");
  check(figures({n, 64, 7, 7}, "pixel_shuffle", {argument(4)}), "[N, 4, 28, 28]", "0", "0");
  LayerNet net;
  const std::vector<Handle> pooled = net.layer("maxpool", {argument(net.input({1, 4, 8, 8})), argument(2)}, {}, 2);
  CHECK(net.shape(net.layer("unpool", {argument(pooled[0]), argument(pooled[1]), argument(2)}).front()) == "[1, 4, 8, 8]");
}

TEST_CASE("layers rearrange") {
  check(figures({n, 64, 7, 7}, "flatten", {}), "[N, 3136]", "0", "0");
  check(figures({n, 8, 64}, "reshape", {argument(std::vector<Dim>{n, 8, 4, 16})}), "[N, 8, 4, 16]", "0", "0");
  check(figures({n, 8, 4, 16}, "reshape", {argument(std::vector<Dim>{0, 8, -1})}), "[N, 8, 64]", "0", "0");
  check(figures({n, 8, 4}, "transpose", {argument(std::vector<Dim>{0, 2, 1})}), "[N, 4, 8]", "0", "0");
  check(figures({n, 8, 5, 5}, "pad", {argument(std::vector<Dim>{1, 2})}), "[N, 8, 7, 9]", "0", "0");
  check(figures({n, 8, 7, 9}, "crop", {argument(std::vector<Dim>{1, 2, 1, 2})}), "[N, 8, 5, 5]", "0", "0");
  check(figures({n, 8}, "mul", {argument(0.5)}), "[N, 8]", "0", "0");
  LayerNet net;
  const std::vector<Handle> parts = net.layer("split", {argument(net.input({2, 12})), argument(3)}, {}, 3);
  CHECK(net.shape(parts[2]) == "[2, 4]");
  CHECK(net.shape(net.layer("concat", {argument(parts[0]), argument(parts[2])}, {{"axis", argument(0)}}).front()) == "[4, 4]");
}

TEST_CASE("attention and recurrent layers have torch's parameters") {
  const Dim l = Dim::symbol("L");
  const auto sequence = [&](std::string_view layer, const std::vector<Argument>& further,
                            const std::vector<NamedArgument>& named) {
    return figures({2, 16, 64}, layer, further, named);
  };
  // MultiheadAttention(64, 8): 4 (64 64 + 64). Scores and sums: 2 batch heads length^2 width.
  check(sequence("attention", {argument(8)}, {}), "[2, 16, 64]", "16640", "589824");
  // Grouped: query and output 64 64, key and value 64 16 each.
  check(sequence("attention", {argument(8)}, {{"kv_heads", argument(2)}, {"bias", argument(false)}, {"causal", argument(true)}}),
        "[2, 16, 64]", "10240", "393216");
  check(sequence("rnn", {argument(32)}, {}), "[2, 16, 32]", "3136", "98304");
  check(sequence("gru", {argument(32)}, {}), "[2, 16, 32]", "9408", "294912");
  check(sequence("lstm", {argument(32)}, {{"bidirectional", argument(true)}}), "[2, 16, 64]", "25088", "786432");
  LayerNet net;
  const std::vector<Handle> results = net.layer("lstm", {argument(net.input({n, l, 8})), argument(4)}, {}, 3);
  CHECK(net.shape(results[0]) == "[N, L, 4]");
  CHECK(net.shape(results[2]) == "[N, 4]");
}

TEST_CASE("what does not fit is refused with the sizes") {
  LayerNet net;
  const Handle wide = net.input({1, 3, 28, 28}, DataType::float32, "a"),
               small = net.input({1, 3, 14, 14}, DataType::float32, "b");
  CHECK(refusal([&] {
          net.layer("concat", {argument(wide, "b1"), argument(small, "b3")});
        }) == "concat: branch b3 is 14x14, b1 is 28x28 on axis 2");
  CHECK(refusal([&] {
          net.layer("add", {argument(wide, "wide"), argument(small, "small")});
        }) == "add: wide is [1, 3, 28, 28], small is [1, 3, 14, 14]: 28 and 14 on axis 3");
  CHECK(refusal([&] {
          net.with(wide, "conv", {argument(8), argument(3)}, {{"groups", argument(2)}});
        }) == "conv: 3 channels of the input do not divide by 2");
  CHECK(refusal([&] { net.with(wide, "adaptive_avgpool", {argument(5)}, {}); }) ==
        "adaptive_avgpool: 5 cells over 28 positions need windows of different sizes, which no ONNX operator has");
  CHECK(refusal([&] {
          net.with(wide, "reshape", {argument(std::vector<Dim>{1, 10})}, {});
        }) == "reshape: the input [1, 3, 28, 28] holds 2352 elements, the new shape [1, 10] 10");
  CHECK(refusal([&] { net.with(wide, "conv", {argument(8)}, {}); }).find("conv: kernel is not given: conv(x, filters, kernel") ==
        0);
  CHECK(refusal([&] { net.with(wide, "maxpool", {argument(40)}, {}); }) ==
        "maxpool: a window of 40 does not fit into 28 with padding 0 + 0");
  CHECK(refusal([&] {
          net.with(wide, "embedding", {argument(10), argument(4)}, {});
        }) == "embedding: it looks rows up by integers, and the input is float32");
  // The builder goes on as if nothing had been.
  CHECK(net.shape(net.to(wide, "conv", 8, 3)) == "[1, 8, 26, 26]");
}

TEST_CASE("operators are called by their own names") {
  LayerNet net;
  const Handle x = net.input({n, 4, 6});
  const auto call = [&](std::string_view op, const std::vector<Argument>& operands,
                        const std::vector<NamedArgument>& attributes) {
    net.build.stand_at({{}, std::string(op), 1, 1});
    return net.shape(dsl::apply_operator(net.build, op, operands, attributes).front());
  };
  CHECK(call("Einsum", {argument(x), argument(x)}, {{"equation", argument("bij,bkj->bik")}}) == "[N, 4, 4]");
  CHECK(call("LeakyRelu", {argument(x)}, {{"alpha", argument(1)}}) == "[N, 4, 6]");
  CHECK(call("Cast", {argument(x)}, {{"to", argument("float16")}}) == "[N, 4, 6]");
  CHECK(call("Clip", {argument(x), argument("none"), argument(6)}, {}) == "[N, 4, 6]");
  CHECK(dsl::is_operator("Softmax"));
  CHECK_FALSE(dsl::is_operator("Sofmax"));
  CHECK(refusal([&] { call("Sofmax", {argument(x)}, {}); }) == "Sofmax: there is no operator 'Sofmax'");
}

}  // namespace macroscope::testing
