// Peak memory: how many bytes are alive at once while the model runs, where is that most, and which tensors are it?
//
// Weights aside.  Nodes run one after another.  An input is there from the start to its last reader, any other tensor from the node that makes
// it; an output of the model stays to the end.  A node's inputs and outputs are alive together.  A graph that a node runs adds its own peak
// while that node runs.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "analyzer/passes/memory/buffers.h"

namespace macroscope {

struct MemoryOptions {
  /// Order in which the main graph's nodes run, producers first; empty: the file's.
  std::vector<NodeId> order{};
  /// An element-wise node may write its output over an operand that nobody reads later.
  bool in_place = false;
};

/// A step at which the peak may lie: for some values of the symbols no other step has more.
struct PeakStep {
  std::uint32_t step = 0;
  Dim bytes;
};

struct Memory {
  /// Nodes of the main graph in the order in which they run.
  std::vector<NodeId> order;
  Buffers buffers;
  /// By buffer: the steps (indices into `order`) from which and up to which it is alive; `first` past `last` for one that never is.
  struct Life {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    /// The buffer whose memory it takes over, or kNone.
    std::uint32_t takes_over = kNone;
    /// Its memory is taken over at its last step.
    bool is_taken_over = false;
  };
  std::vector<Life> lives;
  /// By step: bytes that come to life, bytes that nobody needs after it, and the peak inside of graphs that the node runs.
  std::vector<Dim> made;
  std::vector<Dim> released;
  std::vector<std::pair<std::uint32_t, Dim>> inside;

  /// max() over the steps below; empty where there are more than kMaxPeaks of them, or where it is past 128 bits.
  std::optional<Dim> peak;
  /// In order of the steps, at most kMaxPeaks; empty if there are no nodes.
  std::vector<PeakStep> peaks;
  /// False where the size of a tensor is not known: the peak is a lower bound.
  bool is_complete = true;
  /// Bytes of stored tensors that are read, by the type in which they are stored.
  std::vector<std::pair<DataType, Dim>> weights;

  static constexpr std::size_t kMaxPeaks = 16;

  /// Bytes alive at each step, one after another: visit(step, bytes).  Stops, and returns false, past 128 bits.
  template <typename Visit>
  bool for_each_step(Visit visit) const;
  /// Buffers alive at a step, each once.
  [[nodiscard]] std::vector<std::uint32_t> alive_at(std::uint32_t step) const;
  /// The peak of what the step's node runs inside; 0 for most.
  [[nodiscard]] Dim inside_at(std::uint32_t step) const;
};

Memory measure_memory(const Network& network, const Shapes& shapes, const Parameters& parameters,
                      const MemoryOptions& options = {});

/// By node of the main graph: the peak inside of the graphs that it runs, for those that run any.
std::vector<std::pair<NodeId, Dim>> peaks_inside(const Network& network, const Shapes& shapes, const Parameters& parameters);

template <typename Visit>
bool Memory::for_each_step(Visit visit) const {
  try {
    Dim alive;
    auto nested = inside.begin();
    for (std::uint32_t step = 0; step < made.size(); ++step) {
      if (!made[step].is(0)) alive += made[step];
      const bool has_nested = nested != inside.end() && nested->first == step;
      visit(step, has_nested ? alive + (nested++)->second : alive);
      if (!released[step].is(0)) alive -= released[step];
    }
    return true;
  } catch (const AlgebraError&) {
    return false;
  }
}

}  // namespace macroscope
