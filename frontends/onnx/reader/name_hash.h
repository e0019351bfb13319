// Name hash: under which number is a name of the model looked up?
//
// Names are hashed by the hundred thousand, so eight bytes are taken at a time.  And files may be hostile: in tables that grow with a
// file a number takes part that differs from run to run, so that nobody can write names that all meet in one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace macroscope::onnx {

__extension__ typedef unsigned __int128 WideProduct;

inline constexpr std::uint64_t kHashFactor = 0x9E3779B97F4A7C15U;  // 2^64 over the golden ratio

/// Both halves of the product, so that every bit of the factors tells.
inline std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) noexcept {
  const WideProduct product = static_cast<WideProduct>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

template <typename Word>
Word word_at(const char* bytes) noexcept {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

inline std::uint64_t hash_of_name(std::string_view name, std::uint64_t seed) noexcept {
  const char* bytes = name.data();
  const std::size_t size = name.size();
  std::uint64_t hash = seed ^ size;
  // Where words overlap bytes count twice, which is quicker than to take the last ones one by one.
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8)
      hash = folded_product(hash ^ word_at<std::uint64_t>(bytes + at), kHashFactor);
    return folded_product(hash ^ word_at<std::uint64_t>(bytes + size - 8), kHashFactor);
  }
  std::uint64_t word = 0;
  if (size >= 4) {
    word = std::uint64_t{word_at<std::uint32_t>(bytes)} << 32U | word_at<std::uint32_t>(bytes + size - 4);
  } else if (size > 0) {
    const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(bytes[at])}; };
    word = byte(0) << 16U | byte(size / 2) << 8U | byte(size - 1);
  }
  return folded_product(hash ^ word, kHashFactor);
}

/// For tables whose keys are names of a file.
class NameHash {
 public:
  using is_avalanching = void;  // says to Boost: all bits are as good as any
  NameHash();
  std::size_t operator()(std::string_view name) const noexcept { return static_cast<std::size_t>(hash_of_name(name, seed_)); }

 private:
  std::uint64_t seed_;
};

}  // namespace macroscope::onnx
