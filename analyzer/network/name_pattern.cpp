#include "analyzer/network/name_pattern.h"

#include <cstddef>

namespace macroscope {

bool fits_pattern(std::string_view name, std::string_view pattern) noexcept {
  std::size_t at = 0, in_pattern = 0;
  std::size_t star = std::string_view::npos, resume = 0;  // the last star, and where the name goes on if that takes one more
  while (at < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      resume = at;
    } else if (in_pattern < pattern.size() && (pattern[in_pattern] == '?' || pattern[in_pattern] == name[at])) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace macroscope
