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

TEST_CASE("Trilu keeps a triangle") {
  const auto triangle = [](std::int64_t diagonal, std::int64_t upper) {
    NetworkBuilder net;
    net.stored("x", {2, 3}, DataType::int64, Value(Integers{Dim(1), Dim(2), Dim(3), Dim(4), Dim(5), Dim(6)}))
        .scalar("k", diagonal);
    net.node("Trilu", {"x", "k"}, {"y"}, {net.integer("upper", upper)});
    return content_of(analyze(net.take(), {}), "y");
  };
  CHECK(triangle(0, 1) == "[1, 2, 3, 0, 5, 6]");
  CHECK(triangle(1, 1) == "[0, 2, 3, 0, 0, 6]");
  CHECK(triangle(0, 0) == "[1, 0, 0, 4, 5, 0]");
  CHECK(triangle(-1, 0) == "[0, 0, 0, 4, 0, 0]");
}

/// Work of elimination, counted as it runs.
std::array<std::int64_t, 3> eliminated(std::int64_t n) {
  std::int64_t add = 0, mul = 0, div = 0;
  for (std::int64_t pivot = 0; pivot < n; ++pivot)
    for (std::int64_t row = pivot + 1; row < n; ++row) {
      ++div;
      for (std::int64_t column = pivot + 1; column < n; ++column) {
        ++mul;
        ++add;
      }
    }
  for (std::int64_t factor = 1; factor < n; ++factor) ++mul;
  return {add, mul, div};
}

TEST_CASE("a determinant costs what elimination costs") {
  NetworkBuilder net;
  net.input("x", {5, N, N}).node("Det", {"x"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[5]");
  for (std::int64_t n = 0; n < 9; ++n)
    for (std::size_t kind = 0; kind < 3; ++kind)
      CHECK(analysis.costs.total.flops_by_kind[kind].substitute({{"N", Dim(n)}}).number() == 5 * eliminated(n)[kind]);
  NetworkBuilder oblong;
  oblong.input("x", {2, 3}).node("Det", {"x"}, {"y"});
  CHECK(errors_of(analyze(oblong.take(), {})) == "shape-mismatch");
}

TEST_CASE("EyeLike has its operand's shape and either dtype") {
  NetworkBuilder net;
  net.input("x", {N, 3}, DataType::int32).node("EyeLike", {"x"}, {"y"}, {net.integer("dtype", 1)}).node("EyeLike", {"x"}, {"z"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(fact_of(analysis, "y").type == Type::tensor(DataType::float32, Shape{N, 3}));
  CHECK(fact_of(analysis, "z").type.dtype == DataType::int32);
  NetworkBuilder cube;
  cube.input("x", {1, 2, 3}).node("EyeLike", {"x"}, {"y"});
  CHECK(errors_of(analyze(cube.take(), {})) == "bad-rank");
}

}  // namespace
}  // namespace macroscope
