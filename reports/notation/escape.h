// Escaping: how does a text of a model stay text in a format?  One function a format; everything from a model passes through it.
#pragma once

#include <string>
#include <string_view>

namespace macroscope {

/// For a terminal or a plain file: active characters read `\n`, `\x1b`, `\u{202e}`, bytes that are no UTF-8 `\xff`.
[[nodiscard]] std::string escape_text(std::string_view text);

/// The inside of a JSON string.  Bytes that are no UTF-8 become U+FFFD.
void append_json(std::string& out, std::string_view text);

/// A Markdown inline that shows the text and nothing else, in a table or out of it: code where that is possible.
[[nodiscard]] std::string markdown_code(std::string_view text);
/// The same as running text: nothing in it is markup, a link, or a mention.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// Text or a quoted attribute of HTML, SVG and other XML: `<`, `>`, `&` and quotes are entities, active characters readable as for a terminal.
[[nodiscard]] std::string html_text(std::string_view text);

/// A string of DOT, with its quotes; no escape of Graphviz (`\N`, `\l`) and no entity of HTML, which it resolves, comes from the text.
[[nodiscard]] std::string dot_string(std::string_view text);

/// A label of mermaid, with its quotes.  What could be markup or code there becomes an entity of mermaid's own, or a dot in the middle.
[[nodiscard]] std::string mermaid_label(std::string_view text);
/// Running text of LaTeX: nothing in it is a command, long words may break.  Letters that LaTeX cannot be relied on to have read as for a
/// terminal: `\u{4e2d}`.
[[nodiscard]] std::string latex_text(std::string_view text);

/// A CSV cell; one that a spreadsheet would take for a formula begins with an apostrophe.
[[nodiscard]] std::string csv_cell(std::string_view text);

/// The message of a GitHub workflow command, and the value of one of its properties.
[[nodiscard]] std::string github_message(std::string_view text);
[[nodiscard]] std::string github_property(std::string_view text);

/// The inside of a label's value in OpenMetrics.
[[nodiscard]] std::string openmetrics_label(std::string_view text);

}  // namespace macroscope
