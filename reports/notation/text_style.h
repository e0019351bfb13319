// Terminal style: what may a text report use to stand out, and how is text fitted to columns?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace macroscope {

struct TextOptions {
  /// Columns that a line should not pass.
  std::size_t width = 100;
  bool has_color = false;
  /// Bars may be drawn with block characters.
  bool has_blocks = true;
};

enum class Style { plain, strong, faint, good, warning, error };

/// `text` in a style, where there is color.
[[nodiscard]] std::string styled(std::string_view text, Style style, const TextOptions& options);

/// At most `columns` columns of a text without active characters: its beginning and a longer end, with `…` between.
[[nodiscard]] std::string shortened_in_middle(std::string_view text, std::size_t columns);

/// Filled up with spaces to `columns` columns.
[[nodiscard]] std::string padded(std::string text, std::size_t columns, bool to_right);

/// Breaks a long line at spaces into lines of at most `columns` columns; a word that is longer stands alone.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace macroscope
