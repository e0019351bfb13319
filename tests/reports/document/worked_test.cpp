#include "reports/worked/worked_layer.h"

#include <algorithm>
#include <string>

#include "catch.h"
#include "network_builder.h"
#include "reports/document/worked.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

/// `output: floor(...) + 1 = ... = 4` for each line of the first node.
std::vector<std::string> lines_of(Network network, const WorkedOptions& options = {}, NodeId node = 0) {
  const Analysis analysis = analyze(std::move(network), {});
  const Figures figures(analysis, "test");
  std::vector<std::string> lines;
  for (const WorkedLine& line : WorkedLayers(figures, options).lines_of(0, node))
    lines.push_back(line.label + ": " + line.worked.text());
  return lines;
}

bool has(const std::vector<std::string>& lines, const std::string& line) {
  UNSCOPED_INFO("no line is " << line);
  for (const std::string& other : lines) UNSCOPED_INFO(other);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("values take the place of letters") {
  const std::vector<Letter> letters{{"W", 28}, {"P", 1}, {"K", 3}, {"D", Dim::symbol("d")}, {"C", Dim::symbol("c") + 1}};
  CHECK(with_values("2P", letters) == "2*1");
  CHECK(with_values("D(K-1)", letters) == "d*(3-1)");
  CHECK(with_values("floor((W + 2P)/2) + 1", letters) == "floor((28 + 2*1)/2) + 1");
  CHECK(with_values("(1 + K*K*C) * 4", letters) == "(1 + 3*3*(c + 1)) * 4");
  CHECK(worked_out("(1 + K*K) * W", letters, 280).text() == "(1 + K*K) * W = (1 + 3*3) * 28 = 280");
  CHECK(worked_out("d", letters, Dim::symbol("d")).text() == "d");
}

TEST_CASE("a convolution is worked out as by hand") {
  NetworkBuilder net;
  net.input("x", {1, 64, 128, 128}).weight("w", {128, 64, 3, 3}).weight("b", {128});
  net.node("Conv", {"x", "w", "b"}, {"y"}, {net.integers("pads", {1, 1, 1, 1})});
  const auto lines = lines_of(net.take());
  CHECK(has(lines, "output: floor((W + 2P - D(K-1) - 1)/S) + 1 = floor((128 + 2*1 - 1*(3-1) - 1)/1) + 1 = 128"));
  CHECK(has(lines, "parameters: (1 + K*K*C) * F = (1 + 3*3*64) * 128 = 73,856 (73.9 K)"));
  CHECK(has(lines, "MACs: N*F*H'*W' * K*K*C = 1*128*128*128 * 3*3*64 = 1,207,959,552 (1.21 G)"));
  CHECK(has(lines, "memory: 4 * 1*128*128*128 = 8,388,608 (8.00 MiB)"));
}

TEST_CASE("groups, unequal axes, rounding up and transposed convolutions have forms of their own") {
  {
    NetworkBuilder net;
    net.input("x", {1, 32, 20, 20}).weight("w", {32, 1, 3, 5});
    net.node("Conv", {"x", "w"}, {"y"}, {net.integer("group", 32), net.integers("strides", {2, 1})});
    const auto lines = lines_of(net.take());
    CHECK(has(lines, "output height: floor((W + 2P - D(K-1) - 1)/S) + 1 = floor((20 + 2*0 - 1*(3-1) - 1)/2) + 1 = 9"));
    CHECK(has(lines, "output width: floor((W + 2P - D(K-1) - 1)/S) + 1 = floor((20 + 2*0 - 1*(5-1) - 1)/1) + 1 = 16"));
    CHECK(has(lines, "parameters: K1*K2*C/G * F = 3*5*32/32 * 32 = 480"));
  }
  {
    NetworkBuilder net;
    net.input("x", {1, 8, 5, 5}).weight("w", {8, 4, 3, 3}).weight("b", {4});
    net.node("ConvTranspose", {"x", "w", "b"}, {"y"},
             {net.integers("strides", {2, 2}), net.integers("pads", {1, 1, 1, 1}), net.integers("output_padding", {1, 1})});
    const auto lines = lines_of(net.take());
    CHECK(has(lines, "output: S(W-1) + D(K-1) + 1 - 2P + O = 2*(5-1) + 1*(3-1) + 1 - 2*1 + 1 = 10"));
    CHECK(has(lines, "parameters: (1 + K*K*C) * F = (1 + 3*3*8) * 4 = 292"));
    CHECK(has(lines, "MACs: N*C*H'*W' * K*K*F = 1*8*5*5 * 3*3*4 = 7,200"));
  }
  {
    NetworkBuilder net;
    net.input("x", {1, 4, 7, 7});
    net.node("MaxPool", {"x"}, {"y"},
             {net.integers("kernel_shape", {2, 2}), net.integers("strides", {2, 2}), net.integer("ceil_mode", 1)});
    CHECK(has(lines_of(net.take()), "output: ceil((W + 2P - D(K-1) - 1)/S) + 1 = ceil((7 + 2*0 - 1*(2-1) - 1)/2) + 1 = 4"));
  }
  {
    NetworkBuilder net;
    net.input("x", {1, 4, 7}).weight("w", {4, 4, 3});
    net.node("Conv", {"x", "w"}, {"y"}, {net.text("auto_pad", "SAME_UPPER"), net.integers("strides", {2})});
    CHECK(has(lines_of(net.take()), "output: ceil(W/S) = ceil(7/2) = 4"));
  }
}

TEST_CASE("dilation spreads a kernel as a Kronecker product does") {
  NetworkBuilder net;
  net.input("x", {1, 1, 8, 8}).weight("w", {1, 1, 2, 2});
  net.node("Conv", {"x", "w"}, {"y"}, {net.integers("dilations", {2, 2})});
  CHECK(has(
      lines_of(net.take()),
      "kernel: K' = K (x) A = [k11 0 k12 0; 0 0 0 0; k21 0 k22 0; 0 0 0 0] (K = [k11 k12; k21 k22], A = [1 0; 0 0]; it reaches "
      "over 3 x 3)"));
}

TEST_CASE("open sizes come out in closed form") {
  NetworkBuilder net;
  net.input("x", {1, 1, Dim::symbol("N")}).weight("w", {1, 1, 5});
  net.node("Conv", {"x", "w"}, {"z"});
  const auto lines = lines_of(net.take(), {true});
  CHECK(has(lines, "output: floor((W + 2P - D(K-1) - 1)/S) + 1 = floor((N + 2*0 - 1*(5-1) - 1)/1) + 1 = N - 4"));
  CHECK(has(lines, "MACs: N*F*W' * K*C = 1*1*(N - 4) * 5*1 = 5*(N - 4)"));
  CHECK(has(lines, "layer: z[i] = sum over j of x[i+j] w[j]"));
  CHECK(
      has(lines,
          "dL/dw: dL/dw[j] = sum over i of dL/dz[i] x[i+j] (the correlation of x with dL/dz; shape [1, 1, 5], 5*(N - 4) MACs)"));
}

TEST_CASE("dense layers, normalizations and tables of vectors") {
  NetworkBuilder net;
  net.input("x", {2, 4096}).weight("w", {1000, 4096}).weight("b", {1000}).weight("s", {1000}).weight("t", {1000});
  net.node("Gemm", {"x", "w", "b"}, {"y"}, {net.integer("transB", 1)});
  net.node("LayerNormalization", {"y", "s", "t"}, {"n"});
  net.node("Concat", {"y", "n"}, {"c"}, {net.integer("axis", 1)});
  const Analysis analysis = analyze(net.take(), {});
  const Figures figures(analysis, "test");
  const WorkedLayers layers(figures);
  const auto text_of = [&](NodeId node, std::string_view id) {
    for (const WorkedLine& line : layers.lines_of(0, node))
      if (line.id == id) return line.worked.text();
    return std::string("none");
  };
  CHECK(text_of(0, "parameters") == "(1 + I) * U = (1 + 4096) * 1000 = 4,097,000 (4.10 M)");
  CHECK(text_of(0, "macs") == "m*n * k = 2*1000 * 4096 = 8,192,000 (8.19 M)");
  CHECK(text_of(1, "parameters") == "2C = 2*1000 = 2,000");
  CHECK(text_of(2, "output") == "1000 + 1000 = 2,000");
}

TEST_CASE("a body is worked out line by line, where that is asked for") {
  const auto normalized = [] {
    NetworkBuilder net;
    net.input("x", {2, 8, 16}).weight("scale", {16}).weight("shift", {16});
    net.node("LayerNormalization", {"x", "scale", "shift"}, {"y"}, {net.integer("axis", -1)});
    return net.take();
  };
  const auto lines = lines_of(normalized(), {.has_body = true});
  // 2 * 8 rows of 16 elements
  CHECK(has(lines, "s: s[i/axis:..] += X[i..] (1 add at each of 256 points)"));
  CHECK(has(lines, "Mean: Mean[i/axis:..] = s[i/axis:..] / count (1 div at each of 16 points)"));
  CHECK(has(lines, "d: d[i..] = X[i..] - Mean[i/axis:..] (1 add at each of 256 points)"));
  CHECK(has(lines,
            "Y: Y[i..] = d[i..] * InvStdDev[i/axis:..] * scale[i/some..] + B?[i/some..] (1 add + 2 mul at each of 256 points)"));
  for (const std::string& line : lines_of(normalized())) CHECK(line.find("[i") == std::string::npos);
}

TEST_CASE("what is made of stored weights costs nothing") {
  NetworkBuilder net;
  net.input("x", {2, 3}).weight("scale", {3}).weight("shift", {3}).weight("mean", {3}).weight("var", {3});
  net.node("BatchNormalization", {"x", "scale", "shift", "mean", "var"}, {"y"});
  const auto lines = lines_of(net.take(), {.has_body = true});
  CHECK(has(lines, "f: f[c] = scale[c] * Pow(var[c] + epsilon, -0.5) (of what is stored, before the first run)"));
  CHECK(has(lines, "Y: Y[r,c] = X[r,c] * f[c] + g[c] (1 add + 1 mul at each of 6 points)"));
}

}  // namespace macroscope
