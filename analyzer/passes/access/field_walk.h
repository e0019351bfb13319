// Receptive-field propagation: how do access maps travel through a graph?  Used by receptive_field.cpp alone.
#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/passes/access/receptive_field.h"

namespace macroscope {

class FieldWalk {
 public:
  using AccessMaps = ReceptiveFields::AccessMaps;
  /// Of every tensor of one graph.
  using States = std::vector<AccessMaps>;

  /// `extents`: by source how many positions it has.
  FieldWalk(const Network& network, const Shapes& shapes, std::vector<Dim> extents)
      : network_(network), shapes_(shapes), extents_(std::move(extents)) {}

  /// Fills in what nodes of the scope make; `states` holds what its inputs read.
  void run(ScopeId scope, States& states);

  /// Of the sources of the graph that is walked.
  [[nodiscard]] const std::vector<Dim>& extents() const noexcept { return extents_; }
  /// False where bodies have been walked so often that one more round would take too long.
  bool may_go_round() noexcept { return rounds_left_-- > 0; }

 private:
  /// What an output of a function reads of each axis of each input of it.
  struct Transfer {
    std::vector<AccessMaps> outputs;
    /// Of each input the first source; one further source stands for the input as a whole.
    std::vector<std::uint32_t> first_source;
  };

  using Maps = ClassResults<AxisMap>;

  void run_node(const Scope& scope, NodeId node, Maps& maps, States& states);
  /// False if there is no such short way.
  bool run_in_place(const Scope& scope, const Node& node, const Operator& row, States& states) const;
  /// \throws Unknown where there is no map
  static const AxisMap& map_of(const OpContext& context, NodeId node, const Operator& row, Maps& maps);
  void run_by_map(const Scope& scope, NodeId node, const Operator& row, Maps& maps, States& states) const;
  void run_call(const Scope& scope, NodeId node, ScopeId callee, States& states);
  void run_branches(const Scope& scope, NodeId node, std::span<const Call> calls, States& states);
  void mark_unknown(const Scope& scope, NodeId node, States& states) const;
  const Transfer& transfer_of(ScopeId scope);
  static std::span<const Call> calls_of(const Scope& scope, NodeId node);

  const Network& network_;
  const Shapes& shapes_;
  std::vector<Dim> extents_;
  int rounds_left_ = 1024;
  std::map<ScopeId, Transfer> transfers_;
};

}  // namespace macroscope
