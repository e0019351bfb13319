#include "configuration/quoted_only.h"

#include <fmt/format.h>

#include <algorithm>

namespace macroscope {
namespace {

bool is_beyond_ascii(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }
/// Of a character of several bytes, all but the first.
bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// The bytes of the character that begins there.
std::string_view character_at(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  if (is_beyond_ascii(text[begin]))
    while (end < text.size() && is_continuation(text[end])) ++end;
  return text.substr(begin, end - begin);
}

std::string in_letters(std::string_view character) {
  if (!is_beyond_ascii(character.front())) return std::string(character);
  std::string letters = "x";
  for (const char c : character) letters += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return letters;
}

class QuoteScan {
 public:
  explicit QuoteScan(std::string_view text) noexcept : text_(text) {}

  std::optional<TextPlace> first_unquoted() {
    while (at_ < text_.size() && !misplaced_) {
      const char c = text_[at_];
      if (is_beyond_ascii(c)) return place_;
      if (c == '#') {
        skip_to("\n", false);
      } else if (c == '"' || c == '\'') {
        skip_quoted(c);
      } else {
        step();
      }
    }
    return misplaced_;
  }

 private:
  void step() {
    if (text_[at_] == '\n') {
      place_ = {place_.line + 1, 1};
    } else {
      ++place_.column;
    }
    at_ += character_at(text_, at_).size();
  }

  /// Up to the end of the text, where it does not come.
  void skip_to(std::string_view end, bool has_escapes) {
    while (at_ < text_.size() && !text_.substr(at_).starts_with(end)) {
      if (has_escapes && text_[at_] == '\\') {
        skip_escape();
      } else {
        step();
      }
    }
  }

  /// Of what a backslash at the end of a line joins to it, the library asks as well whether it is a space.
  void skip_escape() {
    constexpr std::string_view kSpaces = " \t\r\n";
    step();
    const std::size_t after = at_;
    while (at_ < text_.size() && kSpaces.find(text_[at_]) != std::string_view::npos) step();
    if (at_ == text_.size()) return;
    if (at_ != after && is_beyond_ascii(text_[at_]) && !misplaced_) misplaced_ = place_;
    if (at_ == after) step();
  }

  void skip_quoted(char quote) {
    const bool is_long = text_.substr(at_).starts_with(std::string(3, quote));
    const std::string end(is_long ? 3 : 1, quote);
    for (std::size_t i = 0; i < end.size(); ++i) step();
    skip_to(end, quote == '"');
    // A long text may end with quotes of its own.
    const std::size_t longest = is_long ? 5 : 1;
    for (std::size_t i = 0; i < longest && at_ < text_.size() && text_[at_] == quote; ++i) step();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  TextPlace place_;
  std::optional<TextPlace> misplaced_;
};

}  // namespace

bool is_ascii(std::string_view text) noexcept { return std::none_of(text.begin(), text.end(), is_beyond_ascii); }

std::string in_ascii(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = character_at(text, at);
    result += in_letters(character);
    at += character.size();
  }
  return result;
}

TextPlace place_in(std::string_view text, TextPlace in_ascii) {
  std::size_t begin = 0;
  for (std::size_t line = 1; line < in_ascii.line && begin < text.size(); ++line)
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  std::size_t column = 1, letters = 1;
  while (begin < text.size() && text[begin] != '\n') {
    const std::string_view character = character_at(text, begin);
    letters += in_letters(character).size();
    if (letters > in_ascii.column) break;
    begin += character.size();
    ++column;
  }
  return {in_ascii.line, column};
}

std::optional<TextPlace> first_unquoted(std::string_view text) { return QuoteScan(text).first_unquoted(); }

}  // namespace macroscope
