// Where do the names and lists of numbers of a model live?  Each is kept once or, where its copies stand far apart, a few times.
//
// Operators, attributes and the values between neighbouring nodes repeat their names all the time, and layers of one kind their strides,
// pads and weights' shapes: what was seen not long ago is not copied again.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "frontends/onnx/arena.h"
#include "frontends/onnx/name_hash.h"

namespace macroscope::onnx {

class TextPool {
 public:
  explicit TextPool(Arena& arena) noexcept : arena_(arena) {}

  Text keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > kLongestShared) return {arena_, text};
    Text& recent = recent_[hash_of_name(text, 0) % kRecent];
    const std::string_view known = recent.view();
    if (known.size() != text.size() || std::memcmp(known.data(), text.data(), text.size()) != 0) recent = {arena_, text};
    return recent;
  }

 private:
  static constexpr std::size_t kRecent = 512;
  static constexpr std::size_t kLongestShared = 256;

  Arena& arena_;
  std::array<Text, kRecent> recent_{};
};

class ListPool {
 public:
  using List = Array<std::int64_t>;

  explicit ListPool(Arena& arena) noexcept : arena_(arena) {}

  List keep(std::span<const std::int64_t> numbers) {
    if (numbers.size() > kLongestShared) return {arena_, numbers};
    std::uint64_t hash = numbers.size();
    for (const std::int64_t number : numbers) hash = folded_product(hash ^ static_cast<std::uint64_t>(number), kHashFactor);
    List& recent = recent_[hash % kRecent];
    if (!std::equal(numbers.begin(), numbers.end(), recent.begin(), recent.end())) recent = {arena_, numbers};
    return recent;
  }

 private:
  static constexpr std::size_t kRecent = 64;
  static constexpr std::size_t kLongestShared = 8;

  Arena& arena_;
  std::array<List, kRecent> recent_{};
};

}  // namespace macroscope::onnx
