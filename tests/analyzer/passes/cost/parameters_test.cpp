// Which role do stored tensors play, by those that read them?  The expected counts are those of the layers written down here.
#include "analyzer/passes/cost/parameters.h"

#include "analyzer/analysis.h"
#include "catch.h"
#include "tests/support/network_builder.h"

using namespace macroscope;
using macroscope::testing::NetworkBuilder;

namespace {

Dim count(const Analysis& analysis, Role role) { return analysis.parameters.total(role); }

}  // namespace

TEST_CASE("a reader that looks at a type or a shape alone decides no role", "[parameters]") {
  // Weight standardisation as the dynamo exporter writes it: the kernel is normalised on its way to the convolution.
  NetworkBuilder net;
  net.input("x", {1, 3, 32, 32}).weight("w", {8, 3, 3, 3}).weight("gain", {8}).weight("zero", {8});
  net.weight("mean", {8}).weight("variance", {8});
  net.list("flat", {1, 8, 27}).list("square", {8, 3, 3, 3}).list("last", {2});
  net.node("Reshape", {"w", "flat"}, {"rows"});
  net.node("ReduceMean", {"rows", "last"}, {"average"});
  net.node("Sub", {"rows", "average"}, {"centred"});
  net.node("CastLike", {"average", "rows"}, {"same_type"});
  net.node("Shape", {"rows"}, {"extents"});
  net.node("Size", {"rows"}, {"elements"});
  net.node("BatchNormalization", {"rows", "gain", "zero", "mean", "variance"}, {"standard"});
  net.node("Reshape", {"standard", "square"}, {"kernel"});
  net.node("Conv", {"x", "kernel"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(count(analysis, Role::weight) == 8 * 3 * 3 * 3 + 8 + 8);
  CHECK(count(analysis, Role::statistic) == 8 + 8);
  CHECK(count(analysis, Role::constant) == 3 + 4 + 1);
}

TEST_CASE("a tensor whose shape alone is asked for is not used", "[parameters]") {
  NetworkBuilder net;
  net.input("x", {4}).weight("w", {8, 3});
  net.node("Shape", {"w"}, {"extents"});
  net.node("Expand", {"x", "extents"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(count(analysis, Role::weight) == 0);
  CHECK(count(analysis, Role::unused) == 8 * 3);
}

TEST_CASE("an embedding that is stored in integers and dequantised after the lookup is learned", "[parameters]") {
  const auto embedded = [](bool is_dequantised) {
    NetworkBuilder net;
    net.input("ids", {1, 7}, DataType::int64).weight("table", {1000, 16}, DataType::uint8).weight("scale", {});
    net.weight("zero", {}, DataType::uint8);
    net.node("Gather", {"table", "ids"}, {"picked"});
    net.node("Identity", {"picked"}, {"passed"});
    if (is_dequantised) net.node("DequantizeLinear", {"passed", "scale", "zero"}, {"y"});
    return analyze(net.take(), {});
  };
  CHECK(count(embedded(true), Role::weight) == 1000 * 16);
  CHECK(count(embedded(true), Role::quantisation) == 2);
  CHECK(count(embedded(false), Role::constant) == 1000 * 16);
}
