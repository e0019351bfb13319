#include "analyzer/operators/attribute_parameters.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace macroscope {
namespace {

constexpr std::int64_t kBytesOfFloat = 4;

struct LearnedLists {
  std::string_view op;
  /// Each may be spelled with `_as_tensor` behind it.
  std::array<std::string_view, 5> lists;
};

constexpr std::array<LearnedLists, 7> kLearned{{
    {"LinearClassifier", {"coefficients", "intercepts"}},
    {"LinearRegressor", {"coefficients", "intercepts"}},
    {"SVMClassifier", {"support_vectors", "coefficients", "rho", "prob_a", "prob_b"}},
    {"SVMRegressor", {"support_vectors", "coefficients", "rho"}},
    {"TreeEnsemble", {"nodes_splits", "leaf_weights"}},
    {"TreeEnsembleClassifier", {"nodes_values", "class_weights", "base_values"}},
    {"TreeEnsembleRegressor", {"nodes_values", "target_weights", "base_values"}},
}};

const Attribute* find(const Node& node, std::string_view name) {
  const auto found =
      std::find_if(node.attributes.begin(), node.attributes.end(), [&](const Attribute& a) { return a.name == name; });
  return found == node.attributes.end() ? nullptr : &*found;
}

AttributeParameters held_by(const Attribute& attribute) {
  if (const auto* reals = std::get_if<std::span<const float>>(&attribute.content)) {
    const auto count = static_cast<std::int64_t>(reals->size());
    return {count, count * kBytesOfFloat};
  }
  const auto* tensor = std::get_if<const StoredTensor*>(&attribute.content);
  if (tensor == nullptr) return {};
  AttributeParameters held{1, 0};
  for (const std::int64_t dim : (*tensor)->dims)
    if (__builtin_mul_overflow(held.elements, dim, &held.elements)) return {};
  const int bits = bits_of((*tensor)->dtype).value_or(0);
  if (__builtin_mul_overflow(held.elements, std::int64_t{bits / 8}, &held.bytes)) return {};
  return held;
}

/// Leaves are among the nodes with a threshold that nothing compares.
std::int64_t leaves_among_nodes(const Node& node) {
  const Attribute* modes = find(node, "nodes_modes");
  const auto* texts = modes == nullptr ? nullptr : std::get_if<std::span<const std::string_view>>(&modes->content);
  return texts == nullptr ? 0 : std::count(texts->begin(), texts->end(), "LEAF");
}

}  // namespace

AttributeParameters parameters_in_attributes(const Node& node) {
  AttributeParameters sum;
  if (node.domain != "ai.onnx.ml") return sum;
  const auto learned = std::find_if(kLearned.begin(), kLearned.end(), [&](const LearnedLists& row) { return row.op == node.op; });
  if (learned == kLearned.end()) return sum;
  for (const std::string_view list : learned->lists) {
    if (list.empty()) continue;
    for (const Attribute& attribute : node.attributes) {
      if (attribute.name != list && attribute.name != std::string(list) + "_as_tensor") continue;
      const AttributeParameters held = held_by(attribute);
      const std::int64_t unused = list == "nodes_values" ? std::min(leaves_among_nodes(node), held.elements) : 0;
      const std::int64_t bytes_each = held.elements == 0 ? 0 : held.bytes / held.elements;
      sum.elements += held.elements - unused;
      sum.bytes += held.bytes - unused * bytes_each;
    }
  }
  return sum;
}

}  // namespace macroscope
