#include "analyzer/passes/device/cuts.h"

#include <fmt/format.h>

#include <algorithm>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;

Analysis with_cuts(NetworkBuilder& net) {
  AnalysisOptions options;
  options.has_cuts = true;
  return analyze(net.take(), {}, options);
}

std::string tensors_of(const Analysis& analysis, const Cut& cut) {
  std::string names;
  for (const TensorId tensor : cut.tensors)
    names += fmt::format("{}{}", names.empty() ? "" : " ", analysis.network.main().tensors[tensor].name);
  return names;
}

}  // namespace

TEST_CASE("Cuts are looked for where they are asked for") {
  NetworkBuilder net;
  net.input("x", {1, 4});
  net.node("Relu", {"x"}, {"y"});
  CHECK_FALSE(analyze(net.take(), {}).cuts);
}

TEST_CASE("A chain is cut at its narrowest tensor that leaves each side its share") {
  NetworkBuilder net;
  net.input("x", {1, 100}).weight("a", {100, 50}).weight("b", {50, 10}).weight("c", {10, 80}).weight("d", {80, 2});
  net.node("MatMul", {"x", "a"}, {"A"});  // 5000 MACs
  net.node("MatMul", {"A", "b"}, {"B"});  // 500
  net.node("MatMul", {"B", "c"}, {"C"});  // 800
  net.node("MatMul", {"C", "d"}, {"D"});  // 160
  net.node("MatMul", {"D", "e"}, {"E"});
  net.weight("e", {2, 400});  // 800
  const Analysis analysis = with_cuts(net);
  REQUIRE(analysis.cuts);
  REQUIRE(analysis.cuts->narrowest);
  CHECK(tensors_of(analysis, *analysis.cuts->narrowest) == "D");
  CHECK(analysis.cuts->narrowest->bytes.is(8));
  CHECK(analysis.cuts->narrowest->macs_before.is(6460));
  CHECK(analysis.cuts->narrowest->macs_after.is(800));
  std::string single;
  for (const Cut& cut : analysis.cuts->single) single += tensors_of(analysis, cut) + ":" + cut.macs_before.text() + " ";
  CHECK(single == "x:0 A:5000 B:5500 C:6300 D:6460 ");
}

TEST_CASE("Around a skip two tensors cross, and where it ends one") {
  NetworkBuilder net;
  net.input("x", {1, 64, 4, 4}).weight("w", {64, 64, 3, 3}).weight("narrow", {8, 64, 1, 1}).weight("wide", {64, 8, 1, 1});
  const Attribute pads = net.integers("pads", {1, 1, 1, 1});
  net.node("Conv", {"x", "w"}, {"a"}, {pads});
  net.node("Conv", {"a", "narrow"}, {"b"});
  net.node("Conv", {"b", "wide"}, {"c"});
  net.node("Add", {"a", "c"}, {"d"});
  net.node("Conv", {"d", "w"}, {"e"}, {pads});
  const Analysis analysis = with_cuts(net);
  REQUIRE(analysis.cuts->narrowest);
  // a, or d: 64 * 16 floats; between them a and b cross together.
  CHECK(analysis.cuts->narrowest->bytes.is(4096));
  CHECK(analysis.cuts->narrowest->tensors.size() == 1);
  std::string single;
  for (const Cut& cut : analysis.cuts->single) single += tensors_of(analysis, cut) + " ";
  CHECK(single == "x a d ");
}

TEST_CASE("Sizes that are symbols: decided at typical ones, told as they are") {
  const Dim n = Dim::symbol("N");
  NetworkBuilder net;
  net.input("x", {n, 8}).weight("a", {8, 4}).weight("b", {4, 8}).list("minus", {-1, 4});
  net.node("MatMul", {"x", "a"}, {"A"});
  net.node("Shape", {"x"}, {"shape"});  // a size: no tensor that has to cross
  net.node("MatMul", {"A", "b"}, {"B"});
  net.node("Reshape", {"B", "shape"}, {"y"});
  const Analysis analysis = with_cuts(net);
  REQUIRE(analysis.cuts->narrowest);
  CHECK(analysis.cuts->is_at_nominal_sizes);
  CHECK(tensors_of(analysis, *analysis.cuts->narrowest) == "A");
  CHECK(analysis.cuts->narrowest->bytes == n * 16);
}

TEST_CASE("No split where one layer does nearly everything, or a size is not known") {
  NetworkBuilder net;
  net.input("x", {1, 100}).weight("a", {100, 1000}).weight("b", {1000, 1});
  net.node("MatMul", {"x", "a"}, {"A"});
  net.node("MatMul", {"A", "b"}, {"B"});
  CHECK_FALSE(with_cuts(net).cuts->narrowest);
  NetworkBuilder open(21, "acme");
  open.input("x", {1, 4});
  open.node("Unknown", {"x"}, {"y"}, {}, "acme");
  open.node("Relu", {"y"}, {"z"});
  const Analysis analysis = with_cuts(open);
  CHECK_FALSE(analysis.cuts->narrowest);
  CHECK(analysis.cuts->single.empty());
}

}  // namespace macroscope
