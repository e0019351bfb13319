// Search for node classes: was a node like this one inferred before?  Used by the shapes pass alone.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <optional>
#include <span>

#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// Compares the nodes of one scope, whose operands are inferred.
class ClassSearch {
 public:
  /// Both must outlive this.
  ClassSearch(const Graph& graph, const Scope& scope) noexcept : graph_(graph), scope_(scope) {}

  /// The first node of the class that this one would be of, by its row, attributes and operands.
  [[nodiscard]] std::optional<NodeId> first_like(NodeId node) const;
  /// From now on the node is the first of its class.
  void add(NodeId node) { first_.insert_or_assign(hash(node), node); }

 private:
  [[nodiscard]] std::size_t hash(NodeId node) const noexcept;
  [[nodiscard]] bool are_alike(std::span<const TensorId> a, std::span<const TensorId> b) const;
  [[nodiscard]] TapMask mask_of(TensorId tensor) const noexcept;

  const Graph& graph_;
  const Scope& scope_;
  /// By hash, of each one node: of two classes with one hash the older is forgotten, so that no model makes a search long.
  boost::unordered_flat_map<std::size_t, NodeId> first_;
};

}  // namespace macroscope
