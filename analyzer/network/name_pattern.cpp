#include "analyzer/network/name_pattern.h"

#include <cstddef>
#include <vector>

namespace macroscope {

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

}  // namespace macroscope
