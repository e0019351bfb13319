// Settings: what do all files of settings share?  TOML of bounded size, known keys, and mistakes with their line.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "configuration/toml.h"

namespace macroscope {

/// A kind of file of settings.
struct SettingsKind {
  /// Of its diagnostics, which keep a view of it: a literal such as `device-file`.
  std::string_view code;
  /// `a device file`
  std::string_view name;
};

/// The text of one file while it is read.  Mistakes are appended to the diagnostics, which must outlive this, as the text must.
class SettingsText {
 public:
  SettingsText(std::string_view text, SettingsKind kind, Diagnostics& diagnostics)
      : text_(text), kind_(kind), diagnostics_(&diagnostics) {}

  /// Empty, and a mistake is reported, where the text is too large or no TOML.
  [[nodiscard]] std::optional<toml::table> parse();

  void report(const toml::source_region& at, std::string message, std::string help = {});
  void report(TextOrigin at, std::string message, std::string help = {});
  [[nodiscard]] TextOrigin origin_of(const toml::source_region& at) const;

  /// Visits each key of a table that may be there with its value and place, and reports the others, with what may have been meant.
  /// \param whose the table's name in messages: `a device`
  template <typename Visit>
  void for_each_key(const toml::table& table, std::string_view whose, std::span<const std::string_view> known, Visit visit) {
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        report_unknown(key, whose, known);
      } else {
        visit(name, value, origin_of(key.source()));
      }
    }
  }
  void refuse_other_keys(const toml::table& table, std::string_view whose, std::span<const std::string_view> known);

  /// A text in quotes that is not empty; empty, and a mistake is reported, if the value is something else.
  [[nodiscard]] std::string text_of(const toml::node& value, std::string_view key);
  /// The table that a value has to be; null, and a mistake is reported, if it is something else.
  [[nodiscard]] const toml::table* table_of(const toml::node& value, std::string_view what);

 private:
  [[nodiscard]] bool is_of_sound_size();
  [[nodiscard]] bool has_letters_in_quotes_only(std::string_view text);
  [[nodiscard]] std::string line_of(std::uint32_t number) const;
  void report_unknown(const toml::key& key, std::string_view whose, std::span<const std::string_view> known);

  std::string_view text_;
  SettingsKind kind_;
  Diagnostics* diagnostics_;
};

}  // namespace macroscope
