// Small text files: what does a user's file of operators, a budget, a lock or a baseline hold?
#pragma once

#include <cstddef>
#include <string>

namespace macroscope {

/// \throws UsageError if it cannot be read or has more than `most` bytes
[[nodiscard]] std::string content_of(const std::string& path, std::size_t most = std::size_t{1} << 24U);

}  // namespace macroscope
