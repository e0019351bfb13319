#include "app/arguments/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>

#include "app/arguments/command_line.h"

namespace macroscope {
namespace {

constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};
/// Options of the program itself.
constexpr std::array<std::string_view, 5> kOwnOptions{"--help", "--help-all", "--version", "--completion", "--man"};

bool takes_file(const OptionDescription& option) { return option.value == "FILE"; }

/// A text in single quotes, with other characters escaped as the shell's own notation needs it.
std::string quoted(std::string_view text, std::string_view escaped_too, std::string_view quote) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += quote;
      continue;
    }
    if (escaped_too.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out + "'";
}

std::string names_of(const std::vector<CommandDescription>& commands) {
  std::string names;
  for (const CommandDescription& command : commands) names += (names.empty() ? "" : " ") + command.name;
  return names;
}

std::string bash(const std::vector<CommandDescription>& commands) {
  std::string values;
  std::string options;
  for (const CommandDescription& command : commands) {
    std::string all;
    for (const OptionDescription& option : command.options) {
      if (option.is_positional) continue;
      std::string pattern;
      for (const std::string& name : option.names) {
        all += (all.empty() ? "" : " ") + name;
        pattern += fmt::format("{}{}:{}", pattern.empty() ? "" : "|", command.name, name);
      }
      if (option.value.empty()) continue;
      const std::string reply = !option.words.empty() ? fmt::format("-W '{}'", fmt::join(option.words, " "))
                                : takes_file(option)  ? "-f"
                                                      : "";
      values += reply.empty()
                    ? fmt::format("    {}) return ;;\n", pattern)
                    : fmt::format("    {}) mapfile -t COMPREPLY < <(compgen {} -- \"$current\"); return ;;\n", pattern, reply);
    }
    options += fmt::format("      {}) words='{}' ;;\n", command.name, all);
  }
  return fmt::format(R"(# bash completion of macroscope: source <(macroscope --completion bash)
_macroscope() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command={0} word words=
  local commands='{1}'
  if ((COMP_CWORD > 1)) && [[ " $commands " == *" ${{COMP_WORDS[1]}} "* ]]; then command=${{COMP_WORDS[1]}}; fi
  COMPREPLY=()
  case $command:$previous in
    *:--completion) mapfile -t COMPREPLY < <(compgen -W '{2}' -- "$current"); return ;;
{3}  esac
  if [[ $current == -* ]]; then
    case $command in
{4}    esac
    if ((COMP_CWORD == 1)); then words="$words {5}"; fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
  if ((COMP_CWORD == 1)); then
    for word in $commands; do
      if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
    done
  fi
}}
complete -o filenames -F _macroscope macroscope
)",
                     commands.front().name, names_of(commands), fmt::join(kShells, " "), values, options,
                     fmt::join(kOwnOptions, " "));
}

std::string zsh(const std::vector<CommandDescription>& commands) {
  const auto text = [](std::string_view words) { return quoted(words, "[]:", "'\\''"); };
  std::string described;
  std::string cases;
  for (const CommandDescription& command : commands) {
    const std::string summary = text(command.summary);
    described += fmt::format("    '{}:{}'\n", command.name, summary.substr(1, summary.size() - 2));
    std::string lines;
    for (const OptionDescription& option : command.options) {
      if (option.is_positional) continue;
      const std::string action = option.value.empty()    ? std::string()
                                 : !option.words.empty() ? fmt::format(":{}:({})", option.value, fmt::join(option.words, " "))
                                 : takes_file(option)    ? fmt::format(":{}:_files", option.value)
                                                         : fmt::format(":{}: ", option.value);
      for (const std::string& name : option.names) {
        const std::string words = text(option.text);
        lines += fmt::format(" \\\n        '*{}[{}]{}'", name, words.substr(1, words.size() - 2), action);
      }
    }
    cases += fmt::format("    {})\n      _arguments{} \\\n        '*:file:_files' ;;\n", command.name, lines);
  }
  return fmt::format(R"(#compdef macroscope
# zsh completion of macroscope: macroscope --completion zsh > a folder of $fpath, as _macroscope
_macroscope() {{
  local -a commands
  commands=(
{0}  )
  local command={1}
  if (( CURRENT == 2 )) && [[ ${{words[2]}} != -* ]]; then
    _describe command commands
    _files
    return
  fi
  if (( CURRENT > 2 )) && [[ -n ${{commands[(r)${{words[2]}}:*]}} ]]; then
    command=${{words[2]}}
    shift words
    (( CURRENT-- ))
  fi
  case $command in
{2}  esac
}}
if [[ ${{funcstack[1]}} == _macroscope ]]; then
  _macroscope "$@"
elif (( $+functions[compdef] )); then
  compdef _macroscope macroscope
fi
)",
                     described, commands.front().name, cases);
}

std::string fish(const std::vector<CommandDescription>& commands) {
  const auto text = [](std::string_view words) { return quoted(words, "\\", "\\'"); };
  std::string out = "# fish completion of macroscope: macroscope --completion fish | source\n";
  for (const CommandDescription& command : commands)
    out += fmt::format("complete -c macroscope -n __fish_use_subcommand -a {} -d {}\n", command.name, text(command.summary));
  std::string others;
  for (std::size_t i = 1; i < commands.size(); ++i) others += " " + commands[i].name;
  for (const CommandDescription& command : commands) {
    // A model alone is the first command's.
    const std::string condition = &command == &commands.front() ? fmt::format("not __fish_seen_subcommand_from{}", others)
                                                                : fmt::format("__fish_seen_subcommand_from {}", command.name);
    for (const OptionDescription& option : command.options) {
      if (option.is_positional) continue;
      out += fmt::format("complete -c macroscope -n '{}'", condition);
      for (const std::string& name : option.names)
        out += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s {}", name.substr(1));
      if (!option.words.empty()) {
        out += fmt::format(" -x -a '{}'", fmt::join(option.words, " "));
      } else if (takes_file(option)) {
        out += " -r -F";
      } else if (!option.value.empty()) {
        out += " -x";
      }
      out += fmt::format(" -d {}\n", text(option.text));
    }
  }
  return out + fmt::format(
                   "complete -c macroscope -n __fish_use_subcommand -l completion -x -a '{}'\n"
                   "complete -c macroscope -n __fish_use_subcommand -l man\n"
                   "complete -c macroscope -n __fish_use_subcommand -s V -l version\n",
                   fmt::join(kShells, " "));
}

}  // namespace

std::string completion_for(std::string_view shell, const std::vector<CommandDescription>& commands) {
  using Writer = std::string (*)(const std::vector<CommandDescription>&);
  const Writer writer = choose("--completion", shell, kShells, [](std::string_view word) -> std::optional<Writer> {
    if (word == "bash") return bash;
    if (word == "zsh") return zsh;
    return word == "fish" ? std::optional<Writer>(fish) : std::nullopt;
  });
  return writer(commands);
}

}  // namespace macroscope
