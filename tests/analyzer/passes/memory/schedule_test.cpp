#include "analyzer/passes/memory/schedule.h"

#include <algorithm>
#include <chrono>

#include "catch.h"
#include "random_network.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;
using testing::random_network;

Analysis analyze_best(Network network, bool in_place = false) {
  AnalysisOptions options;
  options.best_order = true;
  options.in_place = in_place;
  return analyze(std::move(network), {}, options);
}

bool is_order(const Graph& graph, const std::vector<NodeId>& order) {
  std::vector<bool> done(graph.nodes.size(), false);
  for (const NodeId node : order) {
    if (node >= done.size() || done[node]) return false;
    for (const TensorId input : graph.nodes[node].inputs)
      if (input != kAbsent && graph.tensors[input].producer != kNone && !done[graph.tensors[input].producer]) return false;
    done[node] = true;
  }
  return order.size() == done.size();
}

std::int64_t peak_in(const Analysis& analysis, const std::vector<NodeId>& order, bool in_place) {
  return *measure_memory(analysis.network, analysis.shapes, analysis.parameters, {order, in_place}).peak->number();
}

/// The least peak over all permutations that are orders.
std::int64_t least_by_trying_all(const Analysis& analysis, bool in_place) {
  std::vector<NodeId> order(analysis.network.main().nodes.size());
  for (NodeId node = 0; node < order.size(); ++node) order[node] = node;
  std::int64_t least = -1;
  do {
    if (!is_order(analysis.network.main(), order)) continue;
    const std::int64_t peak = peak_in(analysis, order, in_place);
    if (least < 0 || peak < least) least = peak;
  } while (std::next_permutation(order.begin(), order.end()));
  return least;
}

/// Branches of an input that are reduced to one element each, all of them widened first in the file's order.
Network wide_then_narrow(int branches, const Dim& size) {
  NetworkBuilder net;
  net.input("x", {size});
  std::vector<std::string> ends;
  for (int i = 0; i < branches; ++i) net.node("Relu", {"x"}, {"wide" + std::to_string(i)});
  for (int i = 0; i < branches; ++i) {
    ends.push_back("end" + std::to_string(i));
    net.node("ReduceSum", {"wide" + std::to_string(i)}, {ends.back()}, {net.integer("keepdims", 1)});
  }
  net.node("Concat", ends, {"y"}, {net.integer("axis", 0)});
  return net.take();
}

}  // namespace

TEST_CASE("The best order of up to 7 nodes is the best of all permutations") {
  std::mt19937 random(11);
  int saving = 0;
  for (int round = 0; round < 120; ++round) {
    const bool in_place = round % 2 == 1;
    const Analysis analysis = analyze_best(random_network(random, static_cast<std::size_t>(2 + round % 6)), in_place);
    REQUIRE(analysis.schedule);
    CHECK(analysis.schedule->is_optimal);
    REQUIRE(is_order(analysis.network.main(), analysis.schedule->order));
    CHECK(analysis.memory.peak->number() == least_by_trying_all(analysis, in_place));
    CHECK(peak_in(analysis, analysis.schedule->order, in_place) == analysis.memory.peak->number());
    saving += analysis.schedule->saved->is(0) ? 0 : 1;
  }
  CHECK(saving > 5);
}

TEST_CASE("An order is never worse than the file's, and 20 nodes are always searched to the end") {
  std::mt19937 random(12);
  for (int round = 0; round < 24; ++round) {
    const std::size_t nodes = 8 + static_cast<std::size_t>(round) * 6;
    const Analysis analysis = analyze_best(random_network(random, nodes));
    REQUIRE(is_order(analysis.network.main(), analysis.schedule->order));
    CHECK(*analysis.memory.peak->number() <= *analysis.schedule->in_file_order.peak->number());
    CHECK(*analysis.schedule->saved == *analysis.schedule->in_file_order.peak - *analysis.memory.peak);
    if (nodes <= 20) CHECK(analysis.schedule->is_optimal);
  }
}

TEST_CASE("Branches run one after another") {
  // 9 branches of 1000: all wide ones and x, or x with one wide one and the ends.
  const Analysis analysis = analyze_best(wide_then_narrow(9, 1000));
  CHECK(analysis.schedule->in_file_order.peak->text() == "40000");
  CHECK(analysis.memory.peak->text() == "8032");  // x, the last wide one, 8 ends
  CHECK(analysis.schedule->is_optimal);
}

TEST_CASE("An order for open sizes is never worse for any of them") {
  const Analysis analysis = analyze_best(wide_then_narrow(9, Dim::symbol("N")));
  REQUIRE(analysis.memory.peak);
  CHECK_FALSE(analysis.schedule->is_optimal);  // the ends do not grow with N
  for (const int size : {0, 1, 2, 10, 64, 100000}) {
    const Bindings bindings{{"N", size}};
    CHECK(*analysis.memory.peak->substitute(bindings).number() <=
          *analysis.schedule->in_file_order.peak->substitute(bindings).number());
  }
  std::mt19937 random(13);
  for (int round = 0; round < 20; ++round) {
    const Analysis scaled = analyze_best(random_network(random, 12, Dim::symbol("N")));
    CHECK(at_least(*scaled.schedule->in_file_order.peak, *scaled.memory.peak) == Certainty::always);
  }
}

TEST_CASE("Large and wide networks take bounded time") {
  const auto begin = std::chrono::steady_clock::now();
  const Analysis wide = analyze_best(wide_then_narrow(3000, 100));
  CHECK(*wide.memory.peak->number() < *wide.schedule->in_file_order.peak->number());
  std::mt19937 random(14);
  const Analysis large = analyze_best(random_network(random, 1500));
  CHECK(large.schedule->saved);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
}

}  // namespace macroscope
