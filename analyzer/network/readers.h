// Uses of tensors: which nodes of a graph read a tensor, and as which operand?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analyzer/network/network.h"

namespace macroscope {

struct Reader {
  NodeId node = 0;
  /// Which of the node's inputs it is; kNone where a nested graph of the node takes it by name.
  std::uint32_t input = 0;
};

/// Readers of every tensor of one graph, each tensor's in order of the file.
class Readers {
 public:
  Readers(const Network& network, const Graph& graph);
  [[nodiscard]] std::span<const Reader> of(TensorId tensor) const noexcept {
    return std::span(readers_).subspan(first_[tensor], first_[tensor + 1] - first_[tensor]);
  }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<Reader> readers_;
};

}  // namespace macroscope
