#include "app/arguments/command_description.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace macroscope {
namespace {

/// The words of `text, markdown or json on standard output`.
std::vector<std::string> words_in(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kFillers{"on", "standard", "output", "or", "and", "in"};
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(text.substr(0, text.find(';'))) + ' ') {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    if (!word.empty() && std::find(kFillers.begin(), kFillers.end(), word) == kFillers.end()) words.push_back(word);
    word.clear();
  }
  return words;
}

OptionDescription description_of(const CLI::Option& option) {
  OptionDescription description;
  for (const std::string& name : option.get_snames()) description.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) description.names.push_back("--" + name);
  description.is_positional = description.names.empty();
  if (description.is_positional) description.names.push_back(option.get_name(true));
  if (option.get_items_expected_max() > 0 && !description.is_positional) description.value = option.get_type_name();
  description.text = option.get_description();
  description.is_required = option.get_required();
  description.is_first = matters_first(option);
  if (description.value == "FORMAT" || description.value == "WHEN") description.words = words_in(description.text);
  return description;
}

}  // namespace

CommandDescription describe(std::string_view name, std::string_view summary, ExitCode (*run)(const Arguments& arguments)) {
  CommandDescription description;
  description.name = name;
  description.summary = summary;
  const ParseObserver observer([&](const Command& command) {
    description.text = command.get_description();
    description.footer = command.get_footer();
    for (const CLI::Option* option : command.get_options()) description.options.push_back(description_of(*option));
  });
  run({});
  return description;
}

}  // namespace macroscope
