#include <clocale>

#include "catch.h"
#include "golden.h"
#include "reports/document/document.h"
#include "reports/web/web_assets.h"
#include "sample_models.h"

namespace macroscope {
namespace {

std::string document_of(Network network, Format format, const DocumentOptions& options = {}) {
  const Analysis analysis = analyze(std::move(network), {});
  TextSink sink;
  const auto document = Document::make(format, sink, options);
  document->add(Figures(analysis, "models/sample.onnx"));
  document->finish();
  return sink.text();
}

/// A page without its style and its script, which have files of their own.
std::string page_of(Network network) {
  std::string page = document_of(std::move(network), Format::html);
  for (const std::string_view part : {kReportStyle, kReportScript}) {
    const std::size_t at = page.find(part);
    REQUIRE(at != std::string::npos);
    page.erase(at, part.size());
  }
  const std::size_t policy = page.find("<meta http-equiv");
  page.erase(policy, page.find('\n', policy) - policy);
  return page;
}

DocumentOptions at_width(std::size_t width, std::size_t depth = 0) {
  DocumentOptions options;
  options.text.width = width;
  options.report.depth = depth;
  options.report.has_diagnostics = true;
  return options;
}

}  // namespace

TEST_CASE("golden: reports of small models") {
  testing::check_golden("small_80.txt", document_of(testing::small_cnn(), Format::text, at_width(80)));
  testing::check_golden("small_120.txt", document_of(testing::small_cnn(), Format::text, at_width(120)));
  testing::check_golden("small_200.txt", document_of(testing::small_cnn(), Format::text, at_width(200)));
  testing::check_golden("small_modules.txt", document_of(testing::small_cnn(), Format::text, at_width(100, 2)));
  testing::check_golden("small.md", document_of(testing::small_cnn(), Format::markdown, at_width(100)));
  testing::check_golden("small.json", document_of(testing::small_cnn(), Format::json));
  testing::check_golden("small.tex", document_of(testing::small_cnn(), Format::latex));
  testing::check_golden("small.csv", document_of(testing::small_cnn(), Format::csv));
  testing::check_golden("small.html", page_of(testing::small_cnn()));
  testing::check_golden("small.dot", document_of(testing::small_cnn(), Format::dot));
  testing::check_golden("small.svg", document_of(testing::small_cnn(), Format::svg));
}

TEST_CASE("golden: reports that are incomplete") {
  testing::check_golden("incomplete.txt", document_of(testing::incomplete_model(), Format::text, at_width(100)));
  testing::check_golden("incomplete.md", document_of(testing::incomplete_model(), Format::markdown, at_width(100)));
  testing::check_golden("incomplete.json", document_of(testing::incomplete_model(), Format::json));
  testing::check_golden("incomplete.csv", document_of(testing::incomplete_model(), Format::csv));
  testing::check_golden("incomplete.html", page_of(testing::incomplete_model()));
  testing::check_golden("incomplete.dot", document_of(testing::incomplete_model(), Format::dot));
  testing::check_golden("incomplete.svg", document_of(testing::incomplete_model(), Format::svg));
}

TEST_CASE("golden: hostile names in every format") {
  testing::check_golden("hostile.txt", document_of(testing::hostile_model(), Format::text, at_width(100)));
  testing::check_golden("hostile.md", document_of(testing::hostile_model(), Format::markdown, at_width(100)));
  testing::check_golden("hostile.json", document_of(testing::hostile_model(), Format::json));
  testing::check_golden("hostile.tex", document_of(testing::hostile_model(), Format::latex, at_width(100)));
  testing::check_golden("hostile.csv", document_of(testing::hostile_model(), Format::csv));
  testing::check_golden("hostile.html", page_of(testing::hostile_model()));
  testing::check_golden("hostile.dot", document_of(testing::hostile_model(), Format::dot));
  testing::check_golden("hostile.svg", document_of(testing::hostile_model(), Format::svg));
}

TEST_CASE("The same model gives the same bytes again and in any locale") {
  for (const Format format :
       {Format::text, Format::markdown, Format::json, Format::csv, Format::html, Format::dot, Format::svg}) {
    const std::string first = document_of(testing::small_cnn(), format);
    CHECK(document_of(testing::small_cnn(), format) == first);
    for (const char* locale : {"C", "C.UTF-8", "de_DE.UTF-8"}) {
      std::setlocale(LC_ALL, locale);
      CHECK(document_of(testing::small_cnn(), format) == first);
    }
    std::setlocale(LC_ALL, "C");
  }
}

}  // namespace macroscope
