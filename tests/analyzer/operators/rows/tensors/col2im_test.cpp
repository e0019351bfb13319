#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

Analysis folded(const Dim& columns, const std::vector<std::int64_t>& strides) {
  NetworkBuilder net(18);
  net.input("x", {N, 2 * 3 * 3, columns}).list("image", {7, 6}).list("block", {3, 3});
  net.node("Col2Im", {"x", "image", "block"}, {"y"}, {net.integers("strides", strides), net.integers("pads", {1, 0, 1, 0})});
  return analyze(net.take(), {});
}

TEST_CASE("Col2Im makes the image and adds up every element of every column") {
  // 7 padded to 9: 4 places by steps of 2; 6: 4 places by steps of 1.
  const Analysis analysis = folded(16, {2, 1});
  CHECK(shape_of(analysis, "y") == "[N, 2, 7, 6]");
  CHECK(analysis.costs.total.flops_by_kind[0] == N * 18 * 16);
}

TEST_CASE("as many columns as there are places for the block") {
  CHECK(errors_of(folded(15, {2, 1})) == "shape-mismatch");
  CHECK(errors_of(folded(16, {2, 0})) == "bad-attribute");
  CHECK(errors_of(folded(16, {2})) == "bad-attribute");
}

TEST_CASE("an image of unknown extents still tells the rank") {
  NetworkBuilder net(18);
  net.input("x", {1, 18, 5})
      .input("image", {2}, DataType::int64)
      .list("block", {3, 3})
      .node("Col2Im", {"x", "image", "block"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[1, 2, y_2, y_3]");
}

}  // namespace
}  // namespace macroscope
