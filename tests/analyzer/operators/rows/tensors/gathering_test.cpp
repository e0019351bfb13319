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

TEST_CASE("Gather puts the shape of the indices in the axis's place") {
  NetworkBuilder net;
  net.input("x", {N, 4, 5})
      .input("i", {2, 3}, DataType::int64)
      .scalar("one", 1)
      .node("Gather", {"x", "i"}, {"y"}, {net.integer("axis", 1)});
  net.node("Gather", {"x", "one"}, {"row"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[N, 2, 3, 5]");
  CHECK(shape_of(analysis, "row") == "[4, 5]");
}

TEST_CASE("gathered contents") {
  NetworkBuilder net;
  net.stored("x", {3, 4}, DataType::int64, matrix()).stored("i", {2, 2}, DataType::int64, numbers({0, -1, 2, 1}));
  net.node("Gather", {"x", "i"}, {"columns"}, {net.integer("axis", 1)}).node("Gather", {"x", "i"}, {"rows"});
  net.node("GatherElements", {"x", "i"}, {"elements"}).node("GatherND", {"x", "i"}, {"points"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "columns") == "[3, 2, 2]");
  CHECK(content_of(analysis, "columns") == "[0, 3, 2, 1, 10, 13, 12, 11, 20, 23, 22, 21]");
  CHECK(content_of(analysis, "rows") == "[0, 1, 2, 3, 20, 21, 22, 23, 20, 21, 22, 23, 10, 11, 12, 13]");
  CHECK(content_of(analysis, "elements") == "[0, 21, 20, 11]");
  CHECK(content_of(analysis, "points") == "[3, 21]");
}

TEST_CASE("GatherND takes slices behind batch axes") {
  NetworkBuilder net(12);
  net.input("x", {N, 4, 5, 6})
      .input("i", {N, 7, 2}, DataType::int64)
      .node("GatherND", {"x", "i"}, {"y"}, {net.integer("batch_dims", 1)});
  net.stored("m", {3, 4}, DataType::int64, matrix()).stored("j", {3, 1}, DataType::int64, numbers({1, 0, -1}));
  net.node("GatherND", {"m", "j"}, {"z"}, {net.integer("batch_dims", 1)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[N, 7, 6]");
  CHECK(content_of(analysis, "z") == "[1, 10, 23]");
}

TEST_CASE("indices that are out of range, too long or of the wrong rank are refused") {
  NetworkBuilder net;
  net.input("x", {N, 4}).node("Shape", {"x"}, {"shape"}).scalar("two", 2).node("Gather", {"shape", "two"}, {"y"});
  CHECK(errors_of(analyze(net.take(), {})) == "index-out-of-range");
  NetworkBuilder deep;
  deep.input("x", {N, 4}).input("i", {2, 3}, DataType::int64).node("GatherND", {"x", "i"}, {"y"});
  CHECK(errors_of(analyze(deep.take(), {})) == "bad-indices");
  NetworkBuilder flat;
  flat.input("x", {N, 4}).input("i", {2}, DataType::int64).node("GatherElements", {"x", "i"}, {"y"});
  CHECK(errors_of(analyze(flat.take(), {})) == "bad-rank");
}

TEST_CASE("ReverseSequence keeps the shape and wants a length for each sequence") {
  const auto reversed = [](const Dim& lengths, std::int64_t batch) {
    NetworkBuilder net;
    net.input("x", {4, 5, N}).input("l", {lengths}, DataType::int64);
    net.node("ReverseSequence", {"x", "l"}, {"y"}, {net.integer("batch_axis", batch), net.integer("time_axis", 1)});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(reversed(4, 0), "y") == "[4, 5, N]");
  CHECK(errors_of(reversed(5, 0)) == "shape-mismatch");
  CHECK(errors_of(reversed(5, 1)) == "bad-axis");
}

}  // namespace
}  // namespace macroscope
