// Nets as models: how are the nets of a `.net` file read and analysed, and which of its expectations hold?
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/model_settings.h"
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

struct CheckedNets {
  std::vector<std::string> names;
  std::vector<Analysis> analyses;
  /// Of all nets, in the file's order.
  std::vector<dsl::ExpectationResult> expectations;
  /// Where the file itself has mistakes there are no nets.
  Diagnostics diagnostics;
};

/// Expands and analyses what a path names and evaluates the expectations.
CheckedNets check_nets(const NetPath& path, const ModelSettings& settings);

/// As for_each_model: each net in turn; an expectation that does not hold is among its diagnostics, as a warning.
void for_each_net(const std::string& path, const ModelSettings& settings,
                  const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit);

}  // namespace macroscope
