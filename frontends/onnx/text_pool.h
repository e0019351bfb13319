// Where do the names of a model live?  Each is kept once or, where its copies stand far apart, a few times.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "frontends/onnx/arena.h"

namespace macroscope::onnx {

/// Copies texts into an arena.  Operators, attributes and the values between neighbouring nodes repeat their names all the time: a text
/// that was seen not long ago is not copied again.
class TextPool {
 public:
  explicit TextPool(Arena& arena) noexcept : arena_(arena) {}

  Text keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > kLongestShared) return {arena_, text};
    Text& recent = recent_[std::hash<std::string_view>{}(text) % kRecent];
    if (recent.view() != text) recent = {arena_, text};
    return recent;
  }

 private:
  static constexpr std::size_t kRecent = 512;
  static constexpr std::size_t kLongestShared = 256;

  Arena& arena_;
  std::array<Text, kRecent> recent_{};
};

}  // namespace macroscope::onnx
