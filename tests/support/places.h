// Paths of sources and build: where are they?  Compiled once, so that no test's object depends on the checkout's path.
#pragma once

#include <string>

namespace macroscope::testing {

/// Without a slash at the end.
[[nodiscard]] const std::string& source_directory();
[[nodiscard]] const std::string& build_directory();

}  // namespace macroscope::testing
