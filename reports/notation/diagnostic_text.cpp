#include "reports/notation/diagnostic_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/notation/escape.h"
#include "reports/notation/unicode.h"

namespace macroscope {
namespace {

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return Style::error;
    case Severity::warning:
      return Style::warning;
    case Severity::note:
      break;
  }
  return Style::strong;
}

/// The line of the source and a mark below what is meant: `^` for what is wrong, `-` for what explains it.
std::string source_lines(const TextOrigin& origin, char mark, const TextOptions& options) {
  const std::string number = fmt::format("{:>4}", origin.line);
  const auto before = static_cast<std::size_t>(std::max(origin.column - 1, 0));
  const std::string indent(columns_of(escape_text(std::string_view(origin.source).substr(0, before))), ' ');
  const std::string carets(static_cast<std::size_t>(std::max(origin.length, 1)), mark);
  return fmt::format("{} | {}\n     | {}{}\n", number, escape_text(origin.source), indent,
                     styled(carets, Style::strong, options));
}

/// `zoo.net` of `zoo.net:resnet18`: lines are those of the file.
std::string_view file_of(std::string_view model) {
  constexpr std::string_view kEnding = ".net";
  const std::size_t colon = model.rfind(".net:");
  return colon == std::string_view::npos ? model : model.substr(0, colon + kEnding.size());
}

}  // namespace

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "note";
}

std::string text_of(const Diagnostic& diagnostic, std::string_view file, const TextOptions& options) {
  const std::string head = fmt::format("{}[{}]", name_of(diagnostic.severity), diagnostic.code);
  std::string text =
      fmt::format("{}: {}\n", styled(head, style_of(diagnostic.severity), options), escape_text(diagnostic.message));
  const std::string place = text_of(diagnostic.origin);
  const auto* source = std::get_if<TextOrigin>(&diagnostic.origin);
  if (!file.empty() || !place.empty()) {
    const std::string_view separator = file.empty() || place.empty() ? "" : source != nullptr ? ":" : ": ";
    text += fmt::format("  --> {}{}{}\n", escape_text(source == nullptr ? file : file_of(file)), separator, escape_text(place));
  }
  if (source != nullptr && !source->source.empty()) text += source_lines(*source, '^', options);
  for (const Note& note : diagnostic.notes) {
    text += fmt::format("{}: {}\n", styled("note", Style::strong, options), escape_text(note.message));
    text += fmt::format("  --> {}:{}\n", escape_text(file_of(file)), text_of(note.origin));
    if (!note.origin.source.empty()) text += source_lines(note.origin, '-', options);
  }
  if (!diagnostic.help.empty()) text += fmt::format("help: {}\n", escape_text(diagnostic.help));
  return text;
}

}  // namespace macroscope
