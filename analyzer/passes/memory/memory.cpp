#include "analyzer/passes/memory/memory.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_set>

#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

/// Terms that comparisons of expressions may look at in all; a model that needs more leaves its peak open.
constexpr std::size_t kMaxTermsCompared = 20'000'000;
/// Sums that were seen are remembered up to here, so that repeated layers are compared once.
constexpr std::size_t kMaxRemembered = 4096;
/// Sizes at which all symbols are tried: small ones, those of remainders, and one that is large for any axis.
constexpr std::array kTriedSizes{1, 2, 7, 31, 224, 4096};

/// Collects the steps that may have the most, however the symbols are bound.
class Peaks {
 public:
  void add(std::uint32_t step, const Dim& bytes) {
    if (is_open_) return;
    if (peaks_.size() == 1 && bytes.is_number() && peaks_.front().step.bytes.is_number()) {
      if (*bytes.number() > *peaks_.front().step.bytes.number()) peaks_.front() = candidate_of(step, bytes);
      return;
    }
    if (!bytes.is_number()) {
      if (seen_.contains(bytes)) return;
      if (seen_.size() < kMaxRemembered) seen_.insert(bytes);
    }
    terms_compared_ += (peaks_.size() + 1) * (bytes.is_number() ? 1 : bytes.size());
    is_open_ = terms_compared_ > kMaxTermsCompared;
    const Candidate candidate = candidate_of(step, bytes);
    for (const Candidate& peak : peaks_)
      if (has_at_least(peak, candidate)) return;
    std::erase_if(peaks_, [&](const Candidate& peak) { return has_at_least(candidate, peak); });
    peaks_.push_back(candidate);
    if (peaks_.size() > Memory::kMaxPeaks) is_open_ = true;
  }

  void finish(Memory& memory) {
    if (is_open_) return;
    if (peaks_.empty()) return;
    std::vector<Dim> bytes;
    for (Candidate& peak : peaks_) {
      bytes.push_back(peak.step.bytes);
      memory.peaks.push_back(std::move(peak.step));
    }
    memory.peak = max(bytes);
  }

 private:
  struct Candidate {
    PeakStep step;
    // What has less at one of the sizes need not be asked whether it always has as much, which takes long.
    std::array<double, kTriedSizes.size()> tried{};
  };

  static Candidate candidate_of(std::uint32_t step, const Dim& bytes) {
    Candidate candidate{{step, bytes}};
    for (std::size_t i = 0; i < kTriedSizes.size(); ++i) candidate.tried[i] = weight_at(bytes, kTriedSizes[i]);
    return candidate;
  }

  static bool has_at_least(const Candidate& a, const Candidate& b) {
    return std::equal(a.tried.begin(), a.tried.end(), b.tried.begin(), std::greater_equal<>()) &&
           (a.step.bytes - b.step.bytes).lower_bound().value_or(-1) >= 0;
  }

  struct Hash {
    std::size_t operator()(const Dim& dim) const noexcept { return dim.hash(); }
  };
  std::vector<Candidate> peaks_;
  std::unordered_set<Dim, Hash> seen_;
  std::size_t terms_compared_ = 0;
  bool is_open_ = false;
};

/// Measures one scope after those that it calls.
class Measuring {
 public:
  Measuring(const Network& network, const Shapes& shapes, const Parameters& parameters, const MemoryOptions& options)
      : network_(network), shapes_(shapes), parameters_(parameters), options_(options), inner_(shapes.scopes.size()) {}

  Memory measure(ScopeId id) {
    const Scope& scope = shapes_.scopes[id];
    const Graph& graph = network_.graphs[scope.graph];
    Memory memory;
    memory.order = id == 0 && options_.order.size() == graph.nodes.size() ? options_.order : graph.order;
    if (memory.order.size() != graph.nodes.size()) {  // a cycle: there is no order
      memory.is_complete = false;
      return memory;
    }
    std::vector<std::uint32_t> steps(memory.order.size());
    for (std::uint32_t step = 0; step < steps.size(); ++step) steps[memory.order[step]] = step;
    memory.buffers = buffers_of(network_, shapes_, parameters_, id);
    find_lives(memory, steps);
    if (options_.in_place) find_reuse(memory, scope, graph);
    for (auto& [node, bytes] : peaks_inside(id, memory.is_complete)) memory.inside.emplace_back(steps[node], std::move(bytes));
    std::sort(memory.inside.begin(), memory.inside.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    add_up(memory);
    if (memory.order.empty()) return with_inputs_alone(std::move(memory));
    Peaks peaks;
    try {
      if (memory.for_each_step([&](std::uint32_t step, const Dim& bytes) { peaks.add(step, bytes); })) peaks.finish(memory);
    } catch (const AlgebraError&) {
      memory.peaks.clear();  // past 128 bits
    }
    return memory;
  }

  /// Of the nodes of a scope that run graphs.
  std::vector<std::pair<NodeId, Dim>> peaks_inside(ScopeId id, bool& is_complete) {
    std::vector<std::pair<NodeId, Dim>> peaks;
    for (const Call& call : shapes_.scopes[id].calls) {
      if (shapes_.scopes[call.scope].internal) continue;
      const Inner& inner = inner_of(call.scope);
      is_complete = is_complete && inner.is_complete;
      if (peaks.empty() || peaks.back().first != call.node) peaks.emplace_back(call.node, 0);
      try {
        peaks.back().second = max(peaks.back().second, inner.bytes);
      } catch (const AlgebraError&) {
        is_complete = false;
      }
    }
    return peaks;
  }

 private:
  struct Inner {
    Dim bytes;
    bool is_complete = true;
    bool is_done = false;
  };

  const Inner& inner_of(ScopeId id) {
    Inner& inner = inner_[id];
    if (std::exchange(inner.is_done, true)) return inner;
    const Memory memory = measure(id);
    if (memory.peak) inner.bytes = *memory.peak;
    inner.is_complete = memory.is_complete && (memory.peak || memory.order.empty());
    const auto& repetition = network_.graphs[shapes_.scopes[id].graph].repetition;
    if (repetition && !repetition->index.empty()) take_largest_round(inner, *repetition);
    return inner;
  }

  /// The last round of a body that grows, and the first of one that shrinks.
  static void take_largest_round(Inner& inner, const Repetition& repetition) try {
    const auto at = [&](const Dim& round) { return inner.bytes.substitute({{repetition.index, round}}); };
    const Dim next = at(Dim::symbol(repetition.index) + 1);
    const bool grows = at_least(next, inner.bytes) == Certainty::always;
    const bool shrinks = at_least(inner.bytes, next) == Certainty::always;
    if (grows || shrinks) {
      inner.bytes = at(grows ? repetition.count - 1 : Dim(0));
    } else {
      inner.bytes = max(at(0), at(repetition.count - 1));
      inner.is_complete = false;
    }
  } catch (const AlgebraError&) {
    inner.is_complete = false;  // past 128 bits
  }

  static void find_lives(Memory& memory, const std::vector<std::uint32_t>& steps) {
    const auto end = static_cast<std::uint32_t>(steps.size());
    memory.lives.resize(memory.buffers.all.size());
    for (std::size_t index = 0; index < memory.lives.size(); ++index) {
      const Buffer& buffer = memory.buffers.all[index];
      Memory::Life& life = memory.lives[index];
      const std::span<const NodeId> readers = memory.buffers.readers_of(buffer);
      life.first = buffer.producer == kNone ? 0 : steps[buffer.producer];
      life.last = life.first;
      for (const NodeId reader : readers) life.last = std::max(life.last, steps[reader]);
      if (buffer.is_output) life.last = end;
      const bool never = buffer.producer == kNone && readers.empty() && !buffer.is_output;
      if (never) life.first = life.last + 1;
      if (!never && !buffer.is_known) memory.is_complete = false;
    }
  }

  /// Of two operands that could be written over the first one is.
  void find_reuse(Memory& memory, const Scope& scope, const Graph& graph) const {
    for (std::uint32_t index = 0; index < memory.lives.size(); ++index) {
      const Buffer& buffer = memory.buffers.all[index];
      if (buffer.producer == kNone || !buffer.is_known) continue;
      const Node& node = graph.nodes[buffer.producer];
      if (node.outputs[0] != buffer.tensor || !is_element_wise(shapes_, scope, buffer.producer)) continue;
      const Shape& shape = scope.facts[buffer.tensor].type.shape;
      for (const TensorId input : node.inputs) {
        if (input == kAbsent || memory.buffers.of_tensor[input] == kNone || !(scope.facts[input].type.shape == shape)) continue;
        const std::uint32_t other = memory.buffers.of_tensor[input];
        Memory::Life& life = memory.lives[other];
        const bool fits = memory.buffers.all[other].is_known && memory.buffers.all[other].bytes == buffer.bytes;
        if (!fits || life.last != memory.lives[index].first || life.is_taken_over) continue;
        life.is_taken_over = true;
        memory.lives[index].takes_over = other;
        break;
      }
    }
  }

  /// Most sums have one term.
  static void add(Dim& sum, const Dim& bytes) { sum = sum.is(0) ? bytes : sum + bytes; }

  static void add_up(Memory& memory) {
    memory.made.resize(memory.order.size());
    memory.released.resize(memory.order.size());
    for (std::size_t index = 0; index < memory.lives.size(); ++index) {
      const Memory::Life& life = memory.lives[index];
      const Dim& bytes = memory.buffers.all[index].bytes;
      if (life.first > life.last || bytes.is(0) || life.first >= memory.order.size()) continue;
      try {
        if (life.takes_over == kNone) add(memory.made[life.first], bytes);
        if (life.last < memory.order.size() && !life.is_taken_over) add(memory.released[life.last], bytes);
      } catch (const AlgebraError&) {
        memory.is_complete = false;
      }
    }
  }

  /// Inputs that are outputs, and nothing else.
  static Memory with_inputs_alone(Memory memory) {
    Dim bytes;
    for (std::size_t index = 0; index < memory.lives.size(); ++index)
      if (memory.lives[index].first <= memory.lives[index].last) bytes += memory.buffers.all[index].bytes;
    memory.peak = bytes;
    return memory;
  }

  const Network& network_;
  const Shapes& shapes_;
  const Parameters& parameters_;
  const MemoryOptions& options_;
  std::vector<Inner> inner_;
};

void add_weights(Memory& memory, const Parameters& parameters) {
  for (const Parameter& row : parameters.rows) {
    if (row.same_as != kNone || row.role == Role::unused) continue;
    const auto found =
        std::find_if(memory.weights.begin(), memory.weights.end(), [&](const auto& entry) { return entry.first == row.dtype; });
    if (found == memory.weights.end()) {
      memory.weights.emplace_back(row.dtype, row.bytes);
    } else {
      found->second += row.bytes;
    }
  }
}

}  // namespace

std::vector<std::uint32_t> Memory::alive_at(std::uint32_t step) const {
  std::vector<std::uint32_t> alive;
  for (std::uint32_t index = 0; index < lives.size(); ++index) {
    const Life& life = lives[index];
    if (life.first <= step && step <= life.last && !(life.is_taken_over && life.last == step)) alive.push_back(index);
  }
  return alive;
}

Dim Memory::inside_at(std::uint32_t step) const {
  const auto found = std::lower_bound(inside.begin(), inside.end(), step,
                                      [](const auto& entry, std::uint32_t wanted) { return entry.first < wanted; });
  return found != inside.end() && found->first == step ? found->second : Dim();
}

Memory measure_memory(const Network& network, const Shapes& shapes, const Parameters& parameters, const MemoryOptions& options) {
  Memory memory = Measuring(network, shapes, parameters, options).measure(0);
  add_weights(memory, parameters);
  return memory;
}

std::vector<std::pair<NodeId, Dim>> peaks_inside(const Network& network, const Shapes& shapes, const Parameters& parameters) {
  bool is_complete = true;
  const MemoryOptions options;
  return Measuring(network, shapes, parameters, options).peaks_inside(0, is_complete);
}

}  // namespace macroscope
