#include "reports/notation/text_style.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/notation/unicode.h"

namespace macroscope {

std::string styled(std::string_view text, Style style, const TextOptions& options) {
  if (!options.has_color || style == Style::plain || text.empty()) return std::string(text);
  static constexpr std::string_view kCodes[] = {"", "1", "2", "32", "33", "1;31"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(style)], text);
}

std::string shortened_in_middle(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns <= 1) return columns == 1 ? "…" : "";
  struct Piece {
    std::size_t offset;
    std::size_t columns;  // of all characters up to and with this one
  };
  std::vector<Piece> pieces;
  std::size_t width = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character character = first_character(text.substr(offset));
    width += static_cast<std::size_t>(columns_of(character.code));
    pieces.push_back({offset, width});
    offset += character.length;
  }
  const std::size_t head = (columns - 1) / 3;
  const std::size_t tail = columns - 1 - head;
  std::size_t head_end = 0;  // in bytes
  for (const Piece& piece : pieces)
    if (piece.columns > head) {
      head_end = piece.offset;
      break;
    }
  const auto first_of_tail =
      std::find_if(pieces.begin(), pieces.end(), [&](const Piece& piece) { return width - piece.columns <= tail; });
  const std::size_t tail_begin = first_of_tail + 1 == pieces.end() ? text.size() : (first_of_tail + 1)->offset;
  return fmt::format("{}…{}", text.substr(0, head_end), text.substr(tail_begin));
}

std::string padded(std::string text, std::size_t columns, bool to_right) {
  const std::size_t width = columns_of(text);
  if (width >= columns) return text;
  if (to_right) return std::string(columns - width, ' ') + text;
  text.append(columns - width, ' ');
  return text;
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t width = columns_of(word);
    if (used > 0 && used + 1 + width > columns) {
      out += '\n';
      out.append(indent, ' ');
      used = 0;
    } else if (used > 0) {
      out += ' ';
      ++used;
    }
    out += word;
    used += width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace macroscope
