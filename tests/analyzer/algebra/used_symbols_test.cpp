// Symbols and definitions of many quantities: as each by itself says, and each once?
#include "analyzer/algebra/parts.h"

#include <algorithm>
#include <string>

#include "catch.h"

namespace macroscope {

TEST_CASE("parts of several quantities are told once, inner ones first", "[algebra]") {
  Dim sum;
  for (int i = 0; i < 600; ++i) sum += Dim::symbol("s" + std::to_string(i));
  const Dim product = sum * sum * Dim::symbol("other");
  Parts parts;
  parts.add(sum);
  parts.add(5);
  parts.add(product);
  parts.add(sum);
  CHECK(parts.symbols().size() == 601);
  CHECK(parts.symbols().contains("other"));
  auto definitions = sum.definitions();
  REQUIRE(!definitions.empty());
  REQUIRE(parts.definitions().size() >= definitions.size());
  CHECK(std::equal(definitions.begin(), definitions.end(), parts.definitions().begin()));
  for (const auto& definition : product.definitions())
    CHECK(std::count(parts.definitions().begin(), parts.definitions().end(), definition) == 1);
}

}  // namespace macroscope
