// Content rules: how do the elements of small tensors move?
//
// Operators that rearrange tensors rearrange their contents as well: each element of the result is one of an operand's.  A rule says which
// one; this file does the rest, for integers, numbers and texts alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analyzer/network/type.h"

namespace macroscope {

/// Row-major numbering of the elements of a tensor with plain extents.
class Grid {
 public:
  /// \pre extents are at least 0 and their product is at most Value::kMaxElements
  explicit Grid(std::vector<std::int64_t> extents);
  /// Empty where an extent is no plain number, or there are more elements than contents are followed for.
  static std::optional<Grid> of(const Shape& shape);

  [[nodiscard]] std::int64_t elements() const noexcept { return elements_; }
  [[nodiscard]] std::size_t rank() const noexcept { return extents_.size(); }
  [[nodiscard]] std::int64_t extent(std::size_t axis) const noexcept { return extents_[axis]; }
  [[nodiscard]] std::int64_t stride(std::size_t axis) const noexcept { return strides_[axis]; }
  [[nodiscard]] std::span<const std::int64_t> extents() const noexcept { return extents_; }
  /// \pre position is within the extents
  [[nodiscard]] std::int64_t place_of(std::span<const std::int64_t> position) const noexcept;
  /// The position that follows in row-major order; after the last comes the first.
  void advance(std::span<std::int64_t> position) const noexcept;

 private:
  std::vector<std::int64_t> extents_;
  std::vector<std::int64_t> strides_;
  std::int64_t elements_ = 1;
};

/// Which element of which content; a place below 0 is not known.
struct Pick {
  std::size_t content = 0;
  std::int64_t place = -1;
};
inline constexpr Pick kNoPick{};

/// The picked elements in a row; null if none of them is known.  Contents of another sort than the first known one count as unknown.
ValuePointer picked(std::span<const ValuePointer> contents, std::span<const Pick> picks);

/// The content of a tensor of `shape` whose element at each position is `pick_at(position)`.
template <typename PickAt>
ValuePointer assembled(std::span<const ValuePointer> contents, const Shape& shape, PickAt pick_at) {
  bool any = false;
  for (const ValuePointer& content : contents) any = any || content != nullptr;
  const std::optional<Grid> grid = any ? Grid::of(shape) : std::nullopt;
  if (!grid) return nullptr;
  std::vector<Pick> picks;
  picks.reserve(static_cast<std::size_t>(grid->elements()));
  std::vector<std::int64_t> position(grid->rank(), 0);
  for (std::int64_t element = 0; element < grid->elements(); ++element) {
    picks.push_back(pick_at(std::span<const std::int64_t>(position)));
    grid->advance(position);
  }
  return picked(contents, picks);
}

/// The same for one operand: `place_at(grid of the operand, position)` is a place in it, below 0 if unknown.
template <typename PlaceAt>
ValuePointer rearranged(const Fact& operand, const Shape& shape, PlaceAt place_at) {
  const std::optional<Grid> source = operand.value ? Grid::of(operand.type.shape) : std::nullopt;
  if (!source) return nullptr;
  return assembled(std::span(&operand.value, 1), shape, [&](std::span<const std::int64_t> position) {
    return Pick{0, place_at(*source, position)};
  });
}

/// An index that may be counted from the end, as 0 .. extent - 1; empty if it is out of range.
std::optional<std::int64_t> index_within(std::int64_t index, std::int64_t extent) noexcept;

/// Where the element at `position` of a broadcast result is in an operand.
std::int64_t broadcast_place(const Grid& operand, std::span<const std::int64_t> position) noexcept;

/// A content of `count` elements that are all this one; null past Value::kMaxElements.
ValuePointer filled(const ValuePointer& element, const Dim& count);
ValuePointer integer_content(Integers elements);

/// The elements if all are plain numbers.
std::optional<std::vector<std::int64_t>> plain_numbers(const ValuePointer& content);

}  // namespace macroscope
