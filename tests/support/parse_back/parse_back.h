// Is a document what its format says it is, with nothing of the model active in it?  A parser for each format that shares no code with what
// writes it.
#pragma once

#include <string>
#include <string_view>

namespace macroscope::testing {

/// The first thing that is wrong with a document, and where it is; empty if it is sound.
using Complaint = std::string;

/// Valid UTF-8 without a character that steers a terminal or hides its neighbours.
[[nodiscard]] Complaint complaint_of_text(std::string_view text);
/// Objects do not have a key twice, and every string is text as above.
[[nodiscard]] Complaint complaint_of_json(std::string_view text);
/// Rows of one length, and no cell that a spreadsheet would work out.
[[nodiscard]] Complaint complaint_of_csv(std::string_view text);
/// Only the elements and attributes that reports are made of, well nested; the one style and script are the program's own.
[[nodiscard]] Complaint complaint_of_html(std::string_view text);
/// The same with every end tag in its place.
[[nodiscard]] Complaint complaint_of_svg(std::string_view text);
/// XML of the elements and attributes that JUnit's reports are made of.
[[nodiscard]] Complaint complaint_of_junit(std::string_view text);
/// Tables of one width, HTML of the few kinds that reports use, no link.
[[nodiscard]] Complaint complaint_of_markdown(std::string_view text);
/// Braces, environments and formulas are balanced, and every command is one that reports use.
[[nodiscard]] Complaint complaint_of_latex(std::string_view text);
/// The part of Graphviz's grammar that graphs of models use.
[[nodiscard]] Complaint complaint_of_dot(std::string_view text);
[[nodiscard]] Complaint complaint_of_toml(std::string_view text);

/// Of a document in a format of reports, by its name: `markdown`.
[[nodiscard]] Complaint complaint_of(std::string_view format, std::string_view text);

}  // namespace macroscope::testing
