// HTML elements: how do the parts of a report look in HTML?  Readable without any script or style.
#pragma once

#include <string>
#include <string_view>

#include "reports/document/report.h"
#include "reports/notation/sink.h"

namespace macroscope {

/// What a section of the page says about a table besides its content; each an attribute that the script reads.
struct HtmlTable {
  std::string_view id;
  std::string_view label;
  /// Of the element: space-separated class names.
  std::string_view classes = "data";
  /// Ids of columns that are shown first, separated by spaces; empty: all.
  std::string_view shown{};
  /// Levels that are open first.
  std::size_t depth = 0;
  /// The style sheet knows which of its columns are no numbers: with thousands of rows their cells need not say so one by one.
  bool is_known_to_style = false;
};

void write_html_table(const Table& table, const HtmlTable& how, Sink& sink);

/// A section with its heading.  `id` of the element: `prefix` and the section's own.
void write_html_section(const Section& section, std::string_view prefix, Sink& sink);

}  // namespace macroscope
