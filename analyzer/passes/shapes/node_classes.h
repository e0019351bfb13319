// Node classes: which nodes of a graph are one and the same but for their names?
//
// Networks repeat their layers.  Nodes of one class have one row of the catalogue, the same attributes, and operands and results of the same
// types and contents, and what was inferred for one asked nothing of its surroundings: so what a rule says of one holds for all.  The shapes
// pass finds the classes as it goes and asks each rule once a class; the passes behind it do the same, see ClassResults.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/network/network.h"

namespace macroscope {

/// By node of one graph: the first of its class.
class NodeClasses {
 public:
  /// Every node is a class of its own.
  void begin(std::size_t nodes);
  /// `node` is one with `first`, which is the first of its class.
  void join(NodeId node, NodeId first) {
    first_[node] = first;
    shared_[first] = shared_[node] = true;
  }

  /// `node` is alone after all.
  void leave(NodeId node) {
    first_[node] = node;
    shared_[node] = false;
  }

  /// The node itself where it is the first, or alone.
  [[nodiscard]] NodeId first_of(NodeId node) const noexcept { return node < first_.size() ? first_[node] : node; }
  [[nodiscard]] bool is_first(NodeId node) const noexcept { return first_of(node) == node; }
  /// There are others in its class.
  [[nodiscard]] bool is_shared(NodeId node) const noexcept { return node < shared_.size() && shared_[node]; }

 private:
  std::vector<NodeId> first_;
  std::vector<bool> shared_;
};

/// What a pass works out once for each class of a graph.  Of nodes that are alone nothing is kept: they are not asked for again.
///
/// This is what passes keep, rather than the bound nest of each class: a model of a hundred thousand layers of which no two are alike would hold
/// as many nests, with the extents of all their loops, and read each of them twice.
template <typename Result>
class ClassResults {
 public:
  explicit ClassResults(const NodeClasses& classes) noexcept : classes_(&classes) {}

  /// Null where it has not been worked out.
  [[nodiscard]] const Result* find(NodeId node) const {
    const auto found = results_.find(classes_->first_of(node));
    return found == results_.end() ? nullptr : &found->second;
  }
  /// \return the result, which stays until the next one is kept
  const Result& keep(NodeId node, Result result) {
    if (!classes_->is_shared(node)) return alone_ = std::move(result);
    return results_.insert_or_assign(classes_->first_of(node), std::move(result)).first->second;
  }

 private:
  const NodeClasses* classes_;
  std::unordered_map<NodeId, Result> results_;
  Result alone_{};
};

}  // namespace macroscope
