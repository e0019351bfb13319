#include "analyzer/network/readers.h"

#include <numeric>

namespace macroscope {
namespace {

/// Calls visit(tensor, reader) for everything the graph's nodes read, themselves or in graphs nested in them.
template <typename Visit>
void for_each_access(const Network& network, const Graph& graph, Visit visit) {
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    for (std::uint32_t input = 0; input < node.inputs.size(); ++input)
      if (node.inputs[input] != kAbsent) visit(node.inputs[input], Reader{id, input});
    for (const Attribute& attribute : node.attributes) {
      const auto* nested = std::get_if<GraphId>(&attribute.content);
      if (nested == nullptr) continue;
      for (const Tensor& tensor : network.graphs[*nested].tensors)
        if (tensor.outer != kAbsent) visit(tensor.outer, Reader{id, kNone});
    }
  }
}

}  // namespace

Readers::Readers(const Network& network, const Graph& graph) : first_(graph.tensors.size() + 1, 0) {
  for_each_access(network, graph, [&](TensorId tensor, Reader) { ++first_[tensor + 1]; });
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  readers_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for_each_access(network, graph, [&](TensorId tensor, Reader reader) { readers_[next[tensor]++] = reader; });
}

}  // namespace macroscope
