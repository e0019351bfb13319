// Does a name fit a pattern with `*` and `?`, as shells write them?
#pragma once

#include <string_view>

namespace macroscope {

/// `*` stands for any text, `?` for any one character; everything else for itself.  Time is the product of both lengths at most.
[[nodiscard]] bool fits_pattern(std::string_view name, std::string_view pattern) noexcept;

}  // namespace macroscope
