// Quoted only: does a TOML text have letters beyond ASCII anywhere but in quotes and comments, where the language has none?
//
// The TOML library takes them for granted to be absent there: where it asks whether a letter such as an accented one is a space, it lets the
// compiler assume that nobody asks.  So it first reads a text that has ASCII in their place; only what is TOML then, and has them in the right
// places, is read as it is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace macroscope {

/// In lines and columns as the library counts them, from 1.
struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

/// Every character beyond ASCII in letters and digits, unlike characters differently.
[[nodiscard]] std::string in_ascii(std::string_view text);
/// Where a place of in_ascii(text) is in the text.
[[nodiscard]] TextPlace place_in(std::string_view text, TextPlace in_ascii);

/// The first character beyond ASCII that is neither in quotes nor in a comment, or that a backslash at the end of a line joins to that line.
/// \pre in_ascii(text) is TOML
[[nodiscard]] std::optional<TextPlace> first_unquoted(std::string_view text);

}  // namespace macroscope
