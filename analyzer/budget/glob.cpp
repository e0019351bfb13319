#include "analyzer/budget/glob.h"

#include <string>
#include <vector>

#include "analyzer/record/record.h"

namespace macroscope {

std::string_view without_slash(std::string_view name) noexcept { return name.substr(name.starts_with('/') ? 1 : 0); }

bool matches(std::string_view pattern, std::string_view name, char separator) {
  // Every length of the name that the pattern can have used up so far: no backtracking, whatever the pattern.
  std::vector<bool> reached(name.size() + 1);
  reached[0] = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '*') {
      for (std::size_t end = name.size(); end > 0; --end) {
        const char have = name[end - 1];
        reached[end] = reached[end - 1] && (pattern[i] == '?' ? separator == 0 || have != separator : pattern[i] == have);
      }
      reached[0] = false;
      continue;
    }
    const bool is_double = i + 1 < pattern.size() && pattern[i + 1] == '*';
    if (is_double) ++i;
    // Folders, each with its separator, or none at all: `**/x` is `x`, too.
    const bool is_folders = is_double && separator != 0 && i + 1 < pattern.size() && pattern[i + 1] == separator;
    if (is_folders) ++i;
    bool has_begun = false;
    for (std::size_t end = 0; end < name.size(); ++end) {
      has_begun = has_begun || reached[end];
      if (is_folders) {
        if (has_begun && name[end] == separator) reached[end + 1] = true;
      } else if (reached[end] && (separator == 0 || is_double || name[end] != separator)) {
        reached[end + 1] = true;
      }
    }
  }
  return reached[name.size()];
}

bool matches_layer(std::string_view pattern, std::string_view name, std::string_view path) {
  const std::string_view wanted = without_slash(pattern);
  const std::string_view own = without_slash(name);
  const std::string_view module = without_slash(path);
  if (matches(wanted, own)) return true;
  if (module.empty()) return false;
  return matches(wanted, module) || matches(wanted, std::string(module) + '/' + std::string(own));
}

bool matches_operator(std::string_view pattern, std::string_view op) {
  const std::size_t colon = op.rfind(':');
  const std::string_view name = op.substr(colon == std::string_view::npos ? 0 : colon + 1);
  const std::size_t split = pattern.rfind(':');
  if (split == std::string_view::npos) return matches(pattern, name);
  std::string_view domain = pattern.substr(0, split);
  if (domain == "ai.onnx") domain = {};
  return matches(domain, colon == std::string_view::npos ? std::string_view() : op.substr(0, colon)) &&
         matches(pattern.substr(split + 1), name);
}

}  // namespace macroscope
