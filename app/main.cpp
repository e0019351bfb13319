// macroscope: what does a neural network cost?
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <new>
#include <vector>

#include "analyzer/diagnostics/suggestion.h"
#include "app/arguments/command_description.h"
#include "app/arguments/completion.h"
#include "app/arguments/manual.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/output.h"

namespace macroscope {
namespace {

struct Command {
  std::string_view name;
  std::string_view summary;
  ExitCode (*run)(const Arguments& arguments);
};

constexpr std::array<Command, 10> kCommands{{
    {"analyze", "what a model costs; the default", run_analyze},
    {"table", "every layer's figures, and how each is worked out", run_table},
    {"check", "holds models to a budget, a lock file and a baseline; for CI", run_check},
    {"compare", "what is different between two models, layer by layer", run_compare},
    {"explain", "one node in full, and where its figures come from", run_explain},
    {"init", "writes a budget from what a model costs today", run_init},
    {"export", "a network of the language as an ONNX file", run_export},
    {"fmt", "lays out files of the network language", run_fmt},
    {"torch", "a PyTorch module, by the name of what makes it", run_torch},
    {"ops", "every operator that is known, and how its cost is counted", run_ops},
}};

void write_out(std::string_view text) {
  StandardOutput standard_output;
  standard_output.write(text);
  standard_output.finish();
}

bool is_about_help(const OptionDescription& option) { return option.names.back().starts_with("--help"); }

std::string line_of_help(const std::string& names, std::string_view text) { return fmt::format("  {:<26}  {}\n", names, text); }

std::string help() {
  std::string text =
      "macroscope tells what a neural network costs from its ONNX file: shapes, parameters, MACs, FLOPs and memory, exact or as\n"
      "formulas of open sizes. It never reads a weight.\n\n"
      "Usage: macroscope MODEL... [OPTIONS]\n"
      "       macroscope COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command& command : kCommands) text += fmt::format("  {:<10}  {}\n", command.name, command.summary);
  text += "\nOptions:\n";
  const CommandDescription analyze = describe(kCommands.front().name, kCommands.front().summary, kCommands.front().run);
  for (const OptionDescription& option : analyze.options)
    if (option.is_first && !option.is_positional && !is_about_help(option))
      text += line_of_help(fmt::format("{}{}{}", fmt::join(option.names, ", "), option.value.empty() ? "" : " ", option.value),
                           option.text);
  return text + line_of_help("--help-all", fmt::format("every option: macroscope {} --help-all", kCommands.front().name)) +
         line_of_help("-h, --help", "of a command, with examples: macroscope check --help") +
         line_of_help("-V, --version", "the version of the program") +
         line_of_help("--completion SHELL", "a script for bash, zsh or fish") + line_of_help("--man", "the manual, for man -l") +
         "\n"
         "Examples:\n"
         "  macroscope model.onnx\n"
         "  macroscope model.onnx --set batch=1,H=224 --depth 2\n"
         "  macroscope model.onnx -o report.md -o layers.csv\n"
         "  macroscope ops conv\n";
}

std::vector<CommandDescription> descriptions() {
  std::vector<CommandDescription> commands;
  commands.reserve(kCommands.size());
  for (const Command& command : kCommands) commands.push_back(describe(command.name, command.summary, command.run));
  return commands;
}

/// A first word that can be no model and no option was meant for a command.
bool is_meant_for_a_command(const std::string& word) {
  if (word.empty() || word.front() == '-' || word.find_first_of("./\\:") != std::string::npos) return false;
  struct stat status {};
  return stat(word.c_str(), &status) != 0;
}

ExitCode run(Arguments arguments) {
  if (arguments.empty()) throw UsageError("no model is named", "macroscope MODEL.onnx, or macroscope --help");
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h" || first == "help") return write_out(help()), ExitCode::fine;
  if (first == "--help-all") return run_analyze(arguments);
  if (first == "--version" || first == "-V") return write_out("macroscope " MACROSCOPE_VERSION "\n"), ExitCode::fine;
  if (first == "--man") return write_out(manual_of(descriptions())), ExitCode::fine;
  if (first == "--completion" || first.starts_with("--completion=")) {
    const std::string shell =
        first == "--completion" ? (arguments.size() > 1 ? arguments[1] : "") : first.substr(first.find('=') + 1);
    return write_out(completion_for(shell, descriptions())), ExitCode::fine;
  }
  const auto* command =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& known) { return known.name == first; });
  if (command != kCommands.end()) {
    arguments.erase(arguments.begin());
    return command->run(arguments);
  }
  if (is_meant_for_a_command(first)) {
    std::vector<std::string_view> names;
    names.reserve(kCommands.size());
    for (const Command& known : kCommands) names.push_back(known.name);
    throw UsageError(fmt::format("no command and no file is called '{}'", first), suggestion_for(first, names));
  }
  return run_analyze(arguments);
}

}  // namespace
}  // namespace macroscope

int main(int count, char** arguments) {
  using namespace macroscope;
  // Tables of large models come from the system one by one and go back to it, so that the peak is what is in use.
  constexpr int kLargeTable = 1 << 17;
  mallopt(M_MMAP_THRESHOLD, kLargeTable);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has seen enough is no error
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may grow no more is an error of writing
  keep_standard_descriptors();
  const auto give_up = [](const char* why, ExitCode code) {
    print(UsageError(why), text_options_for(STDERR_FILENO, ColorChoice::automatic));
    return static_cast<int>(code);
  };
  try {
    return static_cast<int>(run(Arguments(arguments + std::min(count, 1), arguments + count)));
  } catch (const UsageError& error) {
    print(error, text_options_for(STDERR_FILENO, ColorChoice::automatic));
    return static_cast<int>(ExitCode::wrong_usage);
  } catch (const std::bad_alloc&) {
    return give_up("out of memory", ExitCode::bad_model);
  } catch (const std::exception& error) {
    return give_up(error.what(), ExitCode::bad_model);
  }
}
