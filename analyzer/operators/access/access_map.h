// Access map of one axis: which positions along an axis of a source does an element of a tensor read?
//
// A AccessMap says it for every element at once: element (i, j, ...) reads the positions
//   low + sum of steps  ..  high + sum of steps
// where a step is what one index contributes.  A convolution of stride 2 whose three taps begin in the padding is
// [-1, 1] + 2 i.  An axis that was cut in two (i = 7 a + b) gives two steps; two axes that were joined give digits of one index.
//
// AccessMaps compose: that of a tensor, and those of the operator that reads it, give that of the operator's result.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analyzer/algebra/shape.h"

namespace macroscope {

/// What index i of one axis contributes: with digit = floor((i + offset) / divisor), modulo `modulus` where that is not 0, and
/// digit = period * q + r, between q * step + lows[r] and q * step + highs[r].
struct AccessTerm {
  std::uint32_t axis = 0;
  Dim step = 1;
  Dim offset = 0;
  Dim divisor = 1;
  Dim modulus = 0;
  /// One entry for each digit of a period; empty for a period of 1, whose entries are 0.
  std::vector<Dim> lows{}, highs{};
  /// Digits of a period that read nothing, as between the taps of a transposed convolution; empty where each reads something.
  std::vector<bool> gaps{};

  [[nodiscard]] bool is_gap(std::size_t digit) const noexcept { return !gaps.empty() && gaps[digit]; }
  [[nodiscard]] std::size_t period() const noexcept { return lows.empty() ? 1 : lows.size(); }
  /// The index itself counts.
  [[nodiscard]] bool is_plain() const noexcept { return divisor.is(1) && modulus.is(0) && offset.is(0); }
  friend bool operator==(const AccessTerm&, const AccessTerm&) = default;
};

struct AccessMap {
  enum class Kind : std::uint8_t {
    range,
    all,     // the whole axis of the source
    unknown  // not known
  };
  Kind kind = Kind::unknown;
  /// Whether the paths that were joined have one centre.
  bool aligned = true;
  /// Everything before `high`, everything after `low`: causal operators.
  bool before = false, after = false;
  /// Positions behind the end of the source's axis are those from its start on, and the other way round: a cyclic shift.
  bool wraps = false;
  Dim low, high;
  boost::container::small_vector<AccessTerm, 1> steps;
  /// Kind::unknown: axes along which the source is laid out, a bit each, in an order that no steps describe.  To read all of them
  /// whole is to read all of the source.
  std::uint64_t spread = 0;

  [[nodiscard]] bool is_range() const noexcept { return kind == Kind::range; }
  /// Axes whose index it depends on, or along which it is spread, a bit each.
  [[nodiscard]] std::uint64_t axes_read() const noexcept;
  friend bool operator==(const AccessMap&, const AccessMap&) = default;

  /// One position, whatever the element.
  static AccessMap at(Dim position);
  /// [low, high] + step * index of `axis`.
  static AccessMap along(std::size_t axis, Dim step = 1, Dim low = 0, Dim high = 0);
  static AccessMap of_step(AccessTerm step);
  /// Every position.
  static AccessMap everything();
  /// The whole of an axis of this extent: one position where there is only one.
  static AccessMap whole(const Dim& extent);
  /// Up to and with the index of `axis`; from it on.
  static AccessMap up_to(std::size_t axis);
  static AccessMap from(std::size_t axis);
  static AccessMap unknown(std::uint64_t spread = 0);
};

/// Most digits in a period that are kept apart.
inline constexpr std::size_t kMaxPeriod = 256;

/// The reading of a result: `source` is that of an operand of shape `operand`, `axes` how the result, of shape `result`, reads each axis of it.
/// \throws AlgebraError
AccessMap compose(const AccessMap& source, std::span<const AccessMap> axes, const Shape& operand, const Shape& result);

}  // namespace macroscope
