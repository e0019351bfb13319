// View of a net: what does an editor show beside a text of the network language?  Everything that one keystroke changes, as one JSON document.
//
//   {"diagnostics": [{"severity", "code", "message", "help", "at": PLACE, "notes": [{"message", "at"}]}],
//    "nets": ["lenet", ...], "shown": "lenet",
//    "expectations": [{"outcome", "net", "text", "left", "right", "difference", "why", "at"}],
//    "totals": {"parameters", "macs", ...}, "html": "..."}
//
// PLACE is {"line", "column", "length"}, in bytes of UTF-8 as diagnostics count them, or null.  `html` is a piece of a page, escaped throughout.
#pragma once

#include <string>
#include <string_view>

namespace macroscope::web {

/// What is drawn of the net: `table`, `worked`, `graph` or `fields`; nothing for any other word.
struct NetRequest {
  std::string text;
  /// Empty: the first net of the text.
  std::string net;
  std::string view;
};

[[nodiscard]] std::string view_of_net(const NetRequest& request);

/// The words of the language: {"keywords": [...], "layers": [{"name", "signature", "parameters": [{"name", "otherwise"}]}], "operators": [...]}.
[[nodiscard]] std::string words_of_language();

}  // namespace macroscope::web
