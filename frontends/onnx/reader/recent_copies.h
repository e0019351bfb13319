// Interned names, number lists and attributes: where do they live?  Each is kept once or, where its uses are far apart, a few times.
//
// Operators, attributes and the values between neighbouring nodes repeat their names all the time, and layers of one kind their strides,
// pads and weights' shapes: what was seen not long ago is not copied again, and an attribute written in the same bytes not even read.
//
// What each is worth, measured by leaving it out: without shared names Llama's structure takes 2 MB of 12 more and a chain of 100,000 nodes 6 of
// 101, for a twentieth of the reader's time; without shared lists that chain takes 2 MB more in the same time; reading each attribute costs the
// chain's reader a third more time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/reader/name_hash.h"
#include "frontends/onnx/wire/arena.h"

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

class AttributePool {
 public:
  explicit AttributePool(Arena& arena) noexcept : arena_(arena) {}

  /// The attribute that a message of these bytes holds; null where none was read of late.
  [[nodiscard]] const AttributeView* find(std::string_view message) const {
    const Entry& recent = recent_[place_of(message)];
    return recent.message == message ? &recent.attribute : nullptr;
  }
  /// Messages of more than kLongest bytes are not kept.
  void keep(std::string_view message, const AttributeView& attribute) {
    if (message.size() <= kLongest) recent_[place_of(message)] = {{arena_, message}, attribute};
  }

  static constexpr std::size_t kLongest = 64;

 private:
  static constexpr std::size_t kRecent = 128;
  struct Entry {
    Text message;
    AttributeView attribute;
  };
  static std::size_t place_of(std::string_view message) noexcept { return hash_of_name(message, 0) % kRecent; }

  Arena& arena_;
  std::array<Entry, kRecent> recent_{};
};

}  // namespace macroscope::onnx
