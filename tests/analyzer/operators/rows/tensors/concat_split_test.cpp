#include <numeric>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N"), S = Dim::symbol("S");

Value counting(std::int64_t count) {
  Integers elements;
  for (std::int64_t n = 0; n < count; ++n) elements.emplace_back(n);
  return Value(std::move(elements));
}

TEST_CASE("Concat adds up along its axis and agrees on the others") {
  NetworkBuilder net;
  net.input("a", {N, 3, S}).input("b", {2, 4, S}).node("Concat", {"a", "b"}, {"y"}, {net.integer("axis", -2)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[2, 7, S]");
  CHECK(texts_of(analysis.shapes.assumptions) == std::vector<std::string>{"N == 2"});
}

TEST_CASE("Concat refuses unlike ranks, extents, dtypes, and sums past 64 bits") {
  const auto errors = [](const std::vector<Dim>& a, const std::vector<Dim>& b, DataType dtype = DataType::float32) {
    NetworkBuilder net;
    net.input("a", a).input("b", b, dtype).node("Concat", {"a", "b"}, {"y"}, {net.integer("axis", 0)});
    return errors_of(analyze(net.take(), {}));
  };
  CHECK(errors({2, 3}, {2}) == "bad-rank");
  CHECK(errors({2, 3}, {2, 4}) == "shape-mismatch");
  CHECK(errors({2}, {2}, DataType::int64) == "dtype-mismatch");
  CHECK(errors({std::int64_t{1} << 62}, {std::int64_t{1} << 62}) == "bad-extent");
}

TEST_CASE("an operand of unknown rank leaves only the joined extent open") {
  NetworkBuilder net;
  net.input("a", {N, 3}).input("b", Type::tensor(DataType::float32)).node("Concat", {"a", "b"}, {"y"}, {net.integer("axis", 1)});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[N, y_1]");
}

TEST_CASE("what Split takes apart, Concat puts together again, content and all") {
  for (const std::int64_t axis : {0, 1, -1}) {
    NetworkBuilder net(18);
    net.stored("x", {3, 5, 4}, DataType::int64, counting(60));
    net.node("Split", {"x"}, {"a", "b", "c"}, {net.integer("axis", axis), net.integer("num_outputs", 3)});
    net.node("Concat", {"a", "b", "c"}, {"y"}, {net.integer("axis", axis)});
    const Analysis analysis = analyze(net.take(), {});
    CHECK(shape_of(analysis, "y") == "[3, 5, 4]");
    CHECK(testing::fact_of(analysis, "y").value->integers()->size() == 60);
    CHECK(*testing::fact_of(analysis, "y").value == counting(60));
  }
}

TEST_CASE("Split by sizes, by outputs, and with a rest") {
  NetworkBuilder listed(13);
  listed.input("x", {N, 7}).list("sizes", {2, 5}).node("Split", {"x", "sizes"}, {"a", "b"}, {listed.integer("axis", 1)});
  const Analysis parts = analyze(listed.take(), {});
  CHECK(shape_of(parts, "a") == "[N, 2]");
  CHECK(shape_of(parts, "b") == "[N, 5]");

  NetworkBuilder equal(11);
  equal.input("x", {6 * N, 7}).node("Split", {"x"}, {"a", "b", "c"});
  CHECK(shape_of(analyze(equal.take(), {}), "c") == "[2*N, 7]");

  NetworkBuilder rest(18);
  rest.input("x", {7}).node("Split", {"x"}, {"a", "b"}, {rest.integer("num_outputs", 2)});
  CHECK(shape_of(analyze(rest.take(), {}), "b") == "[3]");
}

TEST_CASE("Split refuses sizes that do not add up and parts that are not equal") {
  NetworkBuilder listed(13);
  listed.input("x", {7}).list("sizes", {2, 4}).node("Split", {"x", "sizes"}, {"a", "b"});
  CHECK(errors_of(analyze(listed.take(), {})) == "shape-mismatch");
  NetworkBuilder equal(13);
  equal.input("x", {7}).node("Split", {"x"}, {"a", "b"});
  CHECK(errors_of(analyze(equal.take(), {})) == "not-divisible");
  NetworkBuilder neither(18);
  neither.input("x", {8}).node("Split", {"x"}, {"a", "b"});
  CHECK(errors_of(analyze(neither.take(), {})) == "missing-attribute");
}

TEST_CASE("Transpose moves every element") {
  std::vector<std::int64_t> axes{0, 1, 2};
  const std::vector<std::int64_t> extents{2, 3, 4};
  do {
    NetworkBuilder net;
    net.stored("x", extents, DataType::int64, counting(24)).node("Transpose", {"x"}, {"y"}, {net.integers("perm", axes)});
    const Analysis analysis = analyze(net.take(), {});
    std::vector<std::int64_t> expected;
    std::array<std::int64_t, 3> at{};
    const auto extent = [&](std::size_t axis) { return extents[static_cast<std::size_t>(axes[axis])]; };
    for (at[0] = 0; at[0] < extent(0); ++at[0])
      for (at[1] = 0; at[1] < extent(1); ++at[1])
        for (at[2] = 0; at[2] < extent(2); ++at[2]) {
          std::array<std::int64_t, 3> from{};
          for (std::size_t axis = 0; axis < 3; ++axis) from[static_cast<std::size_t>(axes[axis])] = at[axis];
          expected.push_back((from[0] * 3 + from[1]) * 4 + from[2]);
        }
    CHECK(shape_of(analysis, "y") == fmt::format("[{}, {}, {}]", extent(0), extent(1), extent(2)));
    CHECK(content_of(analysis, "y") == fmt::format("[{}]", fmt::join(expected, ", ")));
  } while (std::next_permutation(axes.begin(), axes.end()));
}

TEST_CASE("Transpose reverses without a permutation and refuses a wrong one") {
  const auto transposed = [](const std::vector<std::int64_t>& perm) {
    NetworkBuilder net;
    net.input("x", {N, 3, S})
        .node("Transpose", {"x"}, {"y"},
              perm.empty() ? std::vector<Attribute>{} : std::vector<Attribute>{net.integers("perm", perm)});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(transposed({}), "y") == "[S, 3, N]");
  CHECK(errors_of(transposed({0, 1})) == "bad-permutation");
  CHECK(errors_of(transposed({0, 1, 1})) == "bad-permutation");
  CHECK(errors_of(transposed({0, 1, 3})) == "bad-permutation");
}

TEST_CASE("depth becomes space and space depth") {
  NetworkBuilder net;
  net.input("x", {N, 8, S, 5}).node("DepthToSpace", {"x"}, {"wide"}, {net.integer("blocksize", 2)});
  net.node("SpaceToDepth", {"wide"}, {"y"}, {net.integer("blocksize", 2)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "wide") == "[N, 2, 2*S, 10]");
  CHECK(shape_of(analysis, "y") == "[N, 8, S, 5]");
  NetworkBuilder odd;
  odd.input("x", {1, 6, 2, 2}).node("DepthToSpace", {"x"}, {"y"}, {odd.integer("blocksize", 2)});
  CHECK(errors_of(analyze(odd.take(), {})) == "not-divisible");
}

}  // namespace
}  // namespace macroscope
