// What does an input ask for besides the file that it holds?  Its last bytes are choices: which options, which formats, which node.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace macroscope::fuzz {

class Choices {
 public:
  static constexpr std::size_t kBytes = 8;

  /// Takes the bytes off the end of the input; an input that is too short chooses nothing.
  explicit Choices(std::span<const std::uint8_t>& input) {
    if (input.size() < kBytes) return;
    for (std::size_t i = 0; i < kBytes; ++i) bytes_[i] = input[input.size() - kBytes + i];
    input = input.first(input.size() - kBytes);
  }

  /// Every answer is used up by its question.
  bool flag() { return below(2) == 1; }
  std::size_t below(std::size_t end) {
    std::size_t rest = 0;
    for (std::size_t i = kBytes; i-- > 0;) {  // the bytes as one number, divided
      const std::size_t value = rest << 8U | bytes_[i];
      bytes_[i] = static_cast<std::uint8_t>(value / end);
      rest = value % end;
    }
    return rest;
  }

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

}  // namespace macroscope::fuzz
