#include "analyzer/passes/cost/alike_nodes.h"

#include <algorithm>
#include <functional>

#include "analyzer/network/attributes.h"

namespace macroscope {

std::size_t AlikeNodes::hash(NodeId node) const noexcept {
  constexpr std::size_t kFactor = 31;
  std::size_t hash = std::hash<const Operator*>()(scope_.operators[node]) / alignof(Operator);
  for (const TensorId input : graph_.nodes[node].inputs) {
    hash = hash * kFactor + 1;
    if (input == kAbsent) continue;
    for (const Dim& extent : scope_.facts[input].type.shape.dims()) hash = hash * kFactor + extent.hash();
  }
  return hash;
}

bool AlikeNodes::are_alike(NodeId a, NodeId b) const {
  const Node& x = graph_.nodes[a];
  const Node& y = graph_.nodes[b];
  const bool depend_on_more = scope_.remembered.contains(a) || scope_.remembered.contains(b);
  return scope_.operators[a] == scope_.operators[b] && scope_.inferred[a] == scope_.inferred[b] && !depend_on_more &&
         are_alike(x.inputs, y.inputs) && are_alike(x.outputs, y.outputs) && same_attributes(x.attributes, y.attributes);
}

bool AlikeNodes::are_alike(std::span<const TensorId> a, std::span<const TensorId> b) const {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [this](TensorId x, TensorId y) {
    if (x == kAbsent || y == kAbsent) return x == y;
    const Fact& first = scope_.facts[x];
    const Fact& second = scope_.facts[y];
    // Contents are the same only if they are one: comparing them would take longer than it saves.
    return first.value == second.value && first.type == second.type && mask_of(x) == mask_of(y);
  });
}

TapMask AlikeNodes::mask_of(TensorId tensor) const noexcept {
  const std::uint32_t stored = graph_.tensors[tensor].stored;
  return stored == kNone ? TapMask::none : graph_.stored[stored].mask;
}

}  // namespace macroscope
