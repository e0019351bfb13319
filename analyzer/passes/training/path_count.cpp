#include "analyzer/passes/training/path_count.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace macroscope {

PathCount& PathCount::operator+=(const PathCount& other) noexcept {
  if (is_exact_ && other.is_exact_) {
    std::array<std::uint64_t, 4> sum{};
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      const std::uint64_t partial = limbs_[i] + other.limbs_[i];
      const bool overflows = partial < limbs_[i];
      sum[i] = partial + carry;
      carry = static_cast<std::uint64_t>(overflows || sum[i] < partial);
    }
    if (carry == 0) {
      limbs_ = sum;
      return *this;
    }
  }
  const double greater = std::max(log2(), other.log2());
  const double lesser = std::min(log2(), other.log2());
  log2_ = greater + std::log2(1 + std::exp2(lesser - greater));
  is_exact_ = false;
  return *this;
}

bool PathCount::is_zero() const noexcept { return is_exact_ && limbs_ == std::array<std::uint64_t, 4>{}; }

double PathCount::log2() const noexcept {
  if (!is_exact_) return log2_;
  if (is_zero()) return -std::numeric_limits<double>::infinity();
  double value = 0;
  for (auto limb = limbs_.rbegin(); limb != limbs_.rend(); ++limb) value = value * 0x1p64 + static_cast<double>(*limb);
  return std::log2(value);
}

std::optional<std::uint64_t> PathCount::number() const noexcept {
  if (!is_exact_ || limbs_[1] != 0 || limbs_[2] != 0 || limbs_[3] != 0) return std::nullopt;
  return limbs_[0];
}

std::string PathCount::decimal() const {
  std::array<std::uint64_t, 4> rest = limbs_;
  std::string digits;
  do {
    std::uint64_t remainder = 0;  // the rest is divided by 10, half a limb at a time
    for (auto limb = rest.rbegin(); limb != rest.rend(); ++limb) {
      const std::uint64_t high = (remainder << 32U) | (*limb >> 32U);
      const std::uint64_t low = ((high % 10) << 32U) | (*limb & 0xffffffffU);
      *limb = ((high / 10) << 32U) | (low / 10);
      remainder = low % 10;
    }
    digits.push_back(static_cast<char>('0' + remainder));
  } while (rest != std::array<std::uint64_t, 4>{});
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace macroscope
