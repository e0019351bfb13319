// Name patterns with wildcards, as shells write them: does a pattern mean this name?
#pragma once

#include <string_view>

namespace macroscope {

/// `*` stands for any characters, `?` for one; `**/` for any folders, where there is a separator.  Time grows with the product of both lengths at most.
/// \param separator a character that `*` and `?` do not stand for, but `**` does; 0: there is none
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name, char separator = 0);

}  // namespace macroscope
