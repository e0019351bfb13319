// Symbols of many quantities: those of each by itself, through names too?
#include "analyzer/algebra/used_symbols.h"

#include <string>

#include "catch.h"

namespace macroscope {
namespace {

Dim sum_of_symbols(int count) {
  Dim sum;
  for (int i = 0; i < count; ++i) sum += Dim::symbol("s" + std::to_string(i));
  return sum;
}

}  // namespace

TEST_CASE("symbols of several quantities are told once, through names", "[algebra]") {
  const Dim sum = sum_of_symbols(600);
  REQUIRE(sum.has_definitions());
  UsedSymbols used;
  used.add(sum);
  used.add(5);
  CHECK(used.names().size() == 600);
  used.add(sum * sum * Dim::symbol("other"));
  used.add(sum);
  CHECK(used.names().size() == 601);
  CHECK(used.names().contains("other"));
}

TEST_CASE("nothing is looked at once enough symbols have come", "[algebra]") {
  UsedSymbols used(2);
  used.add(Dim::symbol("a") + Dim::symbol("b"));
  used.add(Dim::symbol("c"));
  CHECK(used.names() == std::set<std::string>{"a", "b"});
}

}  // namespace macroscope
