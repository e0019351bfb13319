// Source text: which line and column is a place of a text, and what is on that line?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope::dsl {

/// Bytes [begin, end) of a text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

[[nodiscard]] inline Span join(Span first, Span last) noexcept { return {first.begin, last.end}; }

/// A text and where its lines begin.
class SourceText {
 public:
  /// Longer texts are refused before they come here.
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;

  explicit SourceText(std::string text);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] std::string_view text(Span span) const noexcept { return text().substr(span.begin, span.end - span.begin); }
  /// Lines and columns are counted from 1, columns in bytes.
  [[nodiscard]] int line_of(std::uint32_t position) const noexcept;
  /// The place as diagnostics show it.  One that goes on over several lines is marked up to the end of its first line.
  [[nodiscard]] TextOrigin origin(Span span) const;
  /// One column of a line that there is.
  [[nodiscard]] TextOrigin origin_at(int line, int column) const {
    const std::uint32_t begin = lines_[static_cast<std::size_t>(line) - 1] + static_cast<std::uint32_t>(column) - 1;
    return origin({begin, begin + 1});
  }

 private:
  std::string text_;
  std::vector<std::uint32_t> lines_;
};

}  // namespace macroscope::dsl
