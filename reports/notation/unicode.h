// Unicode: which characters does a text of a model consist of, and which may reach a reader as they are?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace macroscope {

/// One character of a text that may not be valid UTF-8.
struct Character {
  char32_t code = 0;
  /// Bytes it takes; of an invalid sequence the bytes that stand for one U+FFFD.
  std::size_t length = 0;
  bool is_valid = false;
};

/// The character at the beginning of `text`, which is not empty.  Overlong forms, surrogates and cut sequences are invalid.
[[nodiscard]] Character first_character(std::string_view text) noexcept;

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// The text with U+FFFD in place of what is no UTF-8.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);
void append_utf8(std::string& text, char32_t code);

/// Characters that would steer a terminal or hide and reorder their neighbours: C0 and C1 controls, bidirectional and other invisible
/// format characters, line and paragraph separators, tags, unassigned planes.
[[nodiscard]] bool is_active(char32_t code) noexcept;

/// Terminal columns of a character: 0 for combining marks, 2 for wide East Asian characters and pictographs.
[[nodiscard]] int columns_of(char32_t code) noexcept;
/// Terminal columns of a text without active characters.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;

}  // namespace macroscope
