#include "app/arguments/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/diagnostics/suggestion.h"
#include "app/arguments/usage_error.h"
#include "app/output.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, 3> kColors{"auto", "always", "never"};
/// Formats that people ask for by their names alone.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kShortForms{
    {{"--json", "json"}, {"--md,--markdown", "markdown"}, {"--csv", "csv"}}};

/// Who looks at commands instead of running them; null in every run but those that print completions or the manual.
const ParseObserver::Visit* observer = nullptr;

void write_out(std::string_view text) {
  StandardOutput standard_output;
  standard_output.write(text);
  standard_output.finish();
}

std::optional<ColorChoice> color_named(std::string_view word) {
  constexpr std::array<ColorChoice, 3> kChoices{ColorChoice::automatic, ColorChoice::always, ColorChoice::never};
  const auto* found = std::find(kColors.begin(), kColors.end(), word);
  if (found == kColors.end()) return std::nullopt;
  return kChoices[static_cast<std::size_t>(found - kColors.begin())];
}

struct OptionNames {
  std::vector<std::string> of_one_letter;  // `-f`
  std::vector<std::string> of_words;       // `--format`
};

OptionNames names_of_options(const Command& command) {
  OptionNames names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_snames()) names.of_one_letter.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.of_words.push_back("--" + name);
  }
  return names;
}

bool is_same_in_either_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// What was probably meant: by `-F` the letter in the other case, by `-d` the words that begin with it, by `-format` and `--fromat` the nearest.
std::vector<std::string> meant_by(std::string_view name, const OptionNames& known) {
  constexpr std::size_t kMost = 3;
  constexpr std::size_t kLetter = 2;
  if (name.size() == kLetter) {
    for (const std::string& letter : known.of_one_letter)
      if (is_same_in_either_case(letter, name)) return {letter};
    std::vector<std::string> meant;
    for (const std::string& words : known.of_words)
      if (meant.size() < kMost && is_same_in_either_case(std::string_view(words).substr(1, kLetter), name))
        meant.push_back(words);
    return meant;
  }
  const std::string words = name.starts_with("--") ? std::string(name) : fmt::format("-{}", name);
  const std::vector<std::string_view> names(known.of_words.begin(), known.of_words.end());
  const std::string_view nearest = nearest_to(words, names);
  return nearest.empty() ? std::vector<std::string>() : std::vector<std::string>{std::string(nearest)};
}

[[noreturn]] void refuse_option(const std::string& name, const OptionNames& known) {
  const std::vector<std::string> meant = meant_by(name, known);
  throw UsageError(fmt::format("unknown option '{}'", name),
                   meant.empty() ? "see --help-all" : fmt::format("did you mean '{}'?", fmt::join(meant, "' or '")));
}

/// The first argument that no option takes.
[[noreturn]] void refuse_extras(const Command& command, const Arguments& extras) {
  const std::string& extra = extras.front();
  if (extra.size() < 2 || extra.front() != '-') throw UsageError(fmt::format("unexpected argument '{}'", extra), "see --help");
  refuse_option(extra.substr(0, extra.find('=')), names_of_options(command));
}

/// `-format` is no `-f ormat`.
void refuse_words_after_one_dash(const Command& command, const Arguments& arguments) {
  const OptionNames known = names_of_options(command);
  for (const std::string& argument : arguments)
    if (std::find(known.of_words.begin(), known.of_words.end(), "-" + argument.substr(0, argument.find('='))) !=
            known.of_words.end() &&
        !argument.starts_with("--"))
      refuse_option(argument.substr(0, argument.find('=')), known);
}

/// What matters first, and the names of the other options.
std::string short_help(Command& command) {
  constexpr std::size_t columns = 100;
  std::size_t others = 0;
  std::vector<std::string> lines{"   "};
  for (CLI::Option* option : command.get_options()) {
    if (matters_first(*option)) continue;
    if (!option->get_lnames().empty()) {
      const std::string name = fmt::format(" --{}", option->get_lnames().front());
      if (lines.back().size() + name.size() > columns) lines.emplace_back("   ");
      lines.back() += name;
    }
    option->group("");  // none: it is not shown
    ++others;
  }
  if (others > 0)
    command.footer(fmt::format("{} more: {} --help-all\n{}\n\n{}", counted(others, "option"), command.get_name(),
                               fmt::join(lines, "\n"), command.get_footer()));
  // Without the empty lines of the groups that are not shown.
  std::string text = command.help();
  for (std::size_t gap = text.find("\n\n\n"); gap != std::string::npos; gap = text.find("\n\n\n")) text.erase(gap, 1);
  return text;
}

}  // namespace

Command::Command(const std::string& description, const std::string& name) : CLI::App(description, name) {
  set_help_flag("-h,--help", "what matters first, with examples");
  set_help_all_flag("--help-all", "every option");
}
Command::~Command() = default;

void Command::begin_group(std::string heading) { group_ = std::move(heading); }

CLI::Option* Command::add_option(const std::string& names, std::string& value, const std::string& description) {
  return in_group(CLI::App::add_option(names, value, description));
}
CLI::Option* Command::add_option(const std::string& names, Arguments& value, const std::string& description) {
  return in_group(CLI::App::add_option(names, value, description));
}
CLI::Option* Command::add_option(const std::string& names, std::int64_t& value, const std::string& description) {
  return in_group(CLI::App::add_option(names, value, description));
}
CLI::Option* Command::add_option(const std::string& names, std::optional<std::int64_t>& value, const std::string& description) {
  return in_group(CLI::App::add_option(names, value, description));
}
CLI::Option* Command::add_flag(const std::string& names, bool& value, const std::string& description) {
  return in_group(CLI::App::add_flag(names, value, description));
}
CLI::Option* Command::add_short_form(const std::string& names, std::string& value, const std::string& stands_for,
                                     const std::string& description) {
  return in_group(add_flag_callback(
      names,
      [&value, stands_for] {
        if (!value.empty() && value != stands_for)
          throw UsageError(fmt::format("{} and {} are asked for at once", value, stands_for));
        value = stands_for;
      },
      description));
}

bool matters_first(const CLI::Option& option) { return option.get_positional() || option.get_group() == "Options"; }

ParseObserver::ParseObserver(Visit visit) : visit_(std::move(visit)) { observer = &visit_; }
ParseObserver::~ParseObserver() { observer = nullptr; }

bool parse(Command& command, const Arguments& arguments) {
  if (observer != nullptr) {
    (*observer)(command);
    return false;
  }
  command.get_formatter()->column_width(26);
  command.allow_extras();
  refuse_words_after_one_dash(command, arguments);
  try {
    command.parse(Arguments(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    write_out(short_help(command));
    return false;
  } catch (const CLI::CallForAllHelp&) {
    write_out(command.help());
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

void add_color(Command& command, std::string& color) {
  command.begin_group("Output");
  command.add_option("--color", color, "auto, always or never; NO_COLOR is honoured")->type_name("WHEN");
}

ColorChoice chosen_color(std::string_view word) { return choose("--color", word, kColors, color_named); }

void CommonOptions::add_to(Command& command, std::string_view formats) {
  command.begin_group();
  command.add_option("-f,--format", format, fmt::format("{} on standard output", formats))->type_name("FORMAT");
  command.begin_group("Output");
  for (const auto& [names, meant] : kShortForms)
    if (formats.find(meant) != std::string_view::npos)
      command.add_short_form(std::string(names), format, std::string(meant), fmt::format("the same as --format {}", meant));
  add_color(command, color);
}

}  // namespace macroscope
