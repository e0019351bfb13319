// Command description: which options does a command take?  As its own parser knows them; completions and the manual are written from this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/arguments/command_line.h"

namespace macroscope {

struct OptionDescription {
  /// `--output` and `-o`, or `MODEL` for what is in its place.
  std::vector<std::string> names;
  /// `FILE`; empty for flags.
  std::string value;
  std::string text;
  bool is_positional = false;
  bool is_required = false;
  /// Shown by --help, and not by --help-all alone.
  bool is_first = false;
  /// Values that it takes, where they are a fixed set.
  std::vector<std::string> words{};
};

struct CommandDescription {
  std::string name;
  std::string summary;
  std::string text;
  std::vector<OptionDescription> options;
  /// Its examples and exit status, as --help shows them.
  std::string footer;
};

/// Asks a command for its options: it does nothing else.
[[nodiscard]] CommandDescription describe(std::string_view name, std::string_view summary,
                                          ExitCode (*run)(const Arguments& arguments));

}  // namespace macroscope
