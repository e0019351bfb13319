#include "reports/tables/tensor_names.h"

#include <fmt/format.h>

#include <boost/unordered/unordered_flat_set.hpp>
#include <vector>

#include "reports/notation/unicode.h"

namespace macroscope {

TensorNames::TensorNames(const Graph& graph) : graph_(&graph) {
  boost::unordered_flat_set<std::string_view> taken;
  taken.reserve(graph.tensors.size());
  std::vector<TensorId> renamed;
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const std::string_view name = graph.tensors[id].name;
    if (!is_valid_utf8(name) || !taken.insert(name).second) renamed.push_back(id);
  }
  std::unordered_map<std::string_view, int> next;  // by stem, so that a name that thousands have is no search
  for (const TensorId id : renamed) {
    std::string stem = to_valid_utf8(graph.tensors[id].name);
    std::string name = stem;
    int& number = next.try_emplace(graph.tensors[id].name, 2).first->second;
    while (taken.contains(name)) name = fmt::format("{}~{}", stem, number++);
    const std::string& kept = changed_.emplace(id, std::move(name)).first->second;
    taken.insert(kept);
  }
}

}  // namespace macroscope
