#include "frontends/onnx/import/attribute_lists.h"

#include <cstdint>
#include <variant>

#include "analyzer/network/attributes.h"
#include "frontends/onnx/reader/name_hash.h"

namespace macroscope::onnx {
namespace {

/// By the numbers that tell one convolution from another.
std::uint64_t hash_of(std::span<const Attribute> attributes) noexcept {
  std::uint64_t hash = attributes.size();
  const auto add = [&](std::int64_t number) { hash = folded_product(hash ^ static_cast<std::uint64_t>(number), kHashFactor); };
  for (const Attribute& attribute : attributes) {
    add(static_cast<std::int64_t>(attribute.name.size()));
    if (const auto* number = std::get_if<std::int64_t>(&attribute.content)) add(*number);
    if (const auto* list = std::get_if<std::span<const std::int64_t>>(&attribute.content))
      for (const std::int64_t number : *list) add(number);
  }
  return hash;
}

}  // namespace

std::span<const Attribute> AttributeLists::keep(std::span<const Attribute> attributes) {
  std::span<const Attribute>& recent = recent_[hash_of(attributes) % kRecent];
  if (!same_attributes(recent, attributes)) recent = network_.keep(attributes);
  return recent;
}

}  // namespace macroscope::onnx
