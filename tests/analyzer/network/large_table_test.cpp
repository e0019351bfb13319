#include "analyzer/network/large_table.h"

#include <cstdint>
#include <vector>

#include "catch.h"

namespace macroscope::test {

TEST_CASE("tables of any size keep their rows, with large pages or without") {
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20U}) {
    std::vector<std::uint64_t> table{7};
    reserve_large(table, rows);
    CHECK(table.capacity() >= rows);
    for (std::size_t row = 1; row < rows; ++row) table.push_back(row);
    CHECK(table.front() == 7);
    if (rows > 1) CHECK(table.back() == rows - 1);
  }
}

TEST_CASE("advice about memory that holds no whole large page does nothing") {
  std::vector<char> little(4096, 'x');
  prefer_large_pages(little.data(), little.size());
  prefer_large_pages(nullptr, 0);
  CHECK(little == std::vector<char>(4096, 'x'));
}

}  // namespace macroscope::test
