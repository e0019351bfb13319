#include "analyzer/network/type.h"

#include <utility>

namespace macroscope {
namespace {

template <typename T>
bool same(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) noexcept {
  return a == b || (a && b && *a == *b);
}

}  // namespace

std::size_t Value::size() const noexcept {
  return std::visit([](const auto& elements) { return elements.size(); }, content_);
}

Type Type::sequence_of(Type element) {
  return {Kind::sequence, DataType::unknown, DataType::unknown, Shape::unknown(),
          std::make_shared<const Type>(std::move(element))};
}

Type Type::optional_of(Type element) {
  return {Kind::optional, DataType::unknown, DataType::unknown, Shape::unknown(),
          std::make_shared<const Type>(std::move(element))};
}

bool operator==(const Type& a, const Type& b) noexcept {
  return a.kind == b.kind && a.dtype == b.dtype && a.key == b.key && a.shape == b.shape && same(a.element, b.element);
}

bool operator==(const Fact& a, const Fact& b) noexcept { return a.type == b.type && same(a.value, b.value); }

}  // namespace macroscope
