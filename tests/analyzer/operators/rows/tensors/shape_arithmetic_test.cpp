#include <cmath>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::fact_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

Value integers(std::initializer_list<std::int64_t> given) { return Value(Integers(given.begin(), given.end())); }
Value real(double number) { return Value(Reals{Real(number)}); }

TEST_CASE("Shape between any two bounds") {
  const std::vector<std::string> extents{"N", "3", "4"};
  for (std::int64_t start = -5; start < 5; ++start)
    for (std::int64_t end = -5; end < 5; ++end) {
      NetworkBuilder net(15);
      net.input("x", {N, 3, 4}).node("Shape", {"x"}, {"y"}, {net.integer("start", start), net.integer("end", end)});
      std::vector<std::string> expected;
      for (std::int64_t axis = 0; axis < 3; ++axis)
        if (axis >= (start < 0 ? start + 3 : start) && axis < (end < 0 ? end + 3 : end))
          expected.push_back(extents[static_cast<std::size_t>(axis)]);
      CAPTURE(start, end);
      CHECK(content_of(analyze(net.take(), {}), "y") == fmt::format("[{}]", fmt::join(expected, ", ")));
    }
}

TEST_CASE("Size is the product of a shape") {
  NetworkBuilder net;
  net.input("x", {N, 3, 4}).node("Size", {"x"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(content_of(analysis, "y") == "[12*N]");
  CHECK(shape_of(analysis, "y") == "[]");
}

Analysis ranged(std::int64_t start, std::int64_t limit, std::int64_t delta) {
  NetworkBuilder net;
  net.scalar("start", start).scalar("limit", limit).scalar("delta", delta).node("Range", {"start", "limit", "delta"}, {"y"});
  return analyze(net.take(), {});
}

TEST_CASE("Range counts what a loop counts") {
  for (std::int64_t start = -4; start < 5; start += 2)
    for (std::int64_t limit = -5; limit < 6; ++limit)
      for (const std::int64_t delta : {-3, -1, 1, 2}) {
        std::vector<std::int64_t> expected;
        for (std::int64_t n = start; delta > 0 ? n < limit : n > limit; n += delta) expected.push_back(n);
        CHECK(content_of(ranged(start, limit, delta), "y") == fmt::format("[{}]", fmt::join(expected, ", ")));
      }
  CHECK(errors_of(ranged(0, 4, 0)) == "bad-operand");
}

TEST_CASE("a range up to a symbol is as long as that, of integers or of reals") {
  NetworkBuilder net;
  net.input("x", {N, 7})
      .scalar("zero", 0)
      .scalar("one", 1)
      .scalar("three", 3)
      .node("Shape", {"x"}, {"shape"})
      .node("Gather", {"shape", "zero"}, {"n"});
  net.node("Range", {"zero", "n", "one"}, {"y"}).node("Range", {"one", "n", "three"}, {"thirds"});
  net.stored("zero.0", {}, DataType::float32, real(0)).stored("one.0", {}, DataType::float32, real(1));
  net.node("Cast", {"n"}, {"real"}, {net.integer("to", 1)}).node("Range", {"zero.0", "real", "one.0"}, {"z"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[N]");
  CHECK(shape_of(analysis, "z") == "[N]");
  const Dim thirds = fact_of(analysis, "thirds").type.shape[0];
  for (std::int64_t n = 0; n < 12; ++n)
    CHECK(thirds.substitute({{"N", Dim(n)}}).number() == std::max(0.0, std::ceil((static_cast<double>(n) - 1) / 3)));
}

TEST_CASE("a range of reals") {
  NetworkBuilder net;
  net.stored("start", {}, DataType::float32, real(1))
      .stored("limit", {}, DataType::float32, real(2.5))
      .stored("delta", {}, DataType::float32, real(0.5));
  net.node("Range", {"start", "limit", "delta"}, {"y"});
  CHECK(content_of(analyze(net.take(), {}), "y") == "[1, 1.5, 2]");
}

TEST_CASE("ConstantOfShape has extents from content, and fills them") {
  NetworkBuilder net(20);
  net.input("x", {N, 3}).input("unknown", {2}, DataType::int64).list("two", {2}).node("Shape", {"x"}, {"shape"});
  net.node("ConstantOfShape", {"shape"}, {"zeros"}).node("ConstantOfShape", {"unknown"}, {"open"});
  net.node("ConstantOfShape", {"two"}, {"sevens"}, {net.tensor("value", DataType::int32, integers({7}), {1})});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "zeros") == "[N, 3]");
  CHECK(fact_of(analysis, "zeros").type.dtype == DataType::float32);
  CHECK(shape_of(analysis, "open") == "[open_0, open_1]");
  CHECK(content_of(analysis, "sevens") == "[7, 7]");
  NetworkBuilder negative(20);
  negative.list("s", {2, -1}).node("ConstantOfShape", {"s"}, {"y"});
  CHECK(errors_of(analyze(negative.take(), {})) == "bad-extent");
}

TEST_CASE("every form of Constant") {
  NetworkBuilder net(13);
  net.node("Constant", {}, {"a"}, {net.integer("value_int", 5)})
      .node("Constant", {}, {"b"}, {net.integers("value_ints", {1, 2})});
  net.node("Constant", {}, {"c"}, {net.real("value_float", 0.5)})
      .node("Constant", {}, {"d"}, {net.reals("value_floats", {1, 2, 3})});
  net.node("Constant", {}, {"e"}, {net.text("value_string", "word")})
      .node("Constant", {}, {"f"}, {net.tensor("value", DataType::int32, integers({1, 2, 3, 4}), {2, 2})});
  net.node("Constant", {}, {"g"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "a") == "[]");
  CHECK(content_of(analysis, "a") == "[5]");
  CHECK(content_of(analysis, "b") == "[1, 2]");
  CHECK(content_of(analysis, "c") == "[0.5]");
  CHECK(shape_of(analysis, "d") == "[3]");
  CHECK(content_of(analysis, "e") == "[word]");
  CHECK(shape_of(analysis, "f") == "[2, 2]");
  CHECK(fact_of(analysis, "f").type.dtype == DataType::int32);
  CHECK(errors_of(analysis) == "missing-attribute");
}

TEST_CASE("running sums and products in both directions, with and without the element itself") {
  const auto accumulated = [](std::string_view op, std::int64_t exclusive, std::int64_t reverse) {
    NetworkBuilder net(26);
    net.list("x", {2, 3, 4})
        .scalar("axis", 0)
        .node(op, {"x", "axis"}, {"y"}, {net.integer("exclusive", exclusive), net.integer("reverse", reverse)});
    return content_of(analyze(net.take(), {}), "y");
  };
  CHECK(accumulated("CumSum", 0, 0) == "[2, 5, 9]");
  CHECK(accumulated("CumSum", 1, 0) == "[0, 2, 5]");
  CHECK(accumulated("CumSum", 0, 1) == "[9, 7, 4]");
  CHECK(accumulated("CumSum", 1, 1) == "[7, 4, 0]");
  CHECK(accumulated("CumProd", 0, 0) == "[2, 6, 24]");
  CHECK(accumulated("CumProd", 1, 1) == "[12, 4, 1]");
}

TEST_CASE("a running sum of reals costs an addition each") {
  NetworkBuilder net;
  net.input("x", {N, 4}).scalar("axis", 1).node("CumSum", {"x", "axis"}, {"y"});
  CHECK(analyze(net.take(), {}).costs.total.flops_by_kind[0].text() == "4*N");
}

}  // namespace
}  // namespace macroscope
