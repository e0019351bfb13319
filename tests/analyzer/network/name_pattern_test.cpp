#include "analyzer/network/name_pattern.h"

#include <string>

#include "catch.h"

namespace macroscope {
namespace {

TEST_CASE("A pattern fits names as in a shell") {
  CHECK(fits_pattern("layer1.0.conv1.weight", "layer1.*"));
  CHECK(fits_pattern("layer1.0.conv1.weight", "*.conv?.weight"));
  CHECK(fits_pattern("", "*"));
  CHECK(fits_pattern("abcbc", "a*bc"));
  CHECK(!fits_pattern("layer10", "layer?"));
  CHECK(!fits_pattern("Layer1", "layer1"));
  CHECK(!fits_pattern("", "?"));
}

TEST_CASE("A hostile pattern takes no longer than both lengths multiplied") {
  std::string pattern;
  for (int n = 0; n < 2000; ++n) pattern += "*a";
  CHECK(!fits_pattern(std::string(4000, 'a') + "b", pattern));
}

}  // namespace
}  // namespace macroscope
