#include "analyzer/operators/per_element.h"

#include <random>

#include "catch.h"
#include "node_cost.h"

namespace macroscope {
namespace {

using testing::fact_of;
using testing::has_error;
using testing::NetworkBuilder;
using testing::shape_of;

/// numpy's rule, from the last axis on; empty where it does not broadcast.
std::optional<std::vector<std::int64_t>> numpy_broadcast(std::vector<std::int64_t> a, std::vector<std::int64_t> b) {
  while (a.size() < b.size()) a.insert(a.begin(), 1);
  while (b.size() < a.size()) b.insert(b.begin(), 1);
  for (std::size_t axis = 0; axis < a.size(); ++axis) {
    if (a[axis] != b[axis] && a[axis] != 1 && b[axis] != 1) return std::nullopt;
    if (a[axis] == 1) a[axis] = b[axis];
  }
  return a;
}

Analysis binary(std::string_view op, const std::vector<Dim>& a, const std::vector<Dim>& b, std::int64_t version = 21,
                const std::vector<Attribute>& attributes = {}) {
  NetworkBuilder net(version);
  net.input("a", a).input("b", b).node(op, {"a", "b"}, {"y"}, attributes);
  return analyze(net.take(), {});
}

/// Whether the content of `name` is these expressions, however spelled; `?` is an element that is not known.
bool holds(const Analysis& analysis, std::string_view name, const std::vector<std::string>& expected) {
  const Fact fact = fact_of(analysis, name);
  const Integers* integers = fact.value ? fact.value->integers() : nullptr;
  if (integers == nullptr || integers->size() != expected.size()) return false;
  for (std::size_t element = 0; element < expected.size(); ++element) {
    const auto& found = (*integers)[element];
    if (found.has_value() != (expected[element] != "?")) return false;
    if (found && *found != std::get<Dim>(Dim::parse(expected[element]))) return false;
  }
  return true;
}

/// op(Shape(x), numbers) of x: [N, 3, H].
Analysis on_shape(std::string_view op, const std::vector<std::int64_t>& numbers, const std::vector<Attribute>& attributes = {}) {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("N"), 3, Dim::symbol("H")}).list("c", numbers);
  net.node("Shape", {"x"}, {"s"}).node(op, {"s", "c"}, {"y"}, attributes);
  return analyze(net.take(), {});
}

}  // namespace

TEST_CASE("random shapes broadcast as numpy broadcasts them") {
  std::mt19937 random(7);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<std::int64_t>(low, high)(random); };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::int64_t> a(static_cast<std::size_t>(pick(0, 4))), b(static_cast<std::size_t>(pick(0, 4)));
    for (auto& extent : a) extent = pick(0, 3);
    for (auto& extent : b) extent = pick(0, 3);
    const Analysis analysis = binary("Add", {a.begin(), a.end()}, {b.begin(), b.end()});
    const auto expected = numpy_broadcast(a, b);
    if (expected) {
      CHECK(fact_of(analysis, "y").type.shape == Shape(std::vector<Dim>(expected->begin(), expected->end())));
    } else {
      CHECK(has_error(analysis, "broadcast"));
    }
  }
}

TEST_CASE("before version 7 the second operand is laid over the first") {
  NetworkBuilder net;
  const auto laid = [&](std::int64_t axis) { return std::vector{net.integer("broadcast", 1), net.integer("axis", axis)}; };
  CHECK(shape_of(binary("Mul", {2, 3, 4, 5}, {3}, 6, laid(1)), "y") == "[2, 3, 4, 5]");
  CHECK(shape_of(binary("Mul", {2, 3, 4, 5}, {3, 4}, 6, laid(1)), "y") == "[2, 3, 4, 5]");
  CHECK(shape_of(binary("Mul", {2, 3, 4, 5}, {3, 4}, 6, laid(-3)), "y") == "[2, 3, 4, 5]");
  CHECK(shape_of(binary("Mul", {2, 3, 4, 5}, {5}, 6, {net.integer("broadcast", 1)}), "y") == "[2, 3, 4, 5]");
  CHECK(has_error(binary("Mul", {2, 3, 4, 5}, {4}, 6, laid(1)), "shape-mismatch"));
  CHECK(has_error(binary("Mul", {2, 3, 4, 5}, {3}, 6, laid(4)), "bad-axis"));
  CHECK(has_error(binary("Mul", {2, 3, 4, 5}, {3}, 6), "broadcast"));
}

TEST_CASE("operands of an element-wise operator have one dtype, but for an exponent") {
  const auto with = [](std::string_view op) {
    NetworkBuilder net;
    net.input("a", {2}).input("b", {2}, DataType::int32).node(op, {"a", "b"}, {"y"});
    return analyze(net.take(), {});
  };
  CHECK(has_error(with("Add"), "dtype-mismatch"));
  CHECK_FALSE(has_error(with("Pow"), "dtype-mismatch"));
  CHECK(fact_of(with("Pow"), "y").type.dtype == DataType::float32);
}

TEST_CASE("a binary operator of one operand is an error") {
  NetworkBuilder net;
  net.input("a", {2}).node("Add", {"a"}, {"y"});
  CHECK(has_error(analyze(net.take(), {}), "operand-count"));
}

TEST_CASE("contents of shapes are followed through integer arithmetic") {
  CHECK(holds(on_shape("Add", {1}), "y", {"N + 1", "4", "H + 1"}));
  CHECK(holds(on_shape("Sub", {1, 2, 3}), "y", {"N - 1", "1", "H - 3"}));
  CHECK(holds(on_shape("Mul", {2}), "y", {"2*N", "6", "2*H"}));
  CHECK(holds(on_shape("Div", {2}), "y", {"floor(N/2)", "1", "floor(H/2)"}));
  CHECK(holds(on_shape("Mod", {2}), "y", {"mod(N, 2)", "1", "mod(H, 2)"}));
  CHECK(holds(on_shape("Pow", {2}), "y", {"N^2", "9", "H^2"}));
  CHECK(holds(on_shape("Max", {2}), "y", {"max(2, N)", "3", "max(2, H)"}));
  CHECK(holds(on_shape("Min", {2}), "y", {"min(2, N)", "2", "min(2, H)"}));
  CHECK(holds(on_shape("Less", {0, 4, 1}), "y", {"0", "1", "1 - min(H, 1)"}));
  CHECK(holds(on_shape("GreaterOrEqual", {0, 4, 1}), "y", {"1", "0", "min(H, 1)"}));
}

TEST_CASE("a comparison that depends on a size is 1 where it holds and 0 elsewhere") {
  constexpr std::int64_t kBound = 4;
  const auto compared = [](std::string_view op, std::int64_t height) {
    const Fact fact = fact_of(on_shape(op, {-1, 3, kBound}), "y");
    REQUIRE(fact.value != nullptr);
    const std::optional<Dim> last = fact.value->integers()->back();
    REQUIRE(last);
    return last->substitute({{"H", Dim(height)}}).number();
  };
  for (std::int64_t height = 0; height < 9; ++height) {
    CHECK(compared("Equal", height) == (height == kBound ? 1 : 0));
    CHECK(compared("Less", height) == (height < kBound ? 1 : 0));
    CHECK(compared("LessOrEqual", height) == (height <= kBound ? 1 : 0));
    CHECK(compared("Greater", height) == (height > kBound ? 1 : 0));
    CHECK(compared("GreaterOrEqual", height) == (height >= kBound ? 1 : 0));
  }
  CHECK(holds(on_shape("Equal", {-1, 3, -1}), "y", {"0", "1", "0"}));
}

TEST_CASE("integers are divided toward zero") {
  const auto divided = [](std::int64_t a, std::int64_t b, const std::string& expected) {
    NetworkBuilder net;
    net.scalar("a", a).scalar("b", b).node("Div", {"a", "b"}, {"y"});
    return holds(analyze(net.take(), {}), "y", {expected});
  };
  for (const std::int64_t a : {-7, -6, -1, 0, 1, 6, 7})
    for (const std::int64_t b : {-3, -2, 2, 3}) CHECK(divided(a, b, std::to_string(a / b)));
  CHECK(divided(1, 0, "?"));
}

TEST_CASE("a division whose sign depends on a symbol records what it assumes") {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("N")}).list("c", {-3}).list("d", {2});
  net.node("Shape", {"x"}, {"s"}).node("Add", {"s", "c"}, {"t"}).node("Div", {"t", "d"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(holds(analysis, "y", {"floor((N - 3)/2)"}));
  CHECK(texts_of(analysis.shapes.assumptions) == std::vector<std::string>{"N - 3 >= 0"});
}

TEST_CASE("a sum past 64 bits is an error") {
  NetworkBuilder net;
  net.scalar("a", std::numeric_limits<std::int64_t>::max()).scalar("b", 1).node("Add", {"a", "b"}, {"y"});
  CHECK(has_error(analyze(net.take(), {}), "overflow"));
}

TEST_CASE("sizes scaled in floating point come back as exact sizes") {
  NetworkBuilder net;
  const auto to = [&](DataType type) { return net.integer("to", static_cast<std::int64_t>(type)); };
  net.input("x", {1, 3, Dim::symbol("H"), Dim::symbol("W")});
  net.stored("c", {4}, DataType::float32, Value(Reals{1.0, 1.0, 2.0, 1.5}));
  net.node("Shape", {"x"}, {"s"}).node("Cast", {"s"}, {"f"}, {to(DataType::float32)}).node("Mul", {"f", "c"}, {"m"});
  net.node("Floor", {"m"}, {"g"}).node("Cast", {"g"}, {"i"}, {to(DataType::int64)}).node("Div", {"g", "f"}, {"r"});
  net.node("Resize", {"x", "", "r"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(holds(analysis, "i", {"1", "3", "2*H", "floor((3*W)/2)"}));
  CHECK(fact_of(analysis, "y").type.shape == Shape{1, 3, Dim::symbol("H") * 2, floor_div(Dim::symbol("W") * 3, 2)});
}

TEST_CASE("work on integers is no floating-point work") {
  NetworkBuilder net;
  net.input("a", {4}, DataType::int64).input("b", {4}, DataType::int64).node("Add", {"a", "b"}, {"y"});
  CHECK(testing::grouped_sum_of(analyze(net.take(), {})) == testing::GroupedSum{});
}

}  // namespace macroscope
