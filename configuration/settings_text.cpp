#include "configuration/settings_text.h"

#include <fmt/format.h>

#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "configuration/quoted_only.h"

namespace macroscope {
namespace {

/// More than any file of settings has.  Dotted keys nest as deep as a line is long.
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
constexpr std::size_t kLongestLine = 8192;

}  // namespace

std::optional<toml::table> SettingsText::parse() {
  if (!is_of_sound_size()) return std::nullopt;
  // A mark of the encoding, as some editors put it in front.
  const std::string_view text = text_.starts_with("\xEF\xBB\xBF") ? text_.substr(3) : text_;
  if (!is_ascii(text) && !has_letters_in_quotes_only(text)) return std::nullopt;
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    report(error.source(), std::string(error.description()));
    return std::nullopt;
  }
}

bool SettingsText::has_letters_in_quotes_only(std::string_view text) {
  const auto report_at = [this](const TextPlace& place, std::string message, std::string help) {
    report(TextOrigin{static_cast<int>(place.line), static_cast<int>(place.column), 1,
                      line_of(static_cast<std::uint32_t>(place.line))},
           std::move(message), std::move(help));
  };
  try {
    const toml::table in_ascii_alone = toml::parse(in_ascii(text));
  } catch (const toml::parse_error& error) {
    report_at(place_in(text, {error.source().begin.line, error.source().begin.column}), std::string(error.description()), {});
    return false;
  }
  const std::optional<TextPlace> unquoted = first_unquoted(text);
  if (unquoted)
    report_at(*unquoted, "a letter beyond ASCII stands in quotes or in a comment, and not where a line is continued",
              "put \"...\" around it, on one line");
  return !unquoted;
}

bool SettingsText::is_of_sound_size() {
  if (text_.size() > kMostBytes) {
    report(TextOrigin{1, 1, 1, {}}, fmt::format("{} has 1 MiB at most", kind_.name));
    return false;
  }
  int line = 1;
  for (std::size_t begin = 0; begin < text_.size(); ++line) {
    const std::size_t end = std::min(text_.find('\n', begin), text_.size());
    if (end - begin > kLongestLine) {
      report(TextOrigin{line, 1, 1, {}}, fmt::format("a line of {} has {} characters at most", kind_.name, kLongestLine));
      return false;
    }
    begin = end + 1;
  }
  return true;
}

void SettingsText::report(const toml::source_region& at, std::string message, std::string help) {
  report(origin_of(at), std::move(message), std::move(help));
}

void SettingsText::report(TextOrigin at, std::string message, std::string help) {
  diagnostics_->push_back({Severity::error, kind_.code, std::move(message), std::move(at), std::move(help)});
}

TextOrigin SettingsText::origin_of(const toml::source_region& at) const {
  const bool is_one_line = at.begin.line == at.end.line && at.end.column > at.begin.column;
  return {static_cast<int>(at.begin.line), static_cast<int>(at.begin.column),
          is_one_line ? static_cast<int>(at.end.column - at.begin.column) : 1, line_of(at.begin.line)};
}

std::string SettingsText::line_of(std::uint32_t number) const {
  std::size_t start = 0;
  for (std::uint32_t line = 1; line < number; ++line) {
    start = text_.find('\n', start);
    if (start == std::string_view::npos) return {};
    ++start;
  }
  std::string_view line = text_.substr(start, text_.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

void SettingsText::report_unknown(const toml::key& key, std::string_view whose, std::span<const std::string_view> known) {
  report(key.source(), fmt::format("{} has no key '{}'", whose, key.str()), suggestion_for(key.str(), known));
}

void SettingsText::refuse_other_keys(const toml::table& table, std::string_view whose, std::span<const std::string_view> known) {
  for_each_key(table, whose, known, [](std::string_view /*key*/, const toml::node& /*value*/, const TextOrigin& /*at*/) {});
}

std::string SettingsText::text_of(const toml::node& value, std::string_view key) {
  const auto text = value.value_exact<std::string>();
  if (!text || text->empty()) report(value.source(), fmt::format("'{}' is a text in quotes", key));
  return text.value_or("");
}

const toml::table* SettingsText::table_of(const toml::node& value, std::string_view what) {
  const toml::table* table = value.as_table();
  if (table == nullptr) report(value.source(), fmt::format("{} is a table", what));
  return table;
}

}  // namespace macroscope
