#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::fact_of;
using testing::NetworkBuilder;

TEST_CASE("long contents are followed up to a limit in all, short ones always") {
  constexpr int kNodes = 1000;
  NetworkBuilder net;
  net.list("long0", std::vector<std::int64_t>(4096, 7)).list("short0", {1, 2});
  for (int node = 0; node < kNodes; ++node)
    for (const std::string name : {"long", "short"})
      net.node("Transpose", {fmt::format("{}{}", name, node)}, {fmt::format("{}{}", name, node + 1)});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(fact_of(analysis, "long1").value != nullptr);
  CHECK(fact_of(analysis, "long1000").value == nullptr);
  CHECK(fact_of(analysis, "long1000").type.shape == Shape{4096});
  CHECK(testing::content_of(analysis, "short1000") == "[1, 2]");
}

}  // namespace
}  // namespace macroscope
