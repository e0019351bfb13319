// Facts of tensors: what is the type and shape of every tensor, and its content where shapes depend on it?
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analyzer/network/assumption.h"
#include "analyzer/network/network.h"
#include "analyzer/operators/operator.h"
#include "analyzer/passes/shapes/node_classes.h"

namespace macroscope {

class CustomOperators;

using ScopeId = std::uint32_t;

/// A nested graph that a node runs.
struct Call {
  NodeId node = 0;
  ScopeId scope = 0;
  /// How often the node runs it each time it is run itself.
  Dim iterations = 1;
  Nesting nesting = Nesting::sum;
};

/// One graph inferred for one set of inputs: the main graph, a branch or body where it is, a function for each distinct set of
/// inputs it is called with.
struct Scope {
  GraphId graph = 0;
  /// `node[3].then`, `node[3].body/node[0].else`, `local:f`; empty for the main graph.
  std::string path;
  /// How often it runs in all when the model runs once.
  Dim multiplicity = 1;
  /// Part of an operator's own definition; not shown.
  bool internal = false;
  /// By TensorId.
  std::vector<Fact> facts;
  /// By NodeId: the row of the catalogue, or null for an operator without one (or one that brings its function, see calls).
  std::vector<const Operator*> operators;
  /// By NodeId: false where the rule failed or did not know.
  std::vector<bool> inferred;
  NodeClasses classes;
  /// Sorted by node.
  std::vector<Call> calls;
  /// By node: quantities that its shape rule kept for its work rule.
  std::map<NodeId, std::vector<Dim>> remembered;
  /// Attributes of the call, for references in a function's body.
  std::vector<Attribute> attributes;
  /// Versions that the graph was written against.
  std::span<const OperatorSet> operator_sets;
};

struct Shapes {
  /// Rows that the user adds to the catalogue, which the scopes point to; null if there are none.
  std::shared_ptr<const CustomOperators> custom_operators;
  /// scopes[0] is the main graph.  A scope comes before those that it calls, except functions that are called again.
  std::deque<Scope> scopes;
  /// Each once, in order of appearance.
  std::vector<Assumption> assumptions;
};

/// Infers what every tensor is.  A rule that fails leaves the outputs of its node unknown and is reported; all else is still inferred.
/// Symbols that only the data can bind are added to the network's table.  `bindings` gives symbols, by id or by name in the model, a value
/// from the start; names that the model does not have are reported.
Shapes infer_shapes(Network& network, const Bindings& bindings, Diagnostics& diagnostics,
                    std::shared_ptr<const CustomOperators> custom_operators = nullptr);

/// The attributes of a node in a scope, references in a function's body resolved.
[[nodiscard]] inline NodeAttributes attributes_of(const Scope& scope, const Node& node) noexcept {
  return {node, scope.attributes};
}

/// The context of a node in a scope, for rules that read what was inferred.
OpContext site_of(const Network& network, const Scope& scope, NodeId node);

}  // namespace macroscope
