#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::fact_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

TEST_CASE("random tensors: shapes, dtypes, work") {
  NetworkBuilder net;
  net.input("x", {N, 4}, DataType::float16).node("RandomNormal", {}, {"a"}, {net.integers("shape", {2, 3})});
  net.node("RandomUniformLike", {"x"}, {"b"}, {net.integer("dtype", 11)}).node("Bernoulli", {"x"}, {"c"});
  net.node("Multinomial", {"x"}, {"d"}, {net.integer("sample_size", 5)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "a") == "[2, 3]");
  CHECK(fact_of(analysis, "a").type.dtype == DataType::float32);
  CHECK(fact_of(analysis, "b").type.dtype == DataType::float64);
  CHECK(fact_of(analysis, "c").type.dtype == DataType::float16);
  CHECK(shape_of(analysis, "d") == "[N, 5]");
  // Two for each normal number, one for each probability.
  CHECK(analysis.costs.total.flops_by_kind[static_cast<std::size_t>(Flop::special)] == 12 + 4 * N);
}

}  // namespace
}  // namespace macroscope
