#include "reports/formats/formats.h"

#include <algorithm>
#include <iterator>

namespace macroscope {

// A format is a declaration here, a row below, and the file that defines it.
MakeDocument text_document;
MakeDocument markdown_document;
MakeDocument html_document;
MakeDocument latex_document;
MakeDocument json_document;
MakeDocument csv_document;
MakeDocument dot_document;
MakeDocument svg_document;

namespace {

// clang-format off: a line each
constexpr Format kFormats[] = {
    {"text", ".txt", Part::sections, text_document},  {"markdown", ".md", Part::sections, markdown_document},
    {"html", ".html", Part::sections, html_document}, {"latex", ".tex", Part::sections, latex_document},
    {"json", ".json", Part::fields, json_document},   {"csv", ".csv", Part::rows, csv_document},
    {"dot", ".dot", Part::model, dot_document},       {"svg", ".svg", Part::model, svg_document},
};
// clang-format on

}  // namespace

std::span<const Format> formats() noexcept { return kFormats; }

const Format* format_named(std::string_view name) noexcept {
  const auto* found =
      std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& format) { return format.name == name; });
  return found == std::end(kFormats) ? nullptr : found;
}

}  // namespace macroscope
