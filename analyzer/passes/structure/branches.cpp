#include "analyzer/passes/structure/branches.h"

#include <algorithm>

namespace macroscope {

Branches::Branches(const Graph& graph, const ElementwiseProvenance& provenance)
    : graph_(graph), provenance_(provenance), reads_(graph.tensors.size()), closed_at_(graph.nodes.size(), kNone) {
  for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor)
    reads_[tensor] = static_cast<std::uint32_t>(provenance.readers().of(tensor).size());
  for (const std::vector<TensorId>* outputs : {&graph.outputs, &graph.auxiliary_outputs})
    for (const TensorId output : *outputs) ++reads_[output];
  for (const NodeId node : graph.order) {
    if (data_of(graph.nodes[node]).size() < 2) continue;
    const std::vector<Branch> branches = of(node);
    const TensorId entry = branches.front().entry;
    const bool is_closed = entry != kAbsent && reads_[entry] == branches.size() &&
                           std::all_of(branches.begin(), branches.end(), [&](const Branch& b) { return b.entry == entry; });
    if (!is_closed) continue;
    Closed closed{entry, {}};
    for (const Branch& branch : branches) closed.nodes.insert(closed.nodes.end(), branch.nodes.begin(), branch.nodes.end());
    if (closed.nodes.size() >= kLongest) continue;
    closed_at_[node] = static_cast<std::uint32_t>(closed_.size());
    closed_.push_back(std::move(closed));
  }
}

std::vector<TensorId> Branches::data_of(const Node& node) const {
  std::vector<TensorId> data;
  for (const TensorId input : node.inputs)
    if (input != kAbsent && !provenance_.is_stored(input)) data.push_back(input);
  return data;
}

std::vector<Branch> Branches::of(NodeId join) const {
  std::vector<Branch> branches;
  for (const TensorId input : data_of(graph_.nodes[join])) branches.push_back(follow(input));
  return branches;
}

Branch Branches::follow(TensorId operand) const {
  Branch branch{operand, kAbsent, {}};
  TensorId at = operand;
  bool is_alone = is_read_once(at);  // at the entry of a closed part all that reads it is behind us
  while (is_alone) {
    const NodeId producer = graph_.tensors[at].producer;
    if (producer == kNone) break;
    const Node& node = graph_.nodes[producer];
    const std::vector<TensorId> data = data_of(node);
    if (data.empty() || node.outputs.size() > 1 || has_nested_graph(node)) break;
    if (branch.nodes.size() >= kLongest) return branch;
    if (data.size() == 1) {
      branch.nodes.push_back(producer);
      at = data.front();
      is_alone = is_read_once(at);
    } else if (closed_at_[producer] != kNone) {
      const Closed& closed = closed_[closed_at_[producer]];
      branch.nodes.push_back(producer);
      branch.nodes.insert(branch.nodes.end(), closed.nodes.rbegin(), closed.nodes.rend());
      at = closed.entry;
    } else {
      break;
    }
  }
  branch.entry = at;
  std::reverse(branch.nodes.begin(), branch.nodes.end());
  return branch;
}

}  // namespace macroscope
