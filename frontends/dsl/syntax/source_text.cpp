#include "frontends/dsl/syntax/source_text.h"

#include <algorithm>
#include <utility>

namespace macroscope::dsl {
namespace {

/// Longer lines are not shown: nobody wrote them by hand.
constexpr std::size_t kMaxShownLine = 400;

}  // namespace

SourceText::SourceText(std::string text) : text_(std::move(text)) {
  lines_.push_back(0);
  for (std::uint32_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') lines_.push_back(i + 1);
}

int SourceText::line_of(std::uint32_t position) const noexcept {
  return static_cast<int>(std::upper_bound(lines_.begin(), lines_.end(), position) - lines_.begin());
}

TextOrigin SourceText::origin(Span span) const {
  const int line = line_of(span.begin);
  const auto index = static_cast<std::size_t>(line);
  const std::uint32_t begin = lines_[index - 1];
  std::string_view content = text().substr(begin);
  if (index < lines_.size()) content = content.substr(0, lines_[index] - 1 - begin);
  if (!content.empty() && content.back() == '\r') content.remove_suffix(1);
  const std::uint32_t end = std::min(span.end, begin + static_cast<std::uint32_t>(content.size()));
  TextOrigin origin;
  origin.line = line;
  origin.column = static_cast<int>(span.begin - begin) + 1;
  origin.length = std::max(static_cast<int>(end) - static_cast<int>(span.begin), 1);
  if (content.size() <= kMaxShownLine) origin.source = content;
  return origin;
}

}  // namespace macroscope::dsl
