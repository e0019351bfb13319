// Nets as models: how are the nets of a `.net` file read and analysed, and which of its expectations hold?
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"
#include "frontends/dsl/interpreter/expectations.h"

namespace macroscope {

/// `FILE.net`, or `FILE.net:NET` for one of its nets.
struct NetPath {
  std::string file;
  std::string net;  // empty: all of them
};
/// \return false for what is no file of the language
[[nodiscard]] bool is_net_path(std::string_view path) noexcept;
[[nodiscard]] NetPath net_path_of(std::string_view path);

/// How many nets the path names: one for `FILE.net:NET`, and at least one for a file, whose mistakes are shown in its place.
[[nodiscard]] std::size_t count_nets(const std::string& path);

/// The text of a file of the language. \throws UsageError if it cannot be read, is no regular file or too long
std::string read_net_text(const std::string& file);

/// Parameters of nets may be words. Bindings hold sizes only, so that a word is there as a symbol, under a key that no size has.
[[nodiscard]] inline std::string key_of_word(std::string_view name) { return " " + std::string(name); }
[[nodiscard]] inline bool is_key_of_word(std::string_view key) noexcept { return key.starts_with(' '); }
[[nodiscard]] inline std::string_view name_in_key(std::string_view key) noexcept {
  return is_key_of_word(key) ? key.substr(1) : key;
}

struct CheckedNets {
  std::vector<std::string> names;
  std::vector<Analysis> analyses;
  /// Of all nets, in the file's order.
  std::vector<dsl::ExpectationResult> expectations;
  /// Where the file itself has mistakes there are no nets.
  Diagnostics diagnostics;
};

/// Expands and analyses what a path names and evaluates the expectations.
CheckedNets check_nets(const NetPath& path, const AnalysisOptions& options);

/// As for_each_model: each net in turn; an expectation that does not hold is among its diagnostics, as a warning.
void for_each_net(const std::string& path, const AnalysisOptions& options,
                  const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit);

}  // namespace macroscope
