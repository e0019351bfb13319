#include "analyzer/network/graph_cut.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <numeric>

namespace macroscope {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using FlowGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                          boost::property<boost::edge_capacity_t, std::int64_t,
                                          boost::property<boost::edge_residual_capacity_t, std::int64_t,
                                                          boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;
using Vertex = Traits::vertex_descriptor;

constexpr std::int64_t kMostInAll = std::int64_t{1} << 62U;

/// What a node before takes comes before as well, what takes something of a node after comes after.  False if a node would have to be both.
///
/// A maximum flow would find that by itself, with edges of no limit out of its source; but what flows out of the source is what numbers
/// must hold, and only wires should count there.
bool give_sides_of_neighbours(std::vector<Side>& sides, std::span<const Wire> wires) {
  std::vector<std::vector<std::uint32_t>> taken(sides.size()), made(sides.size());
  for (std::uint32_t wire = 0; wire < wires.size(); ++wire) {
    if (wires[wire].producer == kOutside) continue;
    made[wires[wire].producer].push_back(wire);
    for (const NodeId consumer : wires[wire].consumers) taken[consumer].push_back(wire);
  }
  std::vector<NodeId> pending;
  for (NodeId node = 0; node < sides.size(); ++node)
    if (sides[node] != Side::free) pending.push_back(node);
  while (!pending.empty()) {
    const NodeId node = pending.back();
    const Side side = sides[node];
    pending.pop_back();
    const auto give = [&](NodeId neighbour) {
      if (sides[neighbour] == Side::free) {
        sides[neighbour] = side;
        pending.push_back(neighbour);
      }
      return sides[neighbour] == side;
    };
    if (side == Side::before) {
      for (const std::uint32_t wire : taken[node])
        if (!give(wires[wire].producer)) return false;
    } else {
      for (const std::uint32_t wire : made[node])
        for (const NodeId consumer : wires[wire].consumers)
          if (!give(consumer)) return false;
    }
  }
  return true;
}

/// Vertices: the part before, the part after, the free nodes, the wires.  What is not to be cut has more capacity than all wires together;
/// of that kind no edge leaves the part before, so that what is on its way never exceeds the widths of all wires.
class Flow {
 public:
  Flow(std::span<const Side> sides, std::span<const Wire> wires, std::int64_t unlimited)
      : wires_(wires),
        vertex_of_(sides.size()),
        unlimited_(unlimited),
        capacity_(get(boost::edge_capacity, graph_)),
        residual_(get(boost::edge_residual_capacity, graph_)),
        reverse_(get(boost::edge_reverse, graph_)) {
    Vertex next = 2;
    for (std::size_t node = 0; node < sides.size(); ++node)
      vertex_of_[node] = sides[node] == Side::before ? kBefore : sides[node] == Side::after ? kAfter : next++;
    first_wire_ = next;
    for (Vertex vertex = 0; vertex < first_wire_ + wires.size(); ++vertex) add_vertex(graph_);
    for (std::size_t wire = 0; wire < wires.size(); ++wire) connect(wires[wire], first_wire_ + wire);
  }

  GraphCut cut() {
    push_relabel_max_flow(graph_, kBefore, kAfter);
    const std::vector<bool> is_reached = reached();
    GraphCut cut;
    for (const Vertex vertex : vertex_of_) cut.is_before.push_back(is_reached[vertex]);
    for (std::uint32_t wire = 0; wire < wires_.size(); ++wire) {
      const bool starts_before = wires_[wire].producer == kOutside || cut.is_before[wires_[wire].producer];
      const bool is_taken_after = std::any_of(wires_[wire].consumers.begin(), wires_[wire].consumers.end(),
                                              [&](NodeId consumer) { return !cut.is_before[consumer]; });
      if (!starts_before || !is_taken_after) continue;
      cut.crossing.push_back(wire);
      cut.width += wires_[wire].width;
    }
    return cut;
  }

 private:
  static constexpr Vertex kBefore = 0;
  static constexpr Vertex kAfter = 1;

  void connect(const Wire& wire, Vertex vertex) {
    const Vertex producer = wire.producer == kOutside ? kBefore : vertex_of_[wire.producer];
    if (producer == kAfter) return;
    add(producer, vertex, wire.width);
    for (const NodeId consumer : wire.consumers) {
      if (vertex_of_[consumer] == kBefore) continue;
      add(vertex, vertex_of_[consumer], unlimited_);
      // A consumer before the cut has its producer there, too.
      if (producer != kBefore && producer != vertex_of_[consumer] && vertex_of_[consumer] != kAfter)
        add(vertex_of_[consumer], producer, unlimited_);
    }
  }

  void add(Vertex from, Vertex to, std::int64_t capacity) {
    const auto forward = add_edge(from, to, graph_).first;
    const auto backward = add_edge(to, from, graph_).first;
    capacity_[forward] = capacity;
    capacity_[backward] = 0;
    reverse_[forward] = backward;
    reverse_[backward] = forward;
  }

  /// What the part before still reaches when as much flows as can.
  std::vector<bool> reached() const {
    std::vector<bool> is_reached(num_vertices(graph_), false);
    std::vector<Vertex> pending{kBefore};
    is_reached[kBefore] = true;
    while (!pending.empty()) {
      const Vertex vertex = pending.back();
      pending.pop_back();
      const auto [begin, end] = out_edges(vertex, graph_);
      for (auto edge = begin; edge != end; ++edge) {
        const Vertex next = target(*edge, graph_);
        if (residual_[*edge] <= 0 || is_reached[next]) continue;
        is_reached[next] = true;
        pending.push_back(next);
      }
    }
    return is_reached;
  }

  std::span<const Wire> wires_;
  std::vector<Vertex> vertex_of_;
  Vertex first_wire_ = 0;
  std::int64_t unlimited_;
  FlowGraph graph_;
  boost::property_map<FlowGraph, boost::edge_capacity_t>::type capacity_;
  boost::property_map<FlowGraph, boost::edge_residual_capacity_t>::type residual_;
  boost::property_map<FlowGraph, boost::edge_reverse_t>::type reverse_;
};

}  // namespace

std::optional<GraphCut> narrowest_cut(std::span<const Side> sides, std::span<const Wire> wires) {
  std::int64_t total = 0;
  for (const Wire& wire : wires) {
    if (wire.width > kMostInAll - total) return std::nullopt;
    total += wire.width;
  }
  std::vector<Side> given(sides.begin(), sides.end());
  if (!give_sides_of_neighbours(given, wires)) return std::nullopt;
  return Flow(given, wires, total + 1).cut();
}

std::vector<std::uint32_t> single_wire_cuts(std::span<const NodeId> order, std::span<const Wire> wires,
                                            std::span<const NodeId> last) {
  std::vector<std::vector<std::uint32_t>> made(order.size());
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  for (std::uint32_t wire = 0; wire < wires.size(); ++wire)
    if (wires[wire].producer != kOutside) made[wires[wire].producer].push_back(wire);

  // Only what lies on a way from outside to a last node counts.
  std::vector<bool> is_fed(order.size(), false), leads(order.size(), false);
  std::vector<bool> wire_is_fed(wires.size(), false);
  for (std::uint32_t wire = 0; wire < wires.size(); ++wire) {
    if (wires[wire].producer != kOutside) continue;
    wire_is_fed[wire] = true;
    for (const NodeId consumer : wires[wire].consumers) is_fed[consumer] = true;
  }
  for (const NodeId node : order) {
    if (!is_fed[node]) continue;
    for (const std::uint32_t wire : made[node]) {
      wire_is_fed[wire] = true;
      for (const NodeId consumer : wires[wire].consumers) is_fed[consumer] = true;
    }
  }
  for (const NodeId node : last) leads[node] = true;
  for (auto node = order.rbegin(); node != order.rend(); ++node)
    for (const std::uint32_t wire : made[*node])
      for (const NodeId consumer : wires[wire].consumers) leads[*node] = leads[*node] || leads[consumer];

  // Between two nodes of the order some wires are alive.  A wire that is alone there when it is made is on every path: what would lead
  // around it would have to pass this place by another one.
  std::vector<std::int64_t> change(order.size() + 2, 0);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> made_at;  // and the wire
  for (std::uint32_t wire = 0; wire < wires.size(); ++wire) {
    if (!wire_is_fed[wire]) continue;
    const std::uint32_t begin = wires[wire].producer == kOutside ? 0 : place[wires[wire].producer] + 1;
    std::uint32_t end = 0;
    for (const NodeId consumer : wires[wire].consumers)
      if (leads[consumer]) end = std::max(end, place[consumer] + 1);
    if (end == 0) continue;
    ++change[begin];
    --change[end];
    made_at.emplace_back(begin, wire);
  }
  for (const NodeId node : last)
    if (is_fed[node]) ++change[place[node] + 1];
  std::partial_sum(change.begin(), change.end(), change.begin());
  std::sort(made_at.begin(), made_at.end());
  std::vector<std::uint32_t> cuts;
  for (const auto& [begin, wire] : made_at)
    if (change[begin] == 1) cuts.push_back(wire);
  return cuts;
}

}  // namespace macroscope
