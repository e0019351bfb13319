#include "analyzer/operators/contents/content.h"

#include <algorithm>
#include <utility>

namespace macroscope {
namespace {

template <typename T>
const std::vector<T>* elements_as(const ValuePointer& content) {
  if (content == nullptr) return nullptr;
  if constexpr (std::is_same_v<std::vector<T>, Integers>) {
    return content->integers();
  } else if constexpr (std::is_same_v<std::vector<T>, Reals>) {
    return content->reals();
  } else {
    return content->texts();
  }
}

const auto* element_at(const auto* elements, std::int64_t place) {
  const bool inside = elements != nullptr && place >= 0 && static_cast<std::size_t>(place) < elements->size();
  return inside ? &(*elements)[static_cast<std::size_t>(place)] : nullptr;
}

/// Integers and Reals: an element may be unknown by itself.
template <typename T>
ValuePointer picked_elements(std::span<const ValuePointer> contents, std::span<const Pick> picks) {
  std::vector<const std::vector<T>*> sources;
  for (const ValuePointer& content : contents) sources.push_back(elements_as<T>(content));
  std::vector<T> result;
  result.reserve(picks.size());
  bool any = picks.empty();
  for (const Pick& pick : picks) {
    const T* element = element_at(sources[pick.content], pick.place);
    result.push_back(element == nullptr ? T{} : *element);
    any = any || result.back().has_value();
  }
  return any ? std::make_shared<const Value>(std::move(result)) : nullptr;
}

ValuePointer picked_texts(std::span<const ValuePointer> contents, std::span<const Pick> picks) {
  Texts result;
  result.reserve(picks.size());
  for (const Pick& pick : picks) {
    const std::string* element = element_at(elements_as<std::string>(contents[pick.content]), pick.place);
    if (element == nullptr) return nullptr;
    result.push_back(*element);
  }
  return std::make_shared<const Value>(std::move(result));
}

}  // namespace

Grid::Grid(std::vector<std::int64_t> extents) : extents_(std::move(extents)), strides_(extents_.size(), 0) {
  if (std::find(extents_.begin(), extents_.end(), 0) != extents_.end()) {
    elements_ = 0;
    return;
  }
  for (std::size_t axis = extents_.size(); axis-- > 0;) {
    strides_[axis] = elements_;
    elements_ *= extents_[axis];
  }
}

std::optional<Grid> Grid::of(const Shape& shape) {
  if (!shape.known()) return std::nullopt;
  std::vector<std::int64_t> extents;
  extents.reserve(shape.rank());
  for (const Dim& dim : shape) {
    const std::optional<std::int64_t> extent = dim.number();
    if (!extent || *extent < 0) return std::nullopt;
    extents.push_back(*extent);
  }
  if (std::find(extents.begin(), extents.end(), 0) == extents.end()) {
    std::int64_t room = Value::kMaxElements;
    for (const std::int64_t extent : extents) room /= extent;
    if (room == 0) return std::nullopt;
  }
  return Grid(std::move(extents));
}

std::int64_t Grid::place_of(std::span<const std::int64_t> position) const noexcept {
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < position.size(); ++axis) place += position[axis] * strides_[axis];
  return place;
}

void Grid::advance(std::span<std::int64_t> position) const noexcept {
  for (std::size_t axis = position.size(); axis-- > 0;) {
    if (++position[axis] < extents_[axis]) return;
    position[axis] = 0;
  }
}

ValuePointer picked(std::span<const ValuePointer> contents, std::span<const Pick> picks) {
  const auto first =
      std::find_if(contents.begin(), contents.end(), [](const ValuePointer& content) { return content != nullptr; });
  if (first == contents.end() || picks.size() > Value::kMaxElements) return nullptr;
  if ((*first)->integers() != nullptr) return picked_elements<Integers::value_type>(contents, picks);
  if ((*first)->reals() != nullptr) return picked_elements<Reals::value_type>(contents, picks);
  return picked_texts(contents, picks);
}

std::optional<std::int64_t> index_within(std::int64_t index, std::int64_t extent) noexcept {
  if (index < -extent || index >= extent) return std::nullopt;
  return index < 0 ? index + extent : index;
}

std::int64_t broadcast_place(const Grid& operand, std::span<const std::int64_t> position) noexcept {
  if (position.size() < operand.rank()) return -1;
  const std::size_t offset = position.size() - operand.rank();
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < operand.rank(); ++axis)
    if (operand.extent(axis) != 1) place += position[offset + axis] * operand.stride(axis);
  return place;
}

ValuePointer filled(const ValuePointer& element, const Dim& count) {
  const std::optional<std::int64_t> number = count.number();
  if (element == nullptr || !number || *number < 0 || *number > static_cast<std::int64_t>(Value::kMaxElements)) return nullptr;
  const std::vector<Pick> picks(static_cast<std::size_t>(*number), Pick{0, 0});
  return picked(std::span(&element, 1), picks);
}

ValuePointer integer_content(Integers elements) {
  if (elements.size() > Value::kMaxElements) return nullptr;
  return std::make_shared<const Value>(std::move(elements));
}

std::optional<std::vector<std::int64_t>> plain_numbers(const ValuePointer& content) {
  const Integers* elements = content ? content->integers() : nullptr;
  if (elements == nullptr) return std::nullopt;
  std::vector<std::int64_t> numbers;
  numbers.reserve(elements->size());
  for (const auto& element : *elements) {
    const std::optional<std::int64_t> number = element ? element->number() : std::nullopt;
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace macroscope
