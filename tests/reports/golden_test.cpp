#include <clocale>

#include "catch.h"
#include "golden.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/web/web_assets.h"
#include "sample_models.h"

namespace macroscope {
namespace {

std::string document_of(Network network, std::string_view format, const DocumentOptions& options = {}, std::size_t depth = 0) {
  const Analysis analysis = analyze(std::move(network), {});
  const Figures figures(analysis, "models/sample.onnx");
  TextSink sink;
  const auto document = format_named(format)->make(sink, options);
  ReportOptions report;
  report.depth = depth;
  document->add(report_of(figures, report));
  document->finish();
  return sink.text();
}

/// A page without its style and its script, which have files of their own.
std::string page_of(Network network) {
  std::string page = document_of(std::move(network), "html");
  for (const std::string_view part : {kReportStyle, kReportScript}) {
    const std::size_t at = page.find(part);
    REQUIRE(at != std::string::npos);
    page.erase(at, part.size());
  }
  const std::size_t policy = page.find("<meta http-equiv");
  page.erase(policy, page.find('\n', policy) - policy);
  return page;
}

DocumentOptions at_width(std::size_t width) {
  DocumentOptions options;
  options.text.width = width;
  options.is_apart = true;
  return options;
}

}  // namespace

TEST_CASE("golden: reports of small models") {
  testing::check_golden("small_80.txt", document_of(testing::small_cnn(), "text", at_width(80)));
  testing::check_golden("small_120.txt", document_of(testing::small_cnn(), "text", at_width(120)));
  testing::check_golden("small_200.txt", document_of(testing::small_cnn(), "text", at_width(200)));
  testing::check_golden("small_modules.txt", document_of(testing::small_cnn(), "text", at_width(100), 2));
  testing::check_golden("small.md", document_of(testing::small_cnn(), "markdown", at_width(100)));
  testing::check_golden("small.json", document_of(testing::small_cnn(), "json"));
  testing::check_golden("small.tex", document_of(testing::small_cnn(), "latex"));
  testing::check_golden("small.csv", document_of(testing::small_cnn(), "csv"));
  testing::check_golden("small.html", page_of(testing::small_cnn()));
  testing::check_golden("small.dot", document_of(testing::small_cnn(), "dot"));
  testing::check_golden("small.svg", document_of(testing::small_cnn(), "svg"));
}

TEST_CASE("golden: reports that are incomplete") {
  testing::check_golden("incomplete.txt", document_of(testing::incomplete_model(), "text", at_width(100)));
  testing::check_golden("incomplete.md", document_of(testing::incomplete_model(), "markdown", at_width(100)));
  testing::check_golden("incomplete.json", document_of(testing::incomplete_model(), "json"));
  testing::check_golden("incomplete.tex", document_of(testing::incomplete_model(), "latex", at_width(100)));
  testing::check_golden("incomplete.csv", document_of(testing::incomplete_model(), "csv"));
  testing::check_golden("incomplete.html", page_of(testing::incomplete_model()));
  testing::check_golden("incomplete.dot", document_of(testing::incomplete_model(), "dot"));
  testing::check_golden("incomplete.svg", document_of(testing::incomplete_model(), "svg"));
}

TEST_CASE("golden: hostile names in every format") {
  testing::check_golden("hostile.txt", document_of(testing::hostile_model(), "text", at_width(100)));
  testing::check_golden("hostile.md", document_of(testing::hostile_model(), "markdown", at_width(100)));
  testing::check_golden("hostile.json", document_of(testing::hostile_model(), "json"));
  testing::check_golden("hostile.tex", document_of(testing::hostile_model(), "latex", at_width(100)));
  testing::check_golden("hostile.csv", document_of(testing::hostile_model(), "csv"));
  testing::check_golden("hostile.html", page_of(testing::hostile_model()));
  testing::check_golden("hostile.dot", document_of(testing::hostile_model(), "dot"));
  testing::check_golden("hostile.svg", document_of(testing::hostile_model(), "svg"));
}

TEST_CASE("The same model gives the same bytes again and in any locale") {
  for (const Format& format : formats()) {
    INFO(format.name);
    const std::string first = document_of(testing::small_cnn(), format.name);
    CHECK(document_of(testing::small_cnn(), format.name) == first);
    for (const char* locale : {"C", "C.UTF-8", "de_DE.UTF-8"}) {
      std::setlocale(LC_ALL, locale);
      CHECK(document_of(testing::small_cnn(), format.name) == first);
    }
    std::setlocale(LC_ALL, "C");
  }
}

}  // namespace macroscope
