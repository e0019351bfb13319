#include "reports/tables/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "reports/notation/unicode.h"

namespace macroscope {

TensorNames::TensorNames(const Graph& graph) : graph_(&graph) {
  const auto is_sound = [](const Tensor& tensor) { return is_valid_utf8(tensor.name); };
  if (std::all_of(graph.tensors.begin(), graph.tensors.end(), is_sound)) return;
  std::unordered_set<std::string> taken;
  for (const Tensor& tensor : graph.tensors)
    if (is_sound(tensor)) taken.emplace(tensor.name);
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    if (is_sound(graph.tensors[id])) continue;
    const std::string stem = to_valid_utf8(graph.tensors[id].name);
    std::string name = stem;
    for (int number = 2; !taken.insert(name).second; ++number) name = fmt::format("{}~{}", stem, number);
    changed_.emplace(id, std::move(name));
  }
}

}  // namespace macroscope
