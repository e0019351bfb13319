#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

TEST_CASE("Expand broadcasts both ways") {
  const auto expanded = [](const std::vector<Dim>& data, const std::vector<std::int64_t>& target) {
    NetworkBuilder net;
    net.input("x", data).list("target", target).node("Expand", {"x", "target"}, {"y"});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(expanded({3, 1}, {2, 1, 6}), "y") == "[2, 3, 6]");
  CHECK(shape_of(expanded({N, 1, 4}, {5, 1}), "y") == "[N, 5, 4]");
  CHECK(shape_of(expanded({}, {4, 8}), "y") == "[4, 8]");
  CHECK(errors_of(expanded({3}, {2})) == "broadcast");
  CHECK(errors_of(expanded({3}, {-1})) == "bad-expand");
}

TEST_CASE("Expand beside an extent above 1 needs no content") {
  NetworkBuilder net;
  net.input("x", {1, 7}).input("target", {2}, DataType::int64).node("Expand", {"x", "target"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[y_0, 7]");
}

TEST_CASE("contents are repeated as well") {
  NetworkBuilder net;
  net.stored("x", {2, 1}, DataType::int64, Value(Integers{Dim(1), Dim(2)})).list("target", {2, 3}).list("twice", {2, 2});
  net.node("Expand", {"x", "target"}, {"wide"}).node("Tile", {"x", "twice"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(content_of(analysis, "wide") == "[1, 1, 1, 2, 2, 2]");
  CHECK(content_of(analysis, "y") == "[1, 1, 2, 2, 1, 1, 2, 2]");
}

TEST_CASE("Tile multiplies, along one axis in its first version") {
  NetworkBuilder net;
  net.input("x", {N, 3}).list("repeats", {2, 4}).node("Tile", {"x", "repeats"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[2*N, 12]");
  NetworkBuilder first(1);
  first.input("x", {N, 3}).scalar("tiles", 5).scalar("axis", 1).node("Tile", {"x", "tiles", "axis"}, {"y"});
  CHECK(shape_of(analyze(first.take(), {}), "y") == "[N, 15]");
  NetworkBuilder wrong;
  wrong.input("x", {N, 3}).list("repeats", {2}).node("Tile", {"x", "repeats"}, {"y"});
  CHECK(errors_of(analyze(wrong.take(), {})) == "bad-tile");
  NetworkBuilder vast;
  vast.input("x", {4}).list("repeats", {INT64_MAX}).node("Tile", {"x", "repeats"}, {"y"});
  CHECK(errors_of(analyze(vast.take(), {})) == "bad-extent");
}

TEST_CASE("Where chooses element by element, broadcast, and says unknown where it does not know") {
  NetworkBuilder net;
  net.input("x", {N, 4}).list("wanted", {-1, 4, 1}).list("minus", {-1}).list("sevens", {7, 7, 7});
  net.node("Equal", {"wanted", "minus"}, {"open"}).node("Where", {"open", "sevens", "wanted"}, {"y"});
  net.input("maybe", {3}, DataType::boolean).node("Where", {"maybe", "sevens", "wanted"}, {"unknown"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(content_of(analysis, "y") == "[7, 4, 1]");
  CHECK(content_of(analysis, "unknown").empty());
  CHECK(shape_of(analysis, "unknown") == "[3]");
}

}  // namespace
}  // namespace macroscope
