// Execution state: what is alive after some of a graph's nodes have run, and what would one more need?  The search
// for the best order runs nodes and takes them back, in any order that their operands allow.
#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/passes/memory/memory.h"

namespace macroscope {

/// The main graph reduced to what an order decides about, in plain numbers.
struct ExecutionPlan {
  struct Step {
    /// Bytes of the buffers that it makes, and the peak inside of graphs that it runs.
    Int128 made = 0;
    Int128 inside = 0;
    /// Bytes that it makes and nobody reads.
    Int128 unread = 0;
    /// Buffers that it reads, each once.
    std::vector<std::uint32_t> reads;
    /// Those of them that it may write its output over.
    std::vector<std::uint32_t> reusable;
    Int128 reused = 0;
    /// Nodes that wait for it, each once.
    std::vector<NodeId> successors;
    std::uint32_t predecessors = 0;
  };
  struct Memory {
    Int128 bytes = 0;
    std::uint32_t readers = 0;
    bool is_output = false;
  };

  std::vector<Step> steps;  // by NodeId
  std::vector<Memory> buffers;
  Int128 alive_at_start = 0;
  /// True if the sizes are those of the model, or all of them the same multiple of them.
  bool is_exact = true;
};

/// Every symbol stands for 64 where sizes depend on symbols.
ExecutionPlan execution_plan(const Network& network, const Shapes& shapes, const Parameters& parameters, bool in_place);

class Execution {
 public:
  explicit Execution(const ExecutionPlan& plan);

  [[nodiscard]] bool is_complete() const noexcept { return done_count_ == plan_->steps.size(); }
  [[nodiscard]] bool is_done(NodeId node) const noexcept { return done_[node]; }
  [[nodiscard]] const std::vector<NodeId>& ready() const noexcept { return ready_; }
  [[nodiscard]] std::size_t done_count() const noexcept { return done_count_; }
  /// Bytes alive while a ready node runs, and by how much it changes what is alive afterwards.
  [[nodiscard]] Int128 needed_by(NodeId node) const;
  [[nodiscard]] Int128 change_by(NodeId node) const;

  void run(NodeId node);
  /// Takes back the node that ran last.
  void undo();
  /// Runs every ready node that leaves no more alive than before and needs no more than `limit`: to wait with it never helps.
  void run_what_is_free(Int128 limit);
  /// How many nodes it looked at for that, so far.
  [[nodiscard]] std::uint64_t looks() const noexcept { return looks_; }
  /// Nodes that ran, in order.
  [[nodiscard]] const std::vector<NodeId>& order() const noexcept { return order_; }

 private:
  const ExecutionPlan* plan_;
  std::vector<std::uint32_t> waiting_;    // by node: predecessors that have not run
  std::vector<std::uint32_t> remaining_;  // by buffer: readers that have not run
  std::vector<bool> done_;
  std::vector<NodeId> ready_;
  std::vector<NodeId> order_;
  /// By step of `order_`: where in `ready_` the node stood.
  std::vector<std::size_t> places_;
  Int128 alive_;
  std::size_t done_count_ = 0;
  std::uint64_t looks_ = 0;
};

}  // namespace macroscope
