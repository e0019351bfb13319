#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

Value numbers(std::initializer_list<std::int64_t> given) { return Value(Integers(given.begin(), given.end())); }

/// 10 * row + column of a 3 x 4 matrix.
Value matrix() { return numbers({0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23}); }

TEST_CASE("scattered contents") {
  NetworkBuilder net;
  net.input("x", {N, 4, 6}).node("Shape", {"x"}, {"shape"});
  net.stored("at", {1, 1}, DataType::int64, numbers({1})).list("nine", {9}).list("last", {-1});
  net.node("ScatterND", {"shape", "at", "nine"}, {"y"}).node("ScatterElements", {"shape", "last", "nine"}, {"z"});
  net.stored("m", {3, 4}, DataType::int64, matrix())
      .stored("row", {1, 1}, DataType::int64, numbers({2}))
      .stored("new", {1, 4}, DataType::int64, numbers({5, 6, 7, 8}));
  net.node("ScatterND", {"m", "row", "new"}, {"rows"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(content_of(analysis, "y") == "[N, 9, 6]");
  CHECK(content_of(analysis, "z") == "[N, 4, 9]");
  CHECK(content_of(analysis, "rows") == "[0, 1, 2, 3, 10, 11, 12, 13, 5, 6, 7, 8]");
}

TEST_CASE("a scatter that reduces works on each update") {
  NetworkBuilder net(18);
  net.input("x", {N, 5})
      .input("i", {7, 1}, DataType::int64)
      .input("u", {7, 5})
      .node("ScatterND", {"x", "i", "u"}, {"y"}, {net.text("reduction", "max")});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[N, 5]");
  CHECK(analysis.costs.total.flops_by_kind[static_cast<std::size_t>(Flop::compare)].text() == "35");
}

TEST_CASE("updates of another shape than indices ask for are warned of: the result's shape is certain all the same") {
  const auto warned = [](std::string_view op, std::int64_t columns) {
    NetworkBuilder net(18);
    net.input("x", {8, 5}).input("i", {7, 1}, DataType::int64).input("u", {7, columns}).node(op, {"x", "i", "u"}, {"y"});
    const Analysis analysis = analyze(net.take(), {});
    CHECK(shape_of(analysis, "y") == "[8, 5]");
    CHECK(errors_of(analysis).empty());
    return !analysis.diagnostics.empty() && analysis.diagnostics.front().code == "shape-mismatch";
  };
  CHECK(warned("ScatterND", 4));
  CHECK_FALSE(warned("ScatterND", 5));
  CHECK(warned("ScatterElements", 2));
  CHECK_FALSE(warned("ScatterElements", 1));
}

TEST_CASE("TensorScatter keeps the cache's shape and wants an update that fits") {
  const auto updated = [](std::int64_t rows) {
    NetworkBuilder net(24);
    net.input("cache", {N, 8, 64}).input("update", {N, rows, 64}).node("TensorScatter", {"cache", "update"}, {"y"});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(updated(3), "y") == "[N, 8, 64]");
  CHECK(errors_of(updated(9)) == "shape-mismatch");
}

}  // namespace
}  // namespace macroscope
