// How is a text of a model written into a format so that it stays text?  One function a format; everything from a model passes through it.
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

/// A CSV cell; one that a spreadsheet would take for a formula begins with an apostrophe.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace macroscope
