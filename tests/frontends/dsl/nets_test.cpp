// Whole nets against figures that were worked out by hand or published.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "catch.h"
#include "frontends/dsl/interpreter/expectations.h"
#include "frontends/dsl/net_file.h"
#include "frontends/dsl/syntax/problems.h"
#include "places.h"

namespace macroscope::dsl {
namespace {

/// One line for each expectation that does not hold, and for each error.
std::vector<std::string> broken(const std::string& text) {
  const NetFile file(text);
  std::vector<std::string> broken;
  const auto note_errors = [&](const Diagnostics& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics)
      if (diagnostic.severity == Severity::error) broken.push_back(text_of(diagnostic.origin) + " " + diagnostic.message);
  };
  note_errors(file.diagnostics());
  if (!broken.empty()) return broken;
  std::vector<Analysis> analyses;
  std::vector<AnalysedNet> nets;
  analyses.reserve(file.nets().size());
  for (const std::string_view net : file.nets()) {
    Expansion expansion = file.expand(net, {});
    note_errors(expansion.diagnostics);
    if (!expansion.network) return broken;
    analyses.push_back(analyze(std::move(*expansion.network), std::move(expansion.diagnostics)));
    nets.push_back({std::string(net), &analyses.back(), expansion.record});
  }
  const std::vector<ExpectationResult> results = check_expectations(file.content(), nets);
  CHECK(results.size() == file.expectation_count());
  for (const ExpectationResult& result : results)
    if (result.outcome != ExpectationOutcome::holds)
      broken.push_back(result.text + ": " + result.left + " against " + result.right + " " + result.why);
  return broken;
}

/// Of the text, of its nets, and of its expectations.
Diagnostics errors(const std::string& text) {
  const NetFile file(text);
  Diagnostics errors;
  const auto note = [&](const Diagnostics& diagnostics) {
    std::copy_if(diagnostics.begin(), diagnostics.end(), std::back_inserter(errors),
                 [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
  };
  note(file.diagnostics());
  if (!errors.empty()) return errors;
  std::vector<Analysis> analyses;
  std::vector<AnalysedNet> nets;
  analyses.reserve(file.nets().size());
  for (const std::string_view net : file.nets()) {
    Expansion expansion = file.expand(net, {});
    note(expansion.diagnostics);
    if (!expansion.network) return errors;
    analyses.push_back(analyze(std::move(*expansion.network), std::move(expansion.diagnostics)));
    nets.push_back({std::string(net), &analyses.back(), expansion.record});
  }
  for (const ExpectationResult& result : check_expectations(file.content(), nets))
    if (result.mistake) errors.push_back(*result.mistake);
  return errors;
}

const std::vector<std::string> kNothing;

TEST_CASE("a 1x1 bottleneck saves 89.67 percent of a 5x5 convolution") {
  // 28*28*32*25*192; 28*28*16*192 + 28*28*32*25*16
  CHECK(broken(R"(
net direct(C = 192, S = 28) {
  input x: [1, C, S, S]
  output y = x -> conv(32, 5, pad = same, bias = false)
  expect macs == 120_422_400
}
net bottleneck(C = 192, S = 28, r = 16) {
  input x: [1, C, S, S]
  output y = x -> conv(r, 1, bias = false) -> conv(32, 5, pad = same, bias = false)
  expect macs == 12_443_648
  expect macs("conv") == 2_408_448
  expect macs("y") == 10_035_200
}
compare direct bottleneck
expect saving(direct, bottleneck, macs) == 89.67%
expect macs(direct) / macs(bottleneck) == 9.68
)") == kNothing);
}

TEST_CASE("a dense block with letters for sizes grows by k channels a layer") {
  CHECK(broken(R"(
block dense_layer(x, k) {
  h = x -> bn -> relu -> conv(k, 3, pad = same, bias = false)
  return concat(x, h)
}
net dense_block(c, k, L) {
  input x: [1, c, 56, 56]
  repeat L { x = x -> dense_layer(k) }
  output x
  expect channels(x) == c + k * L
}
)") == kNothing);
}

TEST_CASE("the dense block of three layers, and its residual twin") {
  // 9*24*(32 + 56 + 80) weights, 2*(32 + 56 + 80) of the norms; 2*9*32*32
  CHECK(broken(R"(
block dense_layer(x, k) {
  h = x -> bn -> relu -> conv(k, 3, pad = same, bias = false)
  return concat(x, h)
}
net dense {
  input x: [1, 32, 28, 28]
  repeat 3 { x = x -> dense_layer(24) }
  output x
  expect channels(x) == 104
  expect params == 36_288 + 336
  expect macs == 28_449_792
  expect macs("repeat[1]/dense_layer/h") == 784 * 9 * 32 * 24
  expect macs("repeat[1]/dense_layer/conv") == 784 * 9 * 32 * 24
  expect params("repeat[2]/dense_layer") == 9 * 56 * 24 + 2 * 56
}
net residual {
  input x: [1, 32, 28, 28]
  h = x -> conv(32, 3, pad = same, bias = false) -> conv(32, 3, pad = same, bias = false)
  output y = add(x, h)
  expect params == 18_432
  expect macs == 14_450_688
}
)") == kNothing);
}

TEST_CASE("three dilated convolutions see 3(wd - d + 1) positions") {
  CHECK(broken(R"(
net three_dilated(w, d, N) {
  input x: [1, 1, N]
  output y = x -> conv(1, w - 1, dilation = d - 1)
               -> conv(1, w, dilation = d)
               -> conv(1, w + 1, dilation = d + 1)
  expect receptive_field(y) == 3 * (w * d - d + 1)
}
)") == kNothing);
}

TEST_CASE("a side output is left out of the totals") {
  CHECK(broken(R"(
net heads {
  input x: [1, 8]
  t = x -> dense(4, bias = false)
  side output a = t -> dense(3, bias = false)
  output y = t -> dense(2, bias = false)
  expect params == 8 * 4 + 4 * 2
  expect params("a") == 4 * 3
  expect macs == 8 * 4 + 4 * 2
}
)") == kNothing);
}

TEST_CASE("a shared instance stores its weights once") {
  CHECK(broken(R"(
block encoder(x, width) {
  return x -> dense(width) -> relu
}
net siamese {
  input a: [1, 8]
  input b: [1, 8]
  shared enc = encoder(4)
  output y = add(a -> enc, b -> enc)
  expect params == 9 * 4
  expect macs == 2 * 8 * 4
}
)") == kNothing);
}

TEST_CASE("loops, conditions, indices and several results") {
  // A U of three levels: the encoder keeps its maps by level, the decoder takes them from the deepest up.
  CHECK(broken(R"(
net small_u(w = 4, deep = true) {
  input x: [1, 3, 32, 32]
  for i in 1..2 {
    x = x -> conv(w * 2^(i - 1), 3, pad = same)
    skip[i] = x
    x = x -> maxpool(2)
  }
  if deep { x = x -> conv(w * 4, 3, pad = same) } else { x = x -> relu }
  for i in 2 downto 1 {
    x = x -> conv_transpose(w * 2^(i - 1), 2, stride = 2)
    x = concat(skip[i], x) -> conv(w * 2^(i - 1), 3, pad = same)
  }
  p, q = x -> split(2)
  output y = add(p, q)
  expect shape(y) == [1, 2, 32, 32]
  expect params("for[1]/conv") == (3 * 9 + 1) * 4
  for (c, n) in [(8, 1), (16, 2)] { let t = c * n }
  expect t == 32
}
)") == kNothing);
}

TEST_CASE("an expectation that does not hold says both sides and the difference") {
  const NetFile file("net a {\n  input x: [1, 8]\n  output y = x -> dense(4)\n  expect params == 35\n}\n");
  Expansion expansion = file.expand("a", {});
  REQUIRE(expansion.network);
  const Analysis analysis = analyze(std::move(*expansion.network), {});
  const std::vector<ExpectationResult> results = check_expectations(file.content(), {{"a", &analysis, expansion.record}});
  REQUIRE(results.size() == 1);
  CHECK(results.front().outcome == ExpectationOutcome::fails);
  CHECK(results.front().left == "36");
  CHECK(results.front().right == "35");
  CHECK(results.front().difference == "1");
  CHECK(results.front().origin.line == 4);
}

TEST_CASE("mistakes in nets are found at their lines") {
  struct Malformed {
    std::string text;
    std::string begins;
  };
  const std::vector<Malformed> cases{
      {"net a {\n  input x: [1, 8]\n  output y = x -> dens(4)\n}", "3:19 there is no layer or block 'dens'"},
      {"net a {\n  input x: [1, 8]\n  output y = z -> dense(4)\n}", "3:14 nothing is called 'z' here"},
      {"net a {\n  input x: [1, 8]\n  output y = x -> dense(n)\n}", "3:25 nothing is called 'n' here"},
      {"net a {\n  input x: [1, 8]\n  y = x -> dense(4)\n}", "1:5 net 'a' has no output"},
      {"net a {\n  input x: [1, 8]\n  relu = x\n  output x\n}", "3:3 'relu' is a layer, and cannot name anything else"},
      {"net a {\n  input x: [1, 8]\n  let n = 7 / 2\n  output x\n}", "3:11 7 / 2 is not a whole number"},
      {"net a {\n  input x: [1, 8]\n  n = 3\n  output x\n}", "3:7 expected a tensor, found the number 3"},
      {"net a {\n  input x: float33[1, 8]\n  output x\n}", "2:12 there is no element type 'float33'"},
      {"block b(x) {\n  return x -> b\n}\nnet a {\n  input x: [1, 8]\n  output y = x -> b\n}", "2:15 block 'b' calls itself"},
      {"block b(x, k) {\n  return x -> dense(k)\n}\nnet a {\n  input x: [1, 8]\n  output y = x -> b\n}",
       "6:19 block 'b' is not given 'k'"},
      {"net a(n) {\n  input x: [1, 8]\n  if n == 2 { x = x -> relu }\n  output x\n}",
       "3:6 whether n == 2 holds depends on a symbol"},
      {"net a {\n  input x: [1, 8]\n  y = skip[1]\n  output x\n}", "3:7 nothing is called 'skip' here"},
      {"net a {\n  input x: [1, 8]\n  output x\n  output x\n}", "4:10 'x' is an output already"},
      {"net a {\n  input x: [1, 8]\n  return x\n}", "3:3 'return' ends a block, and this is a net"},
      {"net a { input x: [1] output x }", "1:22 expected the end of the line after the input, found the word 'output'"},
  };
  for (const Malformed& malformed : cases) {
    CAPTURE(malformed.text);
    const std::vector<std::string> mistakes = broken(malformed.text);
    REQUIRE_FALSE(mistakes.empty());
    CHECK(mistakes.front() == malformed.begins);
  }
}

TEST_CASE("further networks have their published figures") {
  // Parameters and MACs of torchvision's and of the papers; those of the recurrent and the dilated net by hand.
  std::ifstream file(testing::source_directory() + "/tests/frontends/dsl/published.net");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(text.empty());
  CHECK(broken(text) == kNothing);
}

TEST_CASE("an expectation may hold where no symbol is 0, and says so") {
  const std::string text = R"(
net tcn(c, k, n = 4, N = 256) {
  input x: [1, c, N]
  for i in 0..n - 1 {
    x = add(x, x -> conv(c, k, dilation = 2^i, pad = causal) -> relu -> conv(c, k, dilation = 2^i, pad = causal) -> relu) -> relu
  }
  output x
  expect receptive_field(x) == 1 + 2 * (k - 1) * (2^n - 1)
}
)";
  CHECK(broken(text) == kNothing);
  const NetFile file(text);
  Expansion expansion = file.expand("tcn", {});
  const Analysis analysis = analyze(std::move(*expansion.network), std::move(expansion.diagnostics));
  CHECK(check_expectations(file.content(), {{"tcn", &analysis, expansion.record}}).front().why == "where no symbol is 0");
}

TEST_CASE("a list that has a name has elements") {
  CHECK(broken(R"(
net a {
  input x: [1, 8, 20, 20]
  up = x -> maxpool(2)
  let s = shape(x)
  let o = (s[2] - shape(up)[2]) / 2
  output y = x -> crop([0, 0, o, o, 0, 0, o, o])
  expect shape(y) == [1, 8, 10, 10]
  expect s[3] == 20
}
)") == kNothing);
}

TEST_CASE("figures of layers in a symbolic repeat are those of all rounds") {
  CHECK(broken(R"(
net encoder(L, M, d = 64) {
  input x: [1, 10, d]
  repeat L {
    x = x -> dense(4 * d) as up -> relu -> dense(d) as down
    repeat M { x = x -> dense(d) as inner }
  }
  output x
  expect macs("repeat/up") == L * 10 * d * 4 * d
  expect params("repeat/up") == L * (d + 1) * 4 * d
  expect macs("repeat/repeat/inner") == L * M * 10 * d * d
  expect macs("repeat") == macs("repeat/up") + macs("repeat/down") + macs("repeat/repeat")
  expect fan_in("repeat/up") == d
}
net dense_block(c, k, L) {
  input x: [1, c, 8, 8]
  repeat L { x = concat(x, x -> conv(k, 1, bias = false)) }
  output x
  expect macs("repeat/conv") == macs
}
)") == kNothing);
}

TEST_CASE("a step of training through a symbolic repeat costs what its rounds cost one by one") {
  const NetFile file(R"(
net transformer(L, d = 64) {
  input x: [1, 10, d]
  x = x -> dense(d)
  repeat L {
    x = add(x, x -> attention(4)) -> layer_norm
    x = x -> dense(4 * d) -> relu -> dense(d)
  }
  output x
}
net dense_block(L, k = 3) {
  input x: [1, 4, 8, 8]
  x = x -> conv(5, 3, pad = same)
  repeat L { x = concat(x, x -> bn -> relu -> conv(k, 3, pad = same, bias = false)) }
  output y = x -> conv(2, 1)
}
net chain(L) {
  input x: [1, 4, 8, 8]
  x = x -> conv(4, 3, pad = same)
  repeat L { x = x -> conv(4, 3, pad = same) -> relu }
  output y = x -> conv(2, 1)
}
)");
  for (const std::string_view net : file.nets()) {
    const Analysis closed = analyze(*file.expand(net, {}).network, {});
    for (const int rounds : {1, 2, 3, 5}) {
      NetSettings settings;
      settings.numbers["L"] = Dim(rounds);
      const Training one_by_one = analyze(*file.expand(net, settings).network, {}).training();
      const auto at = [&](const Dim& figure) { return figure.substitute({{"L", Dim(rounds)}}); };
      CAPTURE(net, rounds);
      CHECK(at(closed.training().macs) == one_by_one.macs);
      CHECK(at(closed.training().total.input_macs) == one_by_one.total.input_macs);
      CHECK(at(closed.training().learned_parameters) == one_by_one.learned_parameters);
      CHECK(at(closed.training().gradient_bytes) == one_by_one.gradient_bytes);
      CHECK(at(closed.training().optimizer_bytes) == one_by_one.optimizer_bytes);
      CHECK(at(closed.training().saved_bytes) == one_by_one.saved_bytes);
    }
  }
}

TEST_CASE("what is a habit from elsewhere is told how it is written here, once") {
  struct Habit {
    std::string text;
    std::string mistake;
    std::string help;
  };
  const std::vector<Habit> cases{
      {"net a {\n  input x: [1, 8]\n  output y = x.relu\n}", "3:15 the language has no sign '.'",
       "layers are applied by '->': x -> conv(8, 3)"},
      {"net a {\n  input x: [1, 8]\n  output y = x | relu\n}", "3:16 the language has no sign '|'",
       "write 'or', and '->' to apply a layer"},
      {"net a {\n  input x: [1, 8]\n  output y = x → relu\n}", "3:16 the language has no sign '→'", "write '->'"},
      {"net a {\n  input x: [1, 8]\n  let n = 5 − 4\n}", "3:13 the language has no sign '−'", "write '-'"},
      {"net a {\n  input x: [1, 8]\n  output y = x => relu\n}", "3:16 expected the end of the line after the output, found '='",
       "layers are applied by '->'"},
      {"net a {\n  input x: [1, 8]\n  output y = dense(8)(x)\n}", "3:22 expected the end of the line after the output, found '('",
       "a layer takes its input first: x -> conv(8, 3), or conv(x, 8, 3)"},
      {"net a {\n  input x: [1, 8]\n  for i in 1...4 { x = x -> relu }\n}", "3:15 the language has no sign '.'",
       "a range has two dots: 1..4"},
      {"net a {\n  input x: [1, 8]\n  for i in range(4) { x = x -> relu }\n  output x\n}",
       "3:12 there is no layer or block 'range'", "a range is written 1..4, and holds both ends"},
      {"net a {\n  input x: [1, 8]\n  while true { x = x -> relu }\n  output x\n}", "3:3 expected a statement, found 'while'",
       "repeat 3 { } and for i in 1..3 { } do what is done again"},
      {"def f(x) {\n  return x\n}\n", "1:1 expected 'net', 'block', 'compare' or 'expect', found 'def'",
       "a part that is used several times is a block: block NAME(x) {"},
      {"net a {\n  // the map\n  input x: [1, 8]\n  output x\n}", "2:3 expected a statement, found '/'",
       "a comment begins with #"},
      {"net a {\n  input x\n  output x\n}", "2:10 expected ':' before the dims, found the end of the line",
       "all axes are written, batch first: x: [1, 3, 224, 224]"},
      {"net a {\n  input x: [1, 3, 8, 8]\n  output y = x -> conv(8, 3, padding = 1)\n}",
       "3:30 conv: there is no parameter 'padding'", "did you mean 'pad'?"},
      {"net a {\n  input x: [1, 3, 8, 8]\n  output y = x -> conv(8, 3, pad = full)\n}", "3:36 nothing is called 'full' here",
       "pad is a number, a list of begins and ends, same, valid or causal"},
      {"net a {\n  input x: [1, 3, 8, 8]\n  output y = x -> Conv2d(8, 3)\n}", "3:19 there is no layer or block 'Conv2d'",
       "did you mean 'conv'?"},
      {"net a {\n  input x: [1, 8]\n  output y = x -> rleu\n}", "3:19 there is no layer or block 'rleu'", "did you mean 'relu'?"},
      {"net a {\n  input x: [1, 8]\n  output y = x -> Softmax(axes = -1)\n}", "3:27 Softmax: there is no attribute 'axes'",
       "did you mean 'axis'?"},
      {"net a {\n  input x: [1, 8]\n  output y = x -> Relu(alpha = 1)\n}", "3:24 Relu: there is no attribute 'alpha'",
       "Relu has none"},
      {"net a {\n  input x: [1, 8]\n  output y = x -> dense(4)\n  expect parms == 36\n}", "4:10 nothing is called 'parms' here",
       "did you mean 'params'?"},
      {"net a {\n  input x: [1, 8]\n  output y = x -> dense(4)\n  expect macs(\"dnse\") == 32\n}",
       "4:15 net 'a' has no layer 'dnse'", "did you mean 'dense'?"},
      {"net a {\n  input x: [1, 8]\n  output y = z -> relu\n}", "3:14 nothing is called 'z' here", "known here: x"},
      {"block f(x) {\n  return x\n}\n", "1:1 the file holds no net", "a network begins with: net NAME {"},
  };
  for (const Habit& habit : cases) {
    CAPTURE(habit.text);
    const Diagnostics mistakes = errors(habit.text);
    REQUIRE(mistakes.size() == 1);
    CHECK(text_of(mistakes.front().origin) + " " + mistakes.front().message == habit.mistake);
    CHECK(mistakes.front().help == habit.help);
  }
}

TEST_CASE("a brace that is missing is looked for where lines do not stand below each other") {
  const Diagnostics mistakes = errors("net a {\n  input x: [1, 8]\n  repeat 3 {\n    x = x -> relu\n  output x\n}\n");
  REQUIRE(mistakes.size() == 1);
  REQUIRE(mistakes.front().notes.size() == 2);
  CHECK(mistakes.front().notes[1].origin.line == 6);
}

TEST_CASE("a text may begin with a byte order mark") {
  CHECK(broken("\xEF\xBB\xBFnet a {\r\n\tinput x: [1, 8]\r\n\toutput y = x -> relu\r\n}\r\n") == kNothing);
}

TEST_CASE("a tensor that no machine can number is refused where it is made") {
  const auto first = [](const std::string& net) {
    const std::vector<std::string> mistakes = broken(net);
    REQUIRE_FALSE(mistakes.empty());
    return mistakes.front();
  };
  CHECK(first("net a {\n  input x: [1, 10, 1_000_000_000_000_000_000_000]\n  output y = x -> relu\n}\n") ==
        "2:3 'x' would have the shape [1, 10, 1000000000000000000000], of more bytes than can be numbered");
  CHECK(first("net a {\n  input x: [1, 4]\n  output y = x -> dense(1_000_000_000_000_000_000)\n}\n").starts_with("3:19 dense: "));
  CHECK(first("net a {\n  input x: [1, 4]\n  repeat 70 { x = concat(x, x) }\n  output x\n}\n")
            .find("has more bytes than can be numbered") != std::string::npos);
  CHECK(first("net a(n) {\n  input x: [1, 4]\n  output y = x -> dense(n * 2^120) -> dense(n * 2^120)\n}\n").find("more bytes") !=
        std::string::npos);
}

TEST_CASE("what loops ask for is bounded") {
  const auto first = [](const std::string& body) {
    const std::vector<std::string> mistakes = broken("net a {\n  input x: [1, 8]\n" + body + "  output x\n}\n");
    REQUIRE_FALSE(mistakes.empty());
    return mistakes.front();
  };
  CHECK(first("  let a = [1, 2]\n  repeat 200 { let a = [a, a] }\n") == "4:24 a list holds more than 10000 elements");
  CHECK(first("  let a = [1]\n  repeat 1_000_000 { let a = [a] }\n") == "4:30 more than 50000000 expressions are worked out");
  CHECK(first("  for i in 1..9_000 {\n    s[i] = x\n    expect shape(s[i]) == [1, 8]\n  }\n") ==
        "5:5 the expectations up to here look back at more than 500000 names");
  std::string names;
  for (int i = 0; i < 20'000; ++i) names += fmt::format("  let n{} = 1\n", i);
  std::string repeats;
  for (int i = 0; i < 2'000; ++i) repeats += "  repeat L { x = x -> relu }\n";
  CHECK(broken("net a(L) {\n  input x: [1, 8]\n" + names + repeats + "  output x\n}\n")
            .front()
            .ends_with("more than 50000000 expressions are worked out"));
}

TEST_CASE("what long names and texts ask for is bounded") {
  const std::string name(100'000, 'b');
  const std::string nested = "block t(x) { return x }\nblock " + name + "(x) {\n  repeat 10_000 { x = x -> t }\n  return x\n}\n";
  const std::string net = "net a {\n  input x: [1, 8]\n";
  CHECK(broken(nested + net + "  x = x -> " + name + "\n  output x\n}\n").front().ends_with("take more than 200000000 bytes"));
  const std::string text = net + "  let w = \"" + name + "\"\n";
  CHECK(broken(text + "  let a = [w, w, w, w]\n  output x\n}\n").front() == "4:11 a list holds more than 10000 elements");
  CHECK(broken(text + "  for i in 1..100_000 { let v = w }\n  output x\n}\n").front().ends_with("expressions are worked out"));
}

TEST_CASE("loops that stand below each other in masses are named as fast as the first ones") {
  std::string loops;
  for (int i = 0; i < 8'000; ++i) loops += "  repeat 1 { x = x -> relu }\n";
  CHECK(broken("net a {\n  input x: [1, 8]\n" + loops + "  output x\n}\n") == kNothing);
}

TEST_CASE("reading takes no longer for lines, comments and signs that come in masses") {
  constexpr std::size_t kMany = 2'000'000;
  const std::string net = "net a {\n  input x: [1, 8]\n  output y = x -> relu\n}\n";
  CHECK(broken(std::string(kMany, '\n') + net) == kNothing);
  std::string comments;
  while (comments.size() < kMany) comments += "#\n";
  CHECK(broken(comments + net) == kNothing);
  CHECK(broken(std::string(kMany, '\xBF') + net).size() == Problems::kMaxErrors);
}

TEST_CASE("a loop without end is ended") {
  CHECK_FALSE(broken("net a {\n  input x: [1, 8]\n  repeat 1_000_000_000_000 { let n = 1 }\n  output x\n}").empty());
}

}  // namespace
}  // namespace macroscope::dsl
