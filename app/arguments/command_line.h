// Command line: how are the arguments of one command read?
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/exit_code.h"
#include "app/terminal.h"

namespace macroscope {

using Arguments = std::vector<std::string>;

/// A command that options can be added to.  What the library makes of each is a lot of code, and made in one place.
///
/// Options stand in groups.  Those of the first group are what matters first, and all that --help shows; --help-all shows the others too.
class Command : public CLI::App {
 public:
  Command(const std::string& description, const std::string& name);
  ~Command() override;

  /// Options that are added from here on stand below this heading; without one in the first group.
  void begin_group(std::string heading = {});

  /// What the user writes behind one of the names is kept in `value`.
  CLI::Option* add_option(const std::string& names, std::string& value, const std::string& description);
  CLI::Option* add_option(const std::string& names, Arguments& value, const std::string& description);
  CLI::Option* add_option(const std::string& names, std::int64_t& value, const std::string& description);
  CLI::Option* add_option(const std::string& names, std::optional<std::int64_t>& value, const std::string& description);
  CLI::Option* add_flag(const std::string& names, bool& value, const std::string& description);
  /// A flag that stands for an option with one of its values: `--json` for `--format json`.
  CLI::Option* add_short_form(const std::string& names, std::string& value, const std::string& stands_for,
                              const std::string& description);

 private:
  CLI::Option* in_group(CLI::Option* option) const { return group_.empty() ? option : option->group(group_); }

  std::string group_;
};

/// Is it an option that --help shows, and not --help-all alone?
[[nodiscard]] bool matters_first(const CLI::Option& option);

/// Reads the arguments that follow the command's name.
/// \return false if help was asked for and printed
/// \throws UsageError
bool parse(Command& command, const Arguments& arguments);

/// While one is there, parse() hands it every command and returns false: commands only say which options they have.
class ParseObserver {
 public:
  using Visit = std::function<void(const Command& command)>;
  [[nodiscard]] explicit ParseObserver(Visit visit);
  ParseObserver(const ParseObserver&) = delete;
  ParseObserver& operator=(const ParseObserver&) = delete;
  ~ParseObserver();

 private:
  Visit visit_;
};

/// \throws UsageError that names what was probably meant
[[noreturn]] void refuse_word(std::string_view option, std::string_view word, std::span<const std::string_view> known);

/// What a word of a fixed set stands for. \throws UsageError
template <typename Named>
auto choose(std::string_view option, std::string_view word, std::span<const std::string_view> known, Named named) {
  auto chosen = named(word);
  if (!chosen) refuse_word(option, word, known);
  return *chosen;
}
/// `--color`, for commands that write no document.
void add_color(Command& command, std::string& color);
/// What `--color` means.  \throws UsageError
[[nodiscard]] ColorChoice chosen_color(std::string_view word);

/// Options that every command has.
struct CommonOptions {
  std::string format;
  std::string color = "auto";

  /// \param formats that the command writes, for its help: `text, markdown or json`
  void add_to(Command& command, std::string_view formats);
};

}  // namespace macroscope
