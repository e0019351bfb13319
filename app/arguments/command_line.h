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
class Command : public CLI::App {
 public:
  Command(const std::string& description, const std::string& name);
  ~Command() override;

  /// What the user writes behind one of the names is kept in `value`.
  CLI::Option* add_option(const std::string& names, std::string& value, const std::string& description);
  CLI::Option* add_option(const std::string& names, Arguments& value, const std::string& description);
  CLI::Option* add_option(const std::string& names, std::int64_t& value, const std::string& description);
  CLI::Option* add_option(const std::string& names, std::optional<std::int64_t>& value, const std::string& description);
  CLI::Option* add_flag(const std::string& names, bool& value, const std::string& description);
};

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
/// What `--color` means.  \throws UsageError
[[nodiscard]] ColorChoice chosen_color(std::string_view word);

/// Options that every command has.
struct CommonOptions {
  std::string format;
  std::string color = "auto";

  /// \param formats that the command writes, for its help
  void add_to(Command& command, std::string_view formats);
};

}  // namespace macroscope
