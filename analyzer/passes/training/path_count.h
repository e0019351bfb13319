// Path counts: how many paths lead through a network, when each block may double them?
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace macroscope {

/// A number of paths: exact below 2^256, beyond that its logarithm.
class PathCount {
 public:
  PathCount() noexcept = default;
  explicit PathCount(std::uint64_t count) noexcept { limbs_[0] = count; }

  PathCount& operator+=(const PathCount& other) noexcept;
  [[nodiscard]] bool is_exact() const noexcept { return is_exact_; }
  [[nodiscard]] bool is_zero() const noexcept;
  /// Minus infinity for no path.
  [[nodiscard]] double log2() const noexcept;
  /// The number, if it is exact and fits.
  [[nodiscard]] std::optional<std::uint64_t> number() const noexcept;
  /// All digits. \pre is_exact()
  [[nodiscard]] std::string decimal() const;

  friend bool operator==(const PathCount& a, const PathCount& b) noexcept {
    return a.is_exact_ == b.is_exact_ && (a.is_exact_ ? a.limbs_ == b.limbs_ : a.log2_ == b.log2_);
  }

 private:
  std::array<std::uint64_t, 4> limbs_{};  // the lowest first
  double log2_ = 0;                       // of what is not exact
  bool is_exact_ = true;
};

}  // namespace macroscope
