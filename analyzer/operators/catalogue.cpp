#include "analyzer/operators/catalogue.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "analyzer/operators/families.h"

namespace macroscope {
namespace {

// clang-format off: one line each
const Family kFamilies[] = {
    families::convolution(),
    families::pooling(),
    families::matmul(),
    families::reduction(),
    families::arithmetic(),
    families::logic(),
    families::activation(),
    families::machine_learning_models(),
    families::machine_learning(),
    families::text(),
    families::vision(),
    families::signal(),
    families::training(),
    families::loss(),
    families::preview_attention(),
    families::linear_attention(),
    families::attention(),
    families::recurrent(),
    families::quantization(),
    families::normalization(),
    families::control(),
    families::repetition(),
    families::sequence(),
    families::conversion(),
    families::folding(),
    families::gathering(),
    families::joining(),
    families::matrices(),
    families::padding(),
    families::random(),
    families::repeating(),
    families::reshaping(),
    families::resizing(),
    families::scattering(),
    families::selecting(),
    families::shape_arithmetic(),
    families::slicing(),
    families::microsoft_activation(),
    families::microsoft_normalization(),
    families::microsoft_normalization_of_onnx(),
    families::microsoft_quantized_elementwise(),
    families::microsoft_matmul(),
    families::microsoft_packed_matmul(),
    families::microsoft_convolution(),
    families::microsoft_attention(),
    families::microsoft_multi_head_attention(),
    families::microsoft_grouped_attention(),
    families::microsoft_positions(),
    families::microsoft_experts(),
    families::microsoft_generation(),
    families::microsoft_recurrent(),
    families::microsoft_state(),
    families::microsoft_signal(),
    families::microsoft_indexer(),
    families::microsoft_movement(),
};
// clang-format on

using Key = std::pair<std::string_view, std::string_view>;

struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept {
    const std::hash<std::string_view> hash;
    return hash(key.first) * 31 + hash(key.second);
  }
};

/// The rows of one operator, newest first.
using Versions = std::vector<const Operator*>;
using Index = boost::unordered_flat_map<Key, Versions, KeyHash>;

Index make_index() {
  Index index;
  for (const Family& family : kFamilies)
    for (const Operator& row : family.operators) index[{family.domain, row.name}].push_back(&row);
  for (auto& [key, versions] : index)
    std::sort(versions.begin(), versions.end(), [](const Operator* a, const Operator* b) { return a->since > b->since; });
  return index;
}

}  // namespace

std::span<const Family> catalogue() noexcept { return kFamilies; }

const Operator* find_operator(std::string_view domain, std::string_view name, std::int64_t version) noexcept {
  static const Index index = make_index();
  const auto found = index.find({domain, name});
  if (found == index.end()) return nullptr;
  for (const Operator* row : found->second)
    if (row->since <= version) return row;
  return nullptr;
}

}  // namespace macroscope
