#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

/// A trunk of one matrix, a head of another, an auxiliary head of a third; `tied` is read by both heads.
Analysis with_an_auxiliary_head() {
  NetworkBuilder net;
  net.input("x", {1, 8}).weight("trunk", {8, 4}).weight("head", {4, 2}).weight("aux", {4, 3}).weight("tied", {4});
  net.node("MatMul", {"x", "trunk"}, {"t"});
  net.node("MatMul", {"t", "aux"}, {"a"});
  net.node("Relu", {"a"}, {"s"});
  net.node("Add", {"t", "tied"}, {"b"});
  net.node("MatMul", {"b", "head"}, {"y"});
  net.node("Add", {"t", "tied"}, {"z"});
  net.output("y").auxiliary_output("s").auxiliary_output("z");
  return analyze(net.take(), {});
}

TEST_CASE("nodes that only a side output needs are side nodes", "[side]") {
  const Analysis analysis = with_an_auxiliary_head();
  CHECK(analysis.network.main().auxiliary_nodes == std::vector<bool>{false, true, true, false, false, true});
  CHECK(analysis.diagnostics.empty());
}

TEST_CASE("totals leave side nodes out and a second sum holds them", "[side]") {
  const Analysis analysis = with_an_auxiliary_head();
  CHECK(analysis.costs.total.macs == Dim(8 * 4 + 4 * 2));
  CHECK(analysis.costs.side.macs == Dim(4 * 3));
  Dim rows;
  for (const Cost& cost : analysis.costs.nodes.front()) rows += cost.macs;
  CHECK(rows == analysis.costs.total.macs + analysis.costs.side.macs);
  CHECK(analysis.costs.activation_bytes == Dim(4 * (4 + 4 + 2)));
}

TEST_CASE("a parameter is a side one only if no other layer reads it", "[side]") {
  const Analysis analysis = with_an_auxiliary_head();
  CHECK(analysis.parameters.total(Role::weight) == Dim(8 * 4 + 4 * 2 + 4));
  CHECK(analysis.parameters.side.elements.front() == Dim(4 * 3));
  CHECK(analysis.parameters.side.weight_bytes == Dim(4 * 4 * 3));
}

}  // namespace
}  // namespace macroscope
