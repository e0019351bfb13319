#include "frontends/onnx/wire/arena.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "catch.h"
#include "frontends/onnx/reader/recent_copies.h"

namespace macroscope::test {
namespace {

using onnx::Arena;
using onnx::Array;
using onnx::AttributePool;
using onnx::LargePages;
using onnx::List;
using onnx::ListPool;
using onnx::Text;
using onnx::TextPool;

template <typename T>
std::vector<T> copy_of(const Array<T>& array) {
  return {array.begin(), array.end()};
}

}  // namespace

TEST_CASE("memory of an arena is aligned, apart and stays, in blocks of every size") {
  Arena arena;
  std::vector<unsigned char*> pieces;
  std::vector<std::size_t> sizes;
  // Past the first block, past one large page, and a piece larger than any block.
  for (std::size_t turn = 0; turn < 400; ++turn) sizes.push_back(turn * turn % 30011 + 1);
  sizes.push_back(std::size_t{20} << 20U);
  sizes.push_back(3);
  for (std::size_t turn = 0; turn < sizes.size(); ++turn) {
    const std::size_t alignment = std::size_t{1} << turn % 5;
    auto* piece = static_cast<unsigned char*>(arena.allocate(sizes[turn], alignment));
    REQUIRE(reinterpret_cast<std::uintptr_t>(piece) % alignment == 0);
    std::fill_n(piece, sizes[turn], static_cast<unsigned char>(turn));
    pieces.push_back(piece);
  }
  for (std::size_t turn = 0; turn < sizes.size(); ++turn) {
    REQUIRE(pieces[turn][0] == static_cast<unsigned char>(turn));
    REQUIRE(pieces[turn][sizes[turn] - 1] == static_cast<unsigned char>(turn));
  }
}

TEST_CASE("small arenas share a large page, which stays while one of them does") {
  const auto pages = std::make_shared<LargePages>();
  const auto page_of = [](const void* memory) { return reinterpret_cast<std::uintptr_t>(memory) / LargePages::kSize; };
  constexpr std::size_t kPiece = std::size_t{48} << 10U;  // more than a first block
  Arena stays(pages);
  auto* kept = static_cast<unsigned char*>(stays.allocate(kPiece, 8));
  {
    Arena goes(pages);
    auto* piece = static_cast<unsigned char*>(goes.allocate(kPiece, 8));
    CHECK(page_of(piece) == page_of(kept));
    CHECK((piece >= kept + kPiece || kept >= piece + kPiece));
    std::fill_n(piece, kPiece, static_cast<unsigned char>(1));
    std::fill_n(kept, kPiece, static_cast<unsigned char>(2));
    // Past the page that is shared, into one of its own.
    std::fill_n(static_cast<unsigned char*>(goes.allocate(2 * LargePages::kSize, 1)), 2 * LargePages::kSize,
                static_cast<unsigned char>(3));
    CHECK(std::count(piece, piece + kPiece, static_cast<unsigned char>(1)) == static_cast<std::ptrdiff_t>(kPiece));
  }
  CHECK(std::count(kept, kept + kPiece, static_cast<unsigned char>(2)) == static_cast<std::ptrdiff_t>(kPiece));
  CHECK_THROWS_AS(pages->take(LargePages::kSize), std::bad_alloc);
}

TEST_CASE("only what an arena gave last grows in place") {
  Arena arena;
  auto* first = static_cast<char*>(arena.allocate(8, 8));
  CHECK(arena.extend(first + 8, 8));
  auto* second = static_cast<char*>(arena.allocate(8, 8));
  CHECK(second >= first + 16);
  CHECK_FALSE(arena.extend(first + 16, 8));
  CHECK_FALSE(arena.extend(second + 8, std::size_t{1} << 40U));
}

TEST_CASE("arrays grow one by one, side by side, and keep what copies of them held") {
  Arena arena;
  Array<std::int64_t> even;
  Array<std::int64_t> odd;
  std::vector<std::int64_t> expected_even;
  std::vector<std::int64_t> expected_odd;
  for (std::int64_t number = 0; number < 300; ++number) {
    (number % 2 == 0 ? even : odd).add(arena, number);
    (number % 2 == 0 ? expected_even : expected_odd).push_back(number);
  }
  CHECK(copy_of(even) == expected_even);
  CHECK(copy_of(odd) == expected_odd);

  const std::vector<std::int64_t> three{1, 2, 3};
  Array<std::int64_t> made(arena, three);
  const Array<std::int64_t> shared = made;
  made.append(arena, three);
  CHECK(copy_of(made) == std::vector<std::int64_t>{1, 2, 3, 1, 2, 3});
  CHECK(copy_of(shared) == three);
  CHECK(Array<std::int64_t>(arena, {}).empty());
}

TEST_CASE("long lists are walked in the order in which they grew") {
  Arena arena;
  List<std::int64_t> list;
  for (std::int64_t number = 0; number < 5000; ++number) list.add(arena) = number;
  CHECK(list.size() == 5000);
  std::int64_t next = 0;
  for (const std::int64_t number : list) REQUIRE(number == next++);
  CHECK(next == 5000);
}

TEST_CASE("texts seen before are kept once, and every text reads as it was") {
  Arena arena;
  TextPool pool(arena);
  CHECK(pool.keep("").empty());
  std::vector<std::pair<std::string, Text>> kept;
  // Of all lengths around the words that the hash takes, many of them alike but for one byte.
  for (std::size_t length = 1; length <= 300; ++length) {
    for (const std::size_t place : {std::size_t{0}, length / 2, length - 1}) {
      std::string text(length, 'a');
      text[place] = 'b';
      kept.emplace_back(text, pool.keep(text));
      if (length <= 256) CHECK(pool.keep(text).view().data() == kept.back().second.view().data());
    }
  }
  for (const auto& [text, copy] : kept) REQUIRE(copy.view() == text);
}

TEST_CASE("lists seen before are kept once, and do not change with one another") {
  Arena arena;
  ListPool pool(arena);
  const std::vector<std::int64_t> pads{1, 1, 1, 1};
  Array<std::int64_t> first = pool.keep(pads);
  const Array<std::int64_t> second = pool.keep(pads);
  CHECK(first.begin() == second.begin());
  first.append(arena, pads);
  CHECK(copy_of(second) == pads);
  CHECK(first.size() == 8);
  CHECK(pool.keep({}).empty());
  std::vector<Array<std::int64_t>> kept;
  for (std::int64_t number = 0; number < 1000; ++number) kept.push_back(pool.keep(std::vector<std::int64_t>{number, 7}));
  for (std::int64_t number = 0; number < 1000; ++number)
    REQUIRE(copy_of(kept[static_cast<std::size_t>(number)]) == std::vector<std::int64_t>{number, 7});
}

TEST_CASE("an attribute is known again by all bytes of its message, if they are few") {
  Arena arena;
  AttributePool pool(arena);
  CHECK(pool.find("strides") == nullptr);
  for (std::int64_t number = 0; number < 1000; ++number) {
    const std::string message = "attribute " + std::to_string(number);
    pool.keep(message, {Text(arena, "a"), number});
    const auto* known = pool.find(message);
    REQUIRE(known != nullptr);
    CHECK(std::get<std::int64_t>(known->content) == number);
    CHECK(pool.find(message + " ") == nullptr);
  }
  const std::string message(AttributePool::kLongest + 1, 'x');
  pool.keep(message, {Text(arena, "a"), std::int64_t{1}});
  CHECK(pool.find(message) == nullptr);
}

}  // namespace macroscope::test
