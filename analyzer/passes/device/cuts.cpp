#include "analyzer/passes/device/cuts.h"

#include <algorithm>
#include <numeric>

#include "analyzer/algebra/nominal_estimate.h"
#include "analyzer/network/graph_cut.h"
#include "analyzer/passes/cost/storage.h"

namespace macroscope {
namespace {

/// The quantity as a number, symbols at the nominal size; nothing below 0, which a size that a file gives may be.
std::optional<std::int64_t> number_of(const Dim& quantity) {
  std::optional<std::int64_t> number = quantity.number();
  if (!number) {
    const std::optional<Int128> value = nominal_value(quantity);
    if (!value) throw AlgebraError("a number does not fit 128 bits");
    number = Dim::of_int128(*value).number();
  }
  return number && *number >= 0 ? number : std::nullopt;
}

class Cutting {
 public:
  Cutting(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances, const Costs& costs)
      : graph_(network.main()), scope_(shapes.scopes.front()), costs_(costs.nodes.front()), provenance_(provenances.main()) {}

  Cuts find() {
    if (graph_.order.empty() || !collect()) return std::move(cuts_);
    find_single();
    find_narrowest();
    return std::move(cuts_);
  }

 private:
  /// False where some size is not known.
  bool collect() {
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      if (!crosses(tensor)) continue;
      Wire wire;
      wire.producer = graph_.tensors[tensor].producer == kNone ? kOutside : graph_.tensors[tensor].producer;
      for (const Reader& reader : provenance_.readers().of(tensor)) wire.consumers.push_back(reader.node);
      try {
        Dim bytes = bytes_of(scope_.facts[tensor].type);
        const std::optional<std::int64_t> width = number_of(bytes);
        if (!width) return false;
        cuts_.is_at_nominal_sizes = cuts_.is_at_nominal_sizes || !bytes.is_number();
        wire.width = *width;
        bytes_.push_back(std::move(bytes));
      } catch (const Unknown&) {
        return false;
      }
      wires_.push_back(std::move(wire));
      tensors_.push_back(tensor);
    }
    for (const Cost& cost : costs_) {
      const std::optional<std::int64_t> macs = number_of(cost.macs);
      if (!macs) return false;
      weights_.push_back(*macs);
      total_ += *macs;
    }
    if (total_.is(0)) {
      weights_.assign(costs_.size(), 1);
      total_ = Dim::of_size(costs_.size());
    }
    return true;
  }

  bool crosses(TensorId tensor) const {
    const Fact& fact = scope_.facts[tensor];
    const bool is_size = fact.value != nullptr && !is_floating(fact.type.dtype);
    return !is_size && !provenance_.is_stored(tensor) && !provenance_.readers().of(tensor).empty();
  }

  void find_single() {
    std::vector<NodeId> last;
    for (const TensorId output : graph_.outputs)
      if (graph_.tensors[output].producer != kNone) last.push_back(graph_.tensors[output].producer);
    std::vector<std::size_t> place(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.order.size(); ++i) place[graph_.order[i]] = i;
    std::vector<Dim> macs_until(graph_.order.size() + 1);
    for (std::size_t i = 0; i < graph_.order.size(); ++i) macs_until[i + 1] = macs_until[i] + costs_[graph_.order[i]].macs;
    for (const std::uint32_t wire : single_wire_cuts(graph_.order, wires_, last)) {
      const std::size_t made = wires_[wire].producer == kOutside ? 0 : place[wires_[wire].producer] + 1;
      cuts_.single.push_back({{tensors_[wire]}, bytes_[wire], macs_until[made], macs_until.back() - macs_until[made], made});
    }
  }

  /// The nodes that come first and have the least share together come before the cut, those that come last and have it behind.
  void find_narrowest() {
    std::vector<Side> sides(graph_.nodes.size(), Side::free);
    if (!give(sides, graph_.order, Side::before) ||
        !give(sides, std::vector<NodeId>(graph_.order.rbegin(), graph_.order.rend()), Side::after))
      return;
    const std::optional<GraphCut> found = narrowest_cut(sides, wires_);
    if (!found) return;
    Cut cut;
    for (const std::uint32_t wire : found->crossing) {
      cut.tensors.push_back(tensors_[wire]);
      cut.bytes += bytes_[wire];
    }
    for (NodeId node = 0; node < graph_.nodes.size(); ++node) {
      (found->is_before[node] ? cut.macs_before : cut.macs_after) += costs_[node].macs;
      cut.nodes_before += static_cast<std::size_t>(found->is_before[node]);
    }
    cuts_.narrowest = std::move(cut);
  }

  /// False if they would have to be given to both sides.
  bool give(std::vector<Side>& sides, const std::vector<NodeId>& order, Side side) const {
    const Dim least = ceil_div(total_ * kLeastShare, 100);
    Dim given;
    for (const NodeId node : order) {
      if (at_least(given, least) == Certainty::always) return true;
      if (sides[node] != Side::free) return false;
      sides[node] = side;
      given += weights_[node];
    }
    return at_least(given, least) == Certainty::always;
  }

  const Graph& graph_;
  const Scope& scope_;
  const std::vector<Cost>& costs_;
  const ElementwiseProvenance& provenance_;
  std::vector<Wire> wires_;
  std::vector<TensorId> tensors_;  // by wire
  std::vector<Dim> bytes_;         // by wire
  std::vector<std::int64_t> weights_;
  Dim total_;
  Cuts cuts_;
};

}  // namespace

Cuts find_cuts(const Network& network, const Shapes& shapes, const ElementwiseProvenances& provenances, const Costs& costs) {
  try {
    return Cutting(network, shapes, provenances, costs).find();
  } catch (const AlgebraError&) {
    return {};  // bytes or MACs past 128 bits
  }
}

}  // namespace macroscope
