#include "analyzer/passes/shapes/class_search.h"

#include <algorithm>
#include <functional>

#include "analyzer/network/attributes.h"

namespace macroscope {
namespace {

constexpr std::size_t kFactor = 31;

template <typename Pointer>
std::size_t hash_of_pointer(const Pointer* pointer) noexcept {
  return std::hash<const Pointer*>()(pointer) / alignof(std::max_align_t);
}

}  // namespace

std::optional<NodeId> ClassSearch::first_like(NodeId node) const {
  const auto found = first_.find(hash(node));
  if (found == first_.end()) return std::nullopt;
  const Node &other = graph_.nodes[found->second], &own = graph_.nodes[node];
  const bool is_alike = scope_.operators[found->second] == scope_.operators[node] && are_alike(other.inputs, own.inputs) &&
                        std::equal(other.outputs.begin(), other.outputs.end(), own.outputs.begin(), own.outputs.end(),
                                   [](TensorId a, TensorId b) { return (a == kAbsent) == (b == kAbsent); }) &&
                        same_attributes(other.attributes, own.attributes);
  return is_alike ? std::optional(found->second) : std::nullopt;
}

std::size_t ClassSearch::hash(NodeId node) const noexcept {
  const Node& own = graph_.nodes[node];
  std::size_t hash = hash_of_pointer(scope_.operators[node]);
  for (const Attribute& attribute : own.attributes) hash = hash * kFactor + hash_of(attribute);
  for (const TensorId input : own.inputs) {
    hash = hash * kFactor + 1;
    if (input == kAbsent) continue;
    const Fact& fact = scope_.facts[input];
    hash = hash * kFactor + static_cast<std::size_t>(fact.type.dtype);
    if (fact.value) hash = hash * kFactor + hash_of_pointer(fact.value.get());
    for (const Dim& extent : fact.type.shape.dims()) hash = hash * kFactor + extent.hash();
  }
  return hash;
}

bool ClassSearch::are_alike(std::span<const TensorId> a, std::span<const TensorId> b) const {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [this](TensorId x, TensorId y) {
    if (x == kAbsent || y == kAbsent) return x == y;
    const Fact& first = scope_.facts[x];
    const Fact& second = scope_.facts[y];
    // Contents are the same only if they are one: comparing them would take longer than it saves.
    return first.value == second.value && first.type == second.type && mask_of(x) == mask_of(y);
  });
}

TapMask ClassSearch::mask_of(TensorId tensor) const noexcept {
  const std::uint32_t stored = graph_.tensors[tensor].stored;
  return stored == kNone ? TapMask::none : graph_.stored[stored].mask;
}

}  // namespace macroscope
