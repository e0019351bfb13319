#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

Dim work(const Analysis& analysis, Flop kind) { return analysis.costs.total.flops_by_kind[static_cast<std::size_t>(kind)]; }

TEST_CASE("what only the data can tell is a symbol named after its tensor") {
  NetworkBuilder net;
  net.input("x", {N, 4}).input("flags", {N}, DataType::boolean);
  net.node("NonZero", {"x"}, {"where"}).node("Unique", {"x"}, {"values", "first", "inverse", "counts"});
  net.node("Compress", {"x", "flags"}, {"rows"}, {net.integer("axis", 0)}).node("Compress", {"x", "flags"}, {"some"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "where") == "[2, where]");
  CHECK(shape_of(analysis, "values") == "[values]");
  CHECK(shape_of(analysis, "first") == "[values]");
  CHECK(shape_of(analysis, "inverse") == "[4*N]");
  CHECK(shape_of(analysis, "counts") == "[values]");
  CHECK(shape_of(analysis, "rows") == "[rows, 4]");
  CHECK(shape_of(analysis, "some") == "[some]");
}

TEST_CASE("known contents are searched") {
  NetworkBuilder net;
  net.stored("x", {2, 3}, DataType::int64, Value(Integers{Dim(0), Dim(7), Dim(0), Dim(5), Dim(0), Dim(7)}));
  net.stored("flags", {3}, DataType::boolean, Value(Integers{Dim(1), Dim(0), Dim(1)}));
  net.node("NonZero", {"x"}, {"where"}).node("Unique", {"x"}, {"values", "first", "inverse", "counts"});
  net.node("Unique", {"x"}, {"unsorted"}, {net.integer("sorted", 0)})
      .node("Compress", {"x", "flags"}, {"columns"}, {net.integer("axis", 1)});
  net.node("Compress", {"x", "flags"}, {"flat"});
  net.node("ArgMax", {"x"}, {"best"}, {net.integer("axis", 1)})
      .node("ArgMin", {"x"}, {"last"}, {net.integer("axis", 1), net.integer("select_last_index", 1)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(content_of(analysis, "where") == "[0, 1, 1, 1, 0, 2]");
  CHECK(content_of(analysis, "values") == "[0, 5, 7]");
  CHECK(content_of(analysis, "first") == "[0, 3, 1]");
  CHECK(content_of(analysis, "inverse") == "[0, 2, 0, 1, 0, 2]");
  CHECK(content_of(analysis, "counts") == "[3, 1, 2]");
  CHECK(content_of(analysis, "unsorted") == "[0, 7, 5]");
  CHECK(content_of(analysis, "columns") == "[0, 0, 5, 7]");
  CHECK(content_of(analysis, "flat") == "[0, 0]");
  CHECK(content_of(analysis, "best") == "[1, 2]");
  CHECK(content_of(analysis, "last") == "[2, 1]");
}

TEST_CASE("TopK by attribute, by operand, and of known numbers") {
  NetworkBuilder first(1);
  first.input("x", {N, 10}).node("TopK", {"x"}, {"y", "i"}, {first.integer("k", 3)});
  CHECK(shape_of(analyze(first.take(), {}), "i") == "[N, 3]");

  NetworkBuilder net(11);
  net.input("x", {N, 10}).list("k", {2}).input("unknown", {1}, DataType::int64);
  net.node("TopK", {"x", "k"}, {"y", "i"}, {net.integer("axis", 0)}).node("TopK", {"x", "unknown"}, {"z", "j"});
  net.stored("m", {2, 3}, DataType::int64, Value(Integers{Dim(4), Dim(9), Dim(6), Dim(2), Dim(2), Dim(8)}));
  net.node("TopK", {"m", "k"}, {"top", "at"}).node("TopK", {"m", "k"}, {"low", "from"}, {net.integer("largest", 0)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[2, 10]");
  CHECK(shape_of(analysis, "z") == "[N, z_1]");
  CHECK(shape_of(analysis, "j") == shape_of(analysis, "z"));
  CHECK(content_of(analysis, "top") == "[9, 6, 8, 2]");
  CHECK(content_of(analysis, "at") == "[1, 2, 2, 0]");
  CHECK(content_of(analysis, "low") == "[4, 6, 2, 2]");
  CHECK(content_of(analysis, "from") == "[0, 2, 0, 1]");
  CHECK(work(analysis, Flop::compare).text() == "20*N");
}

TEST_CASE("more than there is cannot be asked for") {
  NetworkBuilder net;
  net.input("x", {3}).list("k", {4}).node("TopK", {"x", "k"}, {"y", "i"});
  CHECK(errors_of(analyze(net.take(), {})) == "bad-operand");
}

TEST_CASE("OneHot adds an axis as long as its depth") {
  const auto hot = [](std::int64_t axis, std::int64_t version = 11) {
    NetworkBuilder net(version);
    net.list("i", {1, -1, 0}).scalar("depth", 5).input("values", {2}, DataType::float16);
    net.node("OneHot", {"i", "depth", "values"}, {"y"}, {net.integer("axis", axis)});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(hot(-1), "y") == "[3, 5]");
  CHECK(shape_of(hot(0), "y") == "[5, 3]");
  CHECK(testing::fact_of(hot(0), "y").type.dtype == DataType::float16);
  CHECK(errors_of(hot(-1, 9)) == "bad-indices");
  CHECK(errors_of(hot(2)) == "bad-axis");
}

TEST_CASE("ArgMax compares every element, and drops or keeps its axis") {
  const auto reduced = [](std::int64_t keep) {
    NetworkBuilder net;
    net.input("x", {N, 3, 4}).node("ArgMax", {"x"}, {"y"}, {net.integer("axis", 1), net.integer("keepdims", keep)});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(reduced(1), "y") == "[N, 1, 4]");
  CHECK(shape_of(reduced(0), "y") == "[N, 4]");
  CHECK(work(reduced(0), Flop::compare).text() == "12*N");
}

TEST_CASE("NonMaxSuppression selects as many boxes as the data says") {
  NetworkBuilder net;
  net.input("boxes", {1, 100, 4})
      .input("scores", {1, 5, 100})
      .scalar("most", 10)
      .node("NonMaxSuppression", {"boxes", "scores", "most"}, {"y"});
  net.node("NonMaxSuppression", {"boxes", "scores"}, {"none"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[y, 3]");
  CHECK(shape_of(analysis, "none") == "[0, 3]");
  // 500 scores each, and 7 comparisons of each selected box with each of 100.
  CHECK(work(analysis, Flop::compare) == 1000 + 700 * Dim::symbol("y"));
}

}  // namespace
}  // namespace macroscope
