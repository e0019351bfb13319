// Ensembles of trees: how many trees and nodes are there, and how long are the paths from a root to a leaf?
//
// Three operators hold them in attributes.  The older two list all nodes, leaves too, by the tree they are in; TreeEnsemble lists inner
// nodes by their roots, and says of each child whether it is a leaf.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analyzer/operators/op_context.h"

namespace macroscope {

struct TreeEnsemble {
  std::int64_t trees = 0;
  /// Nodes that compare, and leaves.
  std::int64_t branches = 0;
  std::int64_t leaves = 0;
  /// Comparisons of one row, where it takes the shortest path of each tree and where it takes the longest.
  std::int64_t fewest_comparisons = 0;
  std::int64_t most_comparisons = 0;
  /// Comparisons on the longest path of any tree.
  std::int64_t depth = 0;
};

/// Of a node of ai.onnx.ml that holds one. \throws RuleError `bad-tree` where the lists are no trees
[[nodiscard]] TreeEnsemble tree_ensemble_of(const OpContext& context);

}  // namespace macroscope
