// Exit codes: what does the exit status say?
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace macroscope {

enum class ExitCode : std::uint8_t { fine = 0, broken_limit = 1, wrong_usage = 2, bad_model = 3, undecided = 4 };

/// Of several the worst counts: 2 over 3 over 1 over 4 over 0.
constexpr ExitCode worst(ExitCode a, ExitCode b) noexcept {
  constexpr std::array<int, 5> kBadness{0, 2, 4, 3, 1};
  return kBadness[static_cast<std::size_t>(a)] >= kBadness[static_cast<std::size_t>(b)] ? a : b;
}

}  // namespace macroscope
