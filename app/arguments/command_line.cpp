#include "app/arguments/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "app/arguments/usage_error.h"
#include "app/output.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, 3> kColors{"auto", "always", "never"};

/// Who looks at commands instead of running them; null in every run but those that print completions or the manual.
const ParseObserver::Visit* observer = nullptr;

std::optional<ColorChoice> color_named(std::string_view word) {
  constexpr std::array<ColorChoice, 3> kChoices{ColorChoice::automatic, ColorChoice::always, ColorChoice::never};
  const auto* found = std::find(kColors.begin(), kColors.end(), word);
  if (found == kColors.end()) return std::nullopt;
  return kChoices[static_cast<std::size_t>(found - kColors.begin())];
}

std::vector<std::string> names_of_options(const Command& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The first argument that no option takes.
[[noreturn]] void refuse_extras(const Command& command, const Arguments& extras) {
  const std::string& extra = extras.front();
  if (extra.size() < 2 || extra.front() != '-') throw UsageError(fmt::format("unexpected argument '{}'", extra), "see --help");
  const std::vector<std::string> names = names_of_options(command);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string name = extra.substr(0, extra.find('='));
  const std::string_view nearest = nearest_to(name, known);
  throw UsageError(fmt::format("unknown option '{}'", name),
                   nearest.empty() ? "see --help" : fmt::format("did you mean '{}'?", nearest));
}

}  // namespace

Command::Command(const std::string& description, const std::string& name) : CLI::App(description, name) {}
Command::~Command() = default;

CLI::Option* Command::add_option(const std::string& names, std::string& value, const std::string& description) {
  return CLI::App::add_option(names, value, description);
}
CLI::Option* Command::add_option(const std::string& names, Arguments& value, const std::string& description) {
  return CLI::App::add_option(names, value, description);
}
CLI::Option* Command::add_option(const std::string& names, std::int64_t& value, const std::string& description) {
  return CLI::App::add_option(names, value, description);
}
CLI::Option* Command::add_option(const std::string& names, std::optional<std::int64_t>& value, const std::string& description) {
  return CLI::App::add_option(names, value, description);
}
CLI::Option* Command::add_flag(const std::string& names, bool& value, const std::string& description) {
  return CLI::App::add_flag(names, value, description);
}

ParseObserver::ParseObserver(Visit visit) : visit_(std::move(visit)) { observer = &visit_; }
ParseObserver::~ParseObserver() { observer = nullptr; }

bool parse(Command& command, const Arguments& arguments) {
  if (observer != nullptr) {
    (*observer)(command);
    return false;
  }
  command.get_formatter()->column_width(26);
  command.allow_extras();
  try {
    command.parse(Arguments(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    StandardOutput standard_output;
    standard_output.write(command.help());
    standard_output.finish();
    return false;
  } catch (const CLI::ParseError& error) {
    // A misspelled option is the mistake, not what is missing beside it.
    if (const Arguments extras = command.remaining(); !extras.empty()) refuse_extras(command, extras);
    throw UsageError(error.what(), "see --help");
  }
  if (const Arguments extras = command.remaining(); !extras.empty()) refuse_extras(command, extras);
  return true;
}

void refuse_word(std::string_view option, std::string_view word, std::span<const std::string_view> known) {
  throw UsageError(fmt::format("{} has no '{}'", option, word), suggestion_for(word, known));
}

ColorChoice chosen_color(std::string_view word) { return choose("--color", word, kColors, color_named); }

void CommonOptions::add_to(Command& command, std::string_view formats) {
  command.add_option("--format", format, fmt::format("{} on standard output", formats))->type_name("FORMAT");
  command.add_option("--color", color, "auto, always or never; NO_COLOR is honoured")->type_name("WHEN");
}

}  // namespace macroscope
