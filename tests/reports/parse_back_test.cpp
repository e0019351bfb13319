#include "parse_back/parse_back.h"

#include <utility>

#include "catch.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/web/web_assets.h"
#include "sample_models.h"

namespace macroscope::testing {
namespace {

std::string document_of(Network network, std::string_view format, bool has_several = false) {
  const Analysis analysis = analyze(std::move(network), {});
  const Figures figures(analysis, "models/<sample>.onnx");
  DocumentOptions options;
  options.has_several = has_several;
  options.is_apart = true;
  TextSink sink;
  const auto document = format_named(format)->make(sink, options);
  document->add(report_of(figures, ReportOptions()));
  if (has_several) document->add(report_of(figures, ReportOptions()));
  document->finish();
  return sink.take();
}

TEST_CASE("Reports of any model are sound in every format") {
  for (const Format& format : formats()) {
    INFO(format.name);
    CHECK(complaint_of(format.name, document_of(small_cnn(), format.name)) == "");
    CHECK(complaint_of(format.name, document_of(incomplete_model(), format.name)) == "");
    CHECK(complaint_of(format.name, document_of(hostile_model(), format.name)) == "");
    CHECK(complaint_of(format.name, document_of(hostile_model(), format.name, true)) == "");
  }
  CHECK(complaint_of("papyrus", "") != "");
}

/// A document with one piece of it replaced, as if an escape were missing.
std::string with(std::string text, std::string_view piece, std::string_view other) {
  const std::size_t at = text.find(piece);
  REQUIRE(at != std::string::npos);
  return text.replace(at, piece.size(), other);
}

TEST_CASE("A parser complains of markup that is broken or active") {
  const std::string page = document_of(small_cnn(), "html");
  for (const std::string_view hostile :
       {"<img src=x onerror=alert(1)>", "<b onclick=\"x\">small</b>", "<a href=\"javascript:x\">small</a>", "<script>x</script>",
        "<b>small", "small</b>", "a & b", "&nbsp;", "a > b", "\x1b[31m", "\xff"}) {
    INFO(hostile);
    CHECK(complaint_of_html(with(page, "<h1>&#60;sample", "<h1>" + std::string(hostile))) != "");
  }
  CHECK(complaint_of_html(with(page, std::string(kReportScript).substr(0, 20), "alert(1);")) != "");
  CHECK(complaint_of_svg("<svg><g></svg></g>") != "");
  CHECK(complaint_of_svg("<svg width=1></svg>") != "");
  CHECK(complaint_of_svg("<svg><rect x=\"1\"/></svg>") == "");
}

TEST_CASE("A parser complains of LaTeX that is broken or active") {
  const std::string document = document_of(small_cnn(), "latex");
  for (const std::string_view hostile :
       {"\\input{x}", "\\def", "{", "}", "$", "a_b", "#", "%", "^^41", "&", "$\\left($", "\\end{itemize}"}) {
    INFO(hostile);
    CHECK(complaint_of_latex(with(document, "\\section*{small", "\\section*{" + std::string(hostile))) != "");
  }
  CHECK(complaint_of_latex(with(document, "\\section*{small", "\\section*{$a_{\\text{b}}^2$")) == "");
}

TEST_CASE("A parser complains of tables and graphs that are broken or active") {
  CHECK(complaint_of_csv("a,b\n1,2\n") == "");
  for (const std::string_view wrong : {"a,b\n1\n", "a\n=1+1\n", "a\n\"x\n", "a\nx\"y\n", "a\n -x\n", "a\n@x\n", "a", ""})
    CHECK(complaint_of_csv(wrong) != "");
  CHECK(complaint_of_csv("a\n-12\n") == "");

  CHECK(complaint_of_dot("digraph \"a\" { n1 [label=\"x\\ny\"]; n1 -> n2; }\n") == "");
  for (const std::string_view wrong :
       {"digraph \"a\" { n1 [URL=\"x\"]; }", "digraph \"a\" { n1 [label=<x>]; }", "digraph \"a\" { n1 [label=\"\\N\"]; }",
        "digraph \"a\" { n1 [label=\"&lt;\"]; }", "digraph \"a\" {", "digraph \"a\" { } }", "digraph \"a\" { n1 [label=\"x]; }"})
    CHECK(complaint_of_dot(wrong) != "");

  CHECK(complaint_of_markdown("| a | b |\n|---|---|\n| `x<y` | <code>&#60;</code> |\n") == "");
  for (const std::string_view wrong :
       {"| a | b |\n| 1 |\n", "<img>\n", "[a](b)\n", "![a]\n", "`a\n", "<code>a\n", "http://x\n", "```mermaid\n"})
    CHECK(complaint_of_markdown(wrong) != "");
}

TEST_CASE("A parser complains of data that is broken") {
  CHECK(complaint_of_json("{\"a\": [1, 2.5, null, \"x\"]}") == "");
  for (const std::string_view wrong : {"{\"a\":1,\"a\":2}", "{\"a\":}", "[1", "NaN", "", "\"\xff\"", "[] []"})
    CHECK(complaint_of_json(wrong) != "");
  CHECK(complaint_of_toml("a = 1\n") == "");
  CHECK(complaint_of_toml("a = \n") != "");
  CHECK(complaint_of_text("a\n\xe4\xb8\xad") == "");
  for (const std::string_view wrong :
       {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe4\xb8", "\r", "\x7f", "\xc2\x9b", "\xe2\x80\xae"})
    CHECK(complaint_of_text(wrong) != "");
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  CHECK(complaint_of_junit(head + "<testsuites name=\"a\"><testsuite/></testsuites>\n") == "");
  CHECK(complaint_of_junit(head + "<testsuites><b/></testsuites>\n") != "");
}

}  // namespace
}  // namespace macroscope::testing
