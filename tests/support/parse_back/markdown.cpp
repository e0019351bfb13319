#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "parse_back/parse_back.h"

namespace macroscope::testing {
namespace {

/// All the HTML that reports have in Markdown.
constexpr std::array<std::string_view, 9> kTags{"<code>",     "</code>",   "<br>",       "<!-- -->",      "<details>",
                                                "</details>", "<summary>", "</summary>", "<details open>"};

/// A line without its code spans.  Empty, and `is_closed` false, where one does not end.
struct Prose {
  std::string text;
  bool is_closed = true;
};

Prose prose_of(std::string_view line) {
  Prose prose;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '`') {
      prose.text += line[i];
      continue;
    }
    const std::size_t end = line.find('`', i + 1);
    if (end == std::string_view::npos) return {{}, false};
    i = end;
  }
  return prose;
}

Complaint complaint_of_prose(std::string_view text) {
  if (text.find("](") != std::string_view::npos || text.find("![") != std::string_view::npos) return "a link or a picture";
  if (text.find("://") != std::string_view::npos) return "an address";
  std::size_t open = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    if (next == ' ' || (next >= '0' && next <= '9')) continue;  // less than
    const auto* tag =
        std::find_if(kTags.begin(), kTags.end(), [&](std::string_view known) { return text.substr(at).starts_with(known); });
    if (tag == kTags.end()) return fmt::format("no HTML of a report: {}", text.substr(at, 40));
    if (*tag == "<code>") ++open;
    if (*tag == "</code>" && open-- == 0) return "an end of code that did not begin";
  }
  return open == 0 ? Complaint() : "code that does not end on its line";
}

std::size_t bars_of(std::string_view text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '|')); }

}  // namespace

Complaint complaint_of_markdown(std::string_view text) {
  if (Complaint complaint = complaint_of_text(text); !complaint.empty()) return complaint;
  std::size_t number = 0;
  std::size_t columns = 0;  // bars of the table's first line; 0 outside of tables
  bool is_picture = false;
  while (!text.empty()) {
    ++number;
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with("```")) is_picture = !is_picture;
    if (is_picture || line.starts_with("```")) continue;
    const Prose prose = prose_of(line);
    if (!prose.is_closed) return fmt::format("line {}: code that does not end", number);
    if (Complaint complaint = complaint_of_prose(prose.text); !complaint.empty())
      return fmt::format("line {}: {}", number, complaint);
    if (!line.starts_with('|')) {
      columns = 0;
      continue;
    }
    if (columns == 0) columns = bars_of(prose.text);
    if (bars_of(prose.text) != columns) return fmt::format("line {}: a row of another width: {}", number, line.substr(0, 60));
  }
  return is_picture ? "a picture that does not end" : Complaint();
}

}  // namespace macroscope::testing
