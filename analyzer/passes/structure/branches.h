// Branches: where do the branches that a node joins come from, and which layers lie on each?
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/passes/structure/elementwise_provenance.h"

namespace macroscope {

/// The way back from an operand of a join: nodes whose results nobody else reads, up to the tensor that others read as well.
struct Branch {
  TensorId operand = kAbsent;
  /// Where the branch starts; kAbsent if it was not followed that far.
  TensorId entry = kAbsent;
  /// In order of the way from the entry to the join.
  std::vector<NodeId> nodes;
};

/// Follows branches back.  Where branches join inside a branch, and start from one tensor that nothing else reads, they are followed as one.
class Branches {
 public:
  Branches(const Graph& graph, const ElementwiseProvenance& provenance);

  /// The branches that a node joins: one for each operand that is not stored.
  [[nodiscard]] std::vector<Branch> of(NodeId join) const;

  /// Branches of more nodes than this are not followed to their entry.
  static constexpr std::size_t kLongest = 64;

 private:
  /// What lies between a tensor and the node that joins all that reads it.
  struct Closed {
    TensorId entry = kAbsent;
    std::vector<NodeId> nodes;
  };

  /// Operands of a node that are not stored, each as often as it is read.
  [[nodiscard]] std::vector<TensorId> data_of(const Node& node) const;
  [[nodiscard]] Branch follow(TensorId operand) const;
  [[nodiscard]] bool is_read_once(TensorId tensor) const { return reads_[tensor] == 1; }

  const Graph& graph_;
  const ElementwiseProvenance& provenance_;
  /// How often a tensor is read, as an output of the graph as well.
  std::vector<std::uint32_t> reads_;
  /// By NodeId: index into closed_, or kNone.
  std::vector<std::uint32_t> closed_at_;
  std::vector<Closed> closed_;
};

}  // namespace macroscope
