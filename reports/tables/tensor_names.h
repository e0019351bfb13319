// Tensor keys: what is a tensor called in a document where names have to be valid UTF-8 and differ?
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "analyzer/network/network.h"

namespace macroscope {

/// Names of one graph's tensors.  Bytes that are no UTF-8 become U+FFFD; of names that are equal then, or that a wrong model gives to two
/// tensors, the second gets `~2`.  Nothing is kept of graphs whose names are sound, as nearly all are.
class TensorNames {
 public:
  explicit TensorNames(const Graph& graph);
  [[nodiscard]] std::string_view of(TensorId tensor) const noexcept {
    if (changed_.empty()) return graph_->tensors[tensor].name;
    const auto found = changed_.find(tensor);
    return found == changed_.end() ? graph_->tensors[tensor].name : std::string_view(found->second);
  }

 private:
  const Graph* graph_;
  std::unordered_map<TensorId, std::string> changed_;
};

}  // namespace macroscope
