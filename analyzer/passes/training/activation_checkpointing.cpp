#include "analyzer/passes/training/activation_checkpointing.h"

#include <algorithm>
#include <optional>

namespace macroscope {
namespace {

using Source = GradientState::Source;

/// Sums of what all plans count stay within 64 bits.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 61U;

/// What stands between two neighbouring places where a single activation is alive.
struct Piece {
  std::int64_t saved = 0;   // bytes that gradients need of what is made in it
  std::int64_t bridge = 0;  // bytes of the one tensor alive behind it
  bool is_bridge_saved = false;
  Dim macs;
};

/// Pieces put together into segments.
struct Plan {
  std::uint64_t segments = 0;
  std::int64_t at_cuts = 0, largest = 0;
  Dim last_macs;
  [[nodiscard]] std::int64_t bytes() const { return at_cuts + largest; }
};

class Cutting {
 public:
  Cutting(const Network& network, const Shapes& shapes, const Costs& costs, const GradientWalk& walk, const GradientRun& run)
      : graph_(network.main()),
        scope_(shapes.scopes.front()),
        costs_(costs),
        walk_(walk),
        run_(run),
        storage_(GradientWalk::storage_of(graph_, scope_)),
        inside_(run.kept_inside) {
    std::sort(inside_.begin(), inside_.end());
  }

  /// Empty where a size is no number.
  std::optional<std::vector<Piece>> pieces() {
    find_last_reads();
    std::vector<Piece> pieces(1);
    for (const TensorId input : graph_.inputs)
      if (!enter(input, pieces.back())) return std::nullopt;
    for (std::size_t place = 0; place < graph_.order.size(); ++place) {
      const NodeId node = graph_.order[place];
      for (const TensorId output : graph_.nodes[node].outputs)
        if (output != kAbsent && !enter(output, pieces.back())) return std::nullopt;
      pieces.back().macs += costs_.nodes.front()[node].macs;
      for (const TensorId input : graph_.nodes[node].inputs)
        if (input != kAbsent && last_read_[storage_[input]] == static_cast<std::int64_t>(place)) leave(storage_[input]);
      const bool is_last = place + 1 == graph_.order.size();
      if (alive_ != 1 || is_last) continue;
      const auto bytes = bytes_of_kept(bridge_);
      if (!bytes) return std::nullopt;
      pieces.back().bridge = *bytes;
      pieces.back().is_bridge_saved = run_.kept[bridge_];
      pieces.emplace_back();
    }
    return pieces;
  }

 private:
  [[nodiscard]] bool counts(TensorId tensor) const {
    return storage_[tensor] == tensor && run_.states[tensor].source == Source::activation &&
           is_floating(scope_.facts[tensor].type.dtype);
  }

  void find_last_reads() {
    last_read_.assign(graph_.tensors.size(), -1);
    is_alive_.assign(graph_.tensors.size(), false);
    for (std::size_t place = 0; place < graph_.order.size(); ++place)
      for (const TensorId input : graph_.nodes[graph_.order[place]].inputs)
        if (input != kAbsent) last_read_[storage_[input]] = static_cast<std::int64_t>(place);
    const auto end = static_cast<std::int64_t>(graph_.order.size());
    for (const auto* results : {&graph_.outputs, &graph_.auxiliary_outputs})
      for (const TensorId output : *results)
        if (output != kAbsent) last_read_[storage_[output]] = end;
  }

  std::optional<std::int64_t> bytes_of_kept(TensorId tensor) const {
    try {
      return walk_.kept_bytes(scope_.facts[tensor].type).number();
    } catch (const Unknown&) {
      return std::nullopt;
    }
  }

  bool enter(TensorId tensor, Piece& piece) {
    if (!counts(tensor)) return true;
    if (run_.kept[tensor]) {
      const auto bytes = bytes_of_kept(tensor);
      if (!bytes || __builtin_add_overflow(piece.saved, *bytes, &piece.saved)) return false;
    }
    for (auto inside = std::lower_bound(inside_.begin(), inside_.end(), tensor); inside != inside_.end() && *inside == tensor;
         ++inside) {
      const auto bytes = bytes_of_kept(tensor);
      if (!bytes || __builtin_add_overflow(piece.saved, *bytes, &piece.saved)) return false;
    }
    if (last_read_[tensor] < 0) return true;
    is_alive_[tensor] = true;
    ++alive_;
    alive_sum_ += tensor;
    bridge_ = static_cast<TensorId>(alive_sum_);
    return true;
  }

  void leave(TensorId tensor) {
    if (!is_alive_[tensor]) return;  // where nodes take each other's outputs some are read before they are made
    is_alive_[tensor] = false;
    --alive_;
    alive_sum_ -= tensor;
    bridge_ = static_cast<TensorId>(alive_sum_);  // where one is left, the sum is that one
  }

  const Graph& graph_;
  const Scope& scope_;
  const Costs& costs_;
  const GradientWalk& walk_;
  const GradientRun& run_;
  std::vector<TensorId> storage_;
  std::vector<TensorId> inside_;  // sorted
  std::vector<std::int64_t> last_read_;
  std::vector<bool> is_alive_;
  std::int64_t alive_ = 0;
  std::uint64_t alive_sum_ = 0;
  TensorId bridge_ = 0;
};

/// Bytes are at least 0, and few enough that no plan of these pieces overflows.
bool are_countable(const std::vector<Piece>& pieces) {
  std::int64_t total = 0;
  for (const Piece& piece : pieces) {
    for (const std::int64_t bytes : {piece.saved, piece.bridge}) {
      if (bytes < 0 || bytes > kMostBytes - total) return false;
      total += bytes;
    }
  }
  return true;
}

/// As many pieces to a segment as fit under a limit; empty where that keeps no fewer than `most` bytes.
std::optional<Plan> plan_under(const std::vector<Piece>& pieces, std::int64_t limit, std::int64_t most) {
  Plan plan;
  std::int64_t segment = 0;
  for (std::size_t index = 0; index < pieces.size(); ++index) {
    const Piece& piece = pieces[index];
    segment += piece.saved;
    plan.last_macs += piece.macs;
    const bool is_last = index + 1 == pieces.size();
    if (!is_last && segment + pieces[index + 1].saved <= limit) continue;
    // The tensor at a cut is kept there, not in the segment that makes it.
    const std::int64_t within = segment - (!is_last && piece.is_bridge_saved ? piece.bridge : 0);
    plan.largest = std::max(plan.largest, within);
    if (plan.bytes() >= most) return std::nullopt;
    ++plan.segments;
    if (is_last) break;
    plan.at_cuts += piece.bridge;
    segment = 0;
    plan.last_macs = 0;
  }
  return plan;
}

}  // namespace

ActivationCheckpointing recomputed(const Network& network, const Shapes& shapes, const Costs& costs, const GradientWalk& walk,
                                   const GradientRun& run) {
  const ActivationCheckpointing nothing{1, run.saved_bytes, 0};
  const std::optional<std::int64_t> saved = run.saved_bytes.number();
  const bool is_nested = !shapes.scopes.front().calls.empty();
  if (is_nested || !run.are_bytes_known || !saved || *saved > kMostBytes) return nothing;
  try {
    const std::optional<std::vector<Piece>> pieces = Cutting(network, shapes, costs, walk, run).pieces();
    if (!pieces || pieces->size() < 2 || !are_countable(*pieces)) return nothing;
    // Limits in equal ratios from the largest piece to everything: enough to come close to the best.
    Plan best{1, 0, *saved, {}};
    std::int64_t limit = 1;
    for (const Piece& piece : *pieces) limit = std::max(limit, piece.saved);
    for (; limit < *saved; limit += limit / 8 + 1)
      if (const std::optional<Plan> plan = plan_under(*pieces, limit, best.bytes())) best = *plan;
    if (best.segments < 2 || best.bytes() >= *saved) return nothing;
    return {best.segments, best.bytes(), costs.total.macs + costs.side.macs - best.last_macs};
  } catch (const AlgebraError&) {
    return nothing;  // bytes of a tensor that gradients do not need, or MACs, past 128 bits
  }
}

}  // namespace macroscope
