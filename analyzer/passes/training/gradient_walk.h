// Backward walk: how do gradients travel back through a graph, and what do they cost?  Used by training.cpp alone.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "analyzer/passes/training/saved_activations.h"
#include "analyzer/passes/training/training.h"

namespace macroscope {

/// What comes after a tensor.
struct GradientState {
  enum class Source : std::uint8_t { constant, parameter, activation };
  Source source = Source::constant;
  /// A learned parameter lies upstream, or it is one.
  bool needs = false;
  friend auto operator<=>(const GradientState&, const GradientState&) = default;
};

/// A scope run for given states of its inputs.
struct GradientRun {
  std::vector<GradientState> states;  // by TensorId
  GradientCost cost;
  /// Bytes of what it keeps, without its inputs, outputs and what it takes from the graph around it.
  Dim saved_bytes;
  bool are_bytes_known = true;
  /// By TensorId: what must be kept.
  std::vector<bool> kept;
  /// Tensors as large as what must be kept besides, within a node that made them.
  std::vector<TensorId> kept_inside;
};

class GradientWalk {
 public:
  /// By GraphId, then TensorId.
  using Learned = std::vector<std::vector<bool>>;

  GradientWalk(const Network& network, const Shapes& shapes, const Costs& costs, const Learned& learned,
               const TrainingOptions& options, std::vector<std::vector<GradientCost>>& nodes)
      : network_(network), shapes_(shapes), costs_(costs), learned_(learned), options_(options), nodes_(nodes) {}

  GradientRun run(ScopeId scope, const std::vector<GradientState>& inputs, const std::vector<GradientState>* outer);

  /// Bytes of a tensor as it is kept. \throws Unknown
  [[nodiscard]] Dim kept_bytes(const Type& type) const;
  /// The tensor whose storage another is under a different shape, by TensorId.
  static std::vector<TensorId> storage_of(const Graph& graph, const Scope& scope);

 private:
  std::vector<bool> used_in(const Graph& graph) const;
  void run_node(ScopeId id, NodeId node, std::span<const Call> calls, GradientRun& run);
  void run_calls(ScopeId id, NodeId node, std::span<const Call> calls, GradientRun& run, GradientCost& cost);
  /// \param own holds the run where it is no function's, which are kept
  const GradientRun& run_nested(const Node& node, const Call& call, const GradientRun& around, GradientRun& own);
  void add_own(const Scope& scope, NodeId node, const Dim& macs, const NeedsGradient& needs, const GradientRun& run,
               GradientCost& cost) const;
  void add_handed_on(ScopeId scope, const GradientRun& round, GradientRun& run) const;
  void keep(const Scope& scope, NodeId node, const NeedsGradient& needs, GradientRun& run) const;
  void add_saved(const Scope& scope, GradientRun& run) const;
  void add_bytes(const Type& type, GradientRun& run) const;

  const Network& network_;
  const Shapes& shapes_;
  const Costs& costs_;
  const Learned& learned_;
  const TrainingOptions& options_;
  std::vector<std::vector<GradientCost>>& nodes_;
  /// Functions, by scope and states of their inputs.
  std::map<std::pair<ScopeId, std::vector<GradientState>>, GradientRun> functions_;
  /// Of the node at hand; what it calls comes to have its own only when these are no longer asked for.
  NeedsGradient needs_;
};

}  // namespace macroscope
