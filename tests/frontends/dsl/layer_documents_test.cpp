#include <algorithm>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "frontends/dsl/layers/layers.h"

namespace macroscope::testing {

TEST_CASE("the documents list every layer with its parameters") {
  std::ifstream file("docs/layers.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(text.empty());
  for (const dsl::Layer& layer : dsl::all_layers()) CHECK(text.find("`" + dsl::signature_of(layer) + "`") != std::string::npos);
  const auto rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  CHECK(rows > dsl::all_layers().size());
}

}  // namespace macroscope::testing
