// What was worked out for a node before this one that is just like it, as far as rules can tell?
//
// Networks repeat their layers, and what a rule works out for one of them holds for all that have its attributes, and operands and results
// of its types.  Only a few are remembered: layers that are alike are near each other, or come round again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// Compares the nodes of one scope, whose types must be inferred.
class AlikeNodes {
 public:
  /// Both must outlive this.
  AlikeNodes(const Network& network, const Scope& scope) noexcept : graph_(network.graphs[scope.graph]), scope_(scope) {}

  /// The same for nodes that are alike.
  [[nodiscard]] std::size_t hash(NodeId node) const noexcept;
  /// Same row of the catalogue, attributes, and types and contents of operands and results; nodes whose rules hand on more are never alike.
  [[nodiscard]] bool are_alike(NodeId a, NodeId b) const;

 private:
  [[nodiscard]] bool are_alike(std::span<const TensorId> a, std::span<const TensorId> b) const;
  [[nodiscard]] TapMask mask_of(TensorId tensor) const noexcept;

  const Graph& graph_;
  const Scope& scope_;
};

/// Results of rules, kept by the nodes they were worked out for.
template <typename Result>
class AlikeResults {
 public:
  AlikeResults(const Network& network, const Scope& scope) noexcept : nodes_(network, scope) {}

  /// That of a node just like this one; null if there is none among those remembered.
  [[nodiscard]] const Result* find(NodeId node) const {
    if (entries_.empty()) return nullptr;
    const Entry& entry = entries_[nodes_.hash(node) % kRecent];
    return entry.node != kNone && nodes_.are_alike(entry.node, node) ? &entry.result : nullptr;
  }

  /// Takes the place of what was remembered there.
  const Result& remember(NodeId node, Result result) {
    if (entries_.empty()) entries_.resize(kRecent);
    Entry& entry = entries_[nodes_.hash(node) % kRecent];
    entry = {node, std::move(result)};
    return entry.result;
  }

 private:
  static constexpr std::size_t kRecent = 256;

  struct Entry {
    NodeId node = kNone;
    Result result{};
  };

  AlikeNodes nodes_;
  /// Empty until something is remembered, and not on the stack: functions that call each other may be hundreds deep.
  std::vector<Entry> entries_;
};

}  // namespace macroscope
