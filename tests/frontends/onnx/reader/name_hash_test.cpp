#include "frontends/onnx/reader/name_hash.h"

#include <array>
#include <set>
#include <string>

#include "catch.h"

namespace macroscope::test {

using onnx::hash_of_name;
using onnx::NameHash;

TEST_CASE("a name's hash depends on each of its bytes, on its length and on the seed") {
  for (std::size_t length = 1; length <= 40; ++length) {
    const std::string name(length, 'x');
    const std::uint64_t hash = hash_of_name(name, 1);
    CHECK(hash_of_name(name, 1) == hash);
    CHECK(hash_of_name(name, 2) != hash);
    CHECK(hash_of_name(name + 'x', 1) != hash);
    for (std::size_t place = 0; place < length; ++place) {
      std::string other = name;
      other[place] = 'y';
      REQUIRE(hash_of_name(other, 1) != hash);
    }
  }
}

TEST_CASE("names as exporters number them spread over a table") {
  // 4096 places for as many names: of a fair choice about 1 - 1/e of the places are taken, which is 2589.
  for (const std::string prefix : {"", "/model/layers.", "onnx::MatMul_"}) {
    std::set<std::uint64_t> low;
    std::set<std::uint64_t> high;
    for (int number = 0; number < 4096; ++number) {
      const std::uint64_t hash = hash_of_name(prefix + std::to_string(number), 42);
      low.insert(hash % 4096);
      high.insert(hash >> 52U);
    }
    CHECK(low.size() > 2400);
    CHECK(high.size() > 2400);
  }
}

TEST_CASE("all tables of one run hash alike") { CHECK(NameHash()("weight") == NameHash()("weight")); }

}  // namespace macroscope::test
