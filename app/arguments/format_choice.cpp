#include "app/arguments/format_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/arguments/command_line.h"
#include "app/arguments/usage_error.h"

namespace macroscope {

FormatChoice::FormatChoice(std::initializer_list<Part> parts) {
  for (const Format& format : formats())
    if (std::find(parts.begin(), parts.end(), format.part) != parts.end()) formats_.push_back(&format);
}

std::string FormatChoice::names() const {
  std::string text;
  for (std::size_t i = 0; i < formats_.size(); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == formats_.size() ? " or " : ", ", formats_[i]->name);
  return text;
}

std::string FormatChoice::endings() const {
  std::string text;
  for (const Format* format : formats_) text += fmt::format("{}{}", text.empty() ? "" : " ", format->ending);
  return text;
}

const Format& FormatChoice::named(std::string_view word) const {
  std::vector<std::string_view> known;
  for (const Format* format : formats_) {
    if (format->name == word) return *format;
    known.push_back(format->name);
  }
  refuse_word("--format", word, known);
}

const Format& FormatChoice::of_file(std::string_view path) const {
  for (const Format* format : formats_)
    if (path.ends_with(format->ending)) return *format;
  std::vector<std::string_view> known;
  for (const Format* format : formats_) known.push_back(format->ending);
  throw UsageError(fmt::format("no format has the ending of {}", path), fmt::format("one of: {}", fmt::join(known, ", ")));
}

}  // namespace macroscope
