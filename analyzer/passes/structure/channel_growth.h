// Channel growth and dense blocks: what does each branch of a concatenation add, and which chains add the same each time?
//
// A chain that adds k channels each time is a dense block: after l layers there are c(l) = c0 + k l channels.  Both ways to write one are
// found: each concatenation takes the one before and something new, or it takes all that the one before takes and something new.
#pragma once

#include <vector>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/cost/parameters.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/branches.h"

namespace macroscope {

struct BranchGrowth {
  Branch branch;
  Dim channels;
  /// Of the branch's own layers; nothing where it was not followed to its entry.
  Dim macs;
  Dim parameters;
};

/// A concatenation along channels.
struct Concatenation {
  ScopeId scope = 0;
  NodeId node = 0;
  std::uint32_t axis = 0;
  Dim channels;
  std::vector<BranchGrowth> branches;
  /// Where all branches start, each with layers or as it is: the input of a module; kAbsent if they start at several places.
  TensorId input = kAbsent;
};

struct DenseBlock {
  ScopeId scope = 0;
  /// Its concatenations, one a layer of the block.
  std::vector<NodeId> layers;
  Dim first;   // c0: channels before the first layer
  Dim growth;  // k
  [[nodiscard]] std::size_t count() const noexcept { return layers.size(); }
};

struct ChannelGrowth {
  std::vector<DenseBlock> blocks;
  /// Those that are in no dense block and join two operands or more.
  std::vector<Concatenation> concatenations;
};

ChannelGrowth find_growth(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances,
                          const Parameters& parameters, const Costs& costs);

}  // namespace macroscope
