#include <algorithm>
#include <sstream>

#include "catch.h"
#include "reports/formats/formats.h"
#include "reports/formats/text_table.h"
#include "reports/kinds/analysis_report.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/unicode.h"
#include "sample_models.h"

namespace macroscope {
namespace {

std::string text_of(const Analysis& analysis, const ReportOptions& options, const TextOptions& text) {
  TextSink sink;
  const Figures figures(analysis, "m.onnx");
  DocumentOptions document;
  document.text = text;
  document.has_details = true;
  format_named("text")->make(sink, document)->add(report_of(figures, options));
  return sink.text();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("Lines fit the window wherever names and expressions can be shortened") {
  const int model = GENERATE(0, 1, 2);
  const Analysis analysis = analyze(model == 0   ? testing::small_cnn()
                                    : model == 1 ? testing::incomplete_model()
                                                 : testing::hostile_model(),
                                    {});
  const std::size_t width = GENERATE(80U, 100U, 120U, 200U);
  for (const std::string& line : lines_of(text_of(analysis, {}, {width, false}))) {
    INFO(line);
    CHECK(columns_of(line) <= width);
  }
}

TEST_CASE("A number is shown whole in the narrowest window") {
  testing::NetworkBuilder net;
  net.input("x", {1, 64, 1024, 1024}).weight("w", {64, 64, 3, 3}).node("Conv", {"x", "w"}, {"y"});
  const std::string text = text_of(analyze(net.take(), {}), {}, {40, false});
  CHECK_THAT(text, test::contains_text("38,503,858,176"));  // 64*1022*1022*64*9
}

TEST_CASE("Text without color holds no escape, with color no text of the model does") {
  const Analysis analysis = analyze(testing::hostile_model(), {});
  CHECK(text_of(analysis, {}, {100, false}).find('\x1b') == std::string::npos);
  const std::string colored = text_of(analysis, {}, {100, true});
  CHECK(colored.find("\x1b[1m") != std::string::npos);
  CHECK(colored.find("\x1b[31m") == std::string::npos);
}

TEST_CASE("Color changes nothing but color") {
  const Analysis analysis = analyze(testing::small_cnn(), {});
  std::string colored = text_of(analysis, {}, {100, true});
  for (std::size_t begin = colored.find('\x1b'); begin != std::string::npos; begin = colored.find('\x1b'))
    colored.erase(begin, colored.find('m', begin) - begin + 1);
  const std::string plain = text_of(analysis, {}, {100, false});
  CHECK(lines_of(colored).size() == lines_of(plain).size());
  for (std::size_t i = 0; i < lines_of(plain).size(); ++i)
    CHECK_THAT(lines_of(colored)[i], test::contains_text(lines_of(plain)[i]));
}

TEST_CASE("What could not be costed stands before every total, and totals say that they are bounds") {
  const std::string text = text_of(analyze(testing::incomplete_model(), {}), {}, {100, false});
  CHECK(text.find("could not be costed") < text.find("MACs"));
  CHECK(text.find("acme:WindowMix") < text.find("MACs"));
  CHECK_THAT(text, test::contains_text(">= 112,896"));  // 8*14*14*8*9
}

TEST_CASE("Names are shortened in their middle") {
  CHECK(shortened_in_middle("short", 10) == "short");
  CHECK(shortened_in_middle("encoder/layer.11/attention/MatMul", 16) == "encod…ion/MatMul");
  CHECK(columns_of(shortened_in_middle("中文中文中文中文中文", 9)) <= 9);
  CHECK(shortened_in_middle("abc", 1) == "…");
}

TEST_CASE("Long lines break at spaces") {
  CHECK(wrapped("a*N + b*M + c", 7, 2) == "a*N +\n  b*M + c");
  CHECK(wrapped("unbreakable word", 4, 0) == "unbreakable\nword");
}

TEST_CASE("A diagnostic says what, where and what helps") {
  const Diagnostic node{Severity::error, "shape-mismatch", "axis 1 is 5, not 6", NodeOrigin{"", 17, "layer1\x1b", "Conv"},
                        "check the export"};
  CHECK(text_of(node, "m.onnx", {}) ==
        "error[shape-mismatch]: axis 1 is 5, not 6\n  --> m.onnx: node 17 'layer1\\x1b' (Conv)\nhelp: check the export\n");
  const Diagnostic line{Severity::warning, "unused", "x is not used", TextOrigin{3, 7, 2, "input xy : f32"}, ""};
  CHECK(text_of(line, "n.net", {}) ==
        "warning[unused]: x is not used\n  --> n.net:3:7\n   3 | input xy : f32\n     |       ^^\n");
}

}  // namespace macroscope
