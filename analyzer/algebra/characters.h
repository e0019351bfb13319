// Characters of names and numbers in texts of this program: ASCII, whatever the locale.
#pragma once

namespace macroscope {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
/// An underscore is one, as in names of symbols.
[[nodiscard]] constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
/// What may follow the first letter of a name.
[[nodiscard]] constexpr bool is_word(char c) noexcept { return is_letter(c) || is_digit(c); }

}  // namespace macroscope
