// Does an expression that grows without end stay small, exact and quick?
#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "catch.h"

using namespace macroscope;

namespace {

const Dim N = Dim::symbol("N");
const Dim M = Dim::symbol("M");
const Dim H = Dim::symbol("H");
const Dim W = Dim::symbol("W");
constexpr Int128 kLargest = static_cast<Int128>((~static_cast<std::uint64_t>(0)) >> 1U) << 64U | ~std::uint64_t{0};

Dim symbol(std::size_t i) { return Dim::symbol("s" + std::to_string(i)); }

/// Evaluates definitions one by one, as a reader of a report does.
Int128 value_by_definitions(const Dim& dim, Bindings known) {
  for (const auto& [name, meaning] : dim.definitions()) {
    const Dim value = std::get<Dim>(Dim::parse(meaning.text())).substitute(known);
    REQUIRE(value.integer());
    known.insert_or_assign(name, value);
  }
  return *std::get<Dim>(Dim::parse(dim.text())).substitute(known).integer();
}

}  // namespace

TEST_CASE("coefficients end at 128 bits", "[dim][overflow]") {
  const Dim largest = Dim::of_int128(kLargest);
  CHECK(largest.integer() == kLargest);
  CHECK_FALSE(largest.number());
  CHECK_FALSE(largest.is_number());
  CHECK_THROWS_AS(largest + 1, AlgebraError);
  CHECK_THROWS_AS(-largest - 2, AlgebraError);
  CHECK_THROWS_AS(largest * 2, AlgebraError);
  CHECK_THROWS_AS(largest * N + N, AlgebraError);
  CHECK_THROWS_AS(-(-largest - 1), AlgebraError);
  CHECK_THROWS_AS(abs(-largest - 1), AlgebraError);
  CHECK_THROWS_AS(floor_div(-largest - 1, -1), AlgebraError);
  CHECK((largest - largest).is(0));
  CHECK(floor_div(-largest - 1, 2).integer() == -(kLargest / 2) - 1);
  CHECK(floor_div(-largest - 1, largest).is(-2));
  CHECK((largest * N).substitute({{"N", Dim(1)}}).integer() == kLargest);
  CHECK_THROWS_AS((largest * N).substitute({{"N", Dim(2)}}), AlgebraError);
}

TEST_CASE("64-bit numbers pass into 128 bits and back", "[dim][overflow]") {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  CHECK((Dim(kMax) + 1).text() == "9223372036854775808");
  CHECK((Dim(kMax) + 1 - 1).is(kMax));
  CHECK((Dim(kMin) - 1).text() == "-9223372036854775809");
  CHECK((-Dim(kMin)).text() == "9223372036854775808");
  CHECK((Dim(kMax) * kMax).text() == "85070591730234615847396907784232501249");
  CHECK(exact_quotient(Dim(kMax) * kMax, kMax) == Dim(kMax));
  CHECK(floor_div(kMin, -1).text() == "9223372036854775808");
  CHECK(floor_div(Dim(kMax) * 12, 12).is(kMax));
  CHECK(max(Dim(kMax) + 1, kMax) == Dim(kMax) + 1);
  CHECK(power(2, 126).text() == "85070591730234615865843651857942052864");
  CHECK_THROWS_AS(power(2, 127), AlgebraError);
}

TEST_CASE("doubling without end is an error, not a wrong number", "[dim][overflow]") {
  Dim dim = N;
  int doublings = 0;
  const auto double_all = [&] {
    for (; doublings < 200; ++doublings) dim += dim;
  };
  CHECK_THROWS_AS(double_all(), AlgebraError);
  CHECK(doublings == 126);

  Dim degree = N;
  const auto square_all = [&] {
    for (int i = 0; i < 40; ++i) degree *= degree;
  };
  CHECK_THROWS_AS(square_all(), AlgebraError);
}

TEST_CASE("a sum of 2000 symbols is named and keeps its value", "[dim][size]") {
  Dim sum;
  Bindings values;
  Int128 expected = 0;
  for (std::size_t i = 0; i < 2000; ++i) {
    sum += symbol(i) * Dim::of_size(i + 1);
    values.emplace("s" + std::to_string(i), Dim::of_size(3 * i));
    expected += static_cast<Int128>((i + 1) * 3 * i);
    REQUIRE(sum.size() <= Dim::kMaxSize);
  }
  CHECK_FALSE(sum.definitions().empty());
  CHECK(sum.symbols().size() == 2000);
  CHECK(sum.substitute(values).integer() == expected);
  CHECK(value_by_definitions(sum, values) == expected);
  CHECK(sum.lower_bound() == Int128{0});
  CHECK_FALSE(sum.upper_bound());

  SECTION("an equal one built the same way is the same") {
    Dim again;
    for (std::size_t i = 0; i < 2000; ++i) again += symbol(i) * Dim::of_size(i + 1);
    CHECK(again == sum);
    CHECK(again.hash() == sum.hash());
    CHECK(again.text() == sum.text());
    CHECK((again - sum).is(0));
  }
  SECTION("it is still exact after a substitution that leaves symbols") {
    Bindings half;
    for (std::size_t i = 0; i < 2000; i += 2) half.emplace("s" + std::to_string(i), values.at("s" + std::to_string(i)));
    const Dim rest = sum.substitute(half);
    CHECK(rest.symbols().size() == 1000);
    CHECK(rest.substitute(values).integer() == expected);
  }
}

TEST_CASE("sums of maxima are named as well", "[dim][size]") {
  Dim sum;
  Bindings values;
  for (std::size_t i = 0; i < 300; ++i) {
    sum += abs(symbol(i) - symbol(i + 1));
    values.emplace("s" + std::to_string(i), Dim(i % 2 == 0 ? 5 : 2));
  }
  values.emplace("s300", Dim(5));
  CHECK(sum.size() <= Dim::kMaxSize);
  CHECK_FALSE(sum.definitions().empty());
  CHECK(sum.substitute(values).is(900));
  CHECK(value_by_definitions(sum, values) == 900);
}

TEST_CASE("names are the same in every run", "[dim][size]") {
  Dim sum;
  for (std::size_t i = 0; i < 200; ++i) sum += symbol(i);
  // Computed once and written down: reports of two runs, or of two machines, can be compared.
  CHECK(sum.definitions().front().first == "e_e104526035199a89");
  CHECK_THAT(sum.text(), test::contains_text("s199 + e_e104526035199a89"));
  CHECK(sum.definitions().front().second.symbols().size() == 129);
}

TEST_CASE("products that blow up are named before they are multiplied out", "[dim][size]") {
  const auto start = std::chrono::steady_clock::now();
  Dim product = 1;
  Bindings values;
  for (std::size_t i = 0; i < 400; ++i) {
    product *= symbol(2 * i) + symbol(2 * i + 1) - 1;
    values.emplace("s" + std::to_string(2 * i), Dim(i % 50 == 0 ? 2 : 1));
    values.emplace("s" + std::to_string(2 * i + 1), Dim(1));
    REQUIRE(product.size() <= Dim::kMaxSize);
  }
  CHECK(product.substitute(values).is(1 << 8));
  CHECK(value_by_definitions(product, values) == 1 << 8);

  Dim squared = N + M + H + W + 1;
  for (int i = 0; i < 20; ++i) squared *= squared + 1;
  CHECK(squared.size() <= Dim::kMaxSize);
  CHECK(squared.substitute({{"N", Dim(0)}, {"M", Dim(0)}, {"H", Dim(0)}, {"W", Dim(-1)}}).is(0));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("chains of definitions have no depth that matters", "[dim][size]") {
  const auto start = std::chrono::steady_clock::now();
  // Many definitions, each inside the next; a walk that follows each mention would not end.
  Dim chain = N;
  Int128 expected = 1000;
  Dim dense_baseline = N;
  for (int i = 0; i < 5'000; ++i) {
    chain = floor_div(chain + W, M);
    dense_baseline = floor_div(dense_baseline + W, M);
    expected = (expected + 5) / 2;
  }
  CHECK(chain == dense_baseline);
  CHECK(chain.definitions().size() > 50);
  CHECK(chain.symbols() == std::vector<std::string>{"M", "N", "W"});
  CHECK(chain.substitute({{"N", Dim(1000)}, {"M", Dim(2)}, {"W", Dim(5)}}).integer() == expected);
  chain = 0;
  dense_baseline = 0;
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("nested atoms do not nest without end", "[dim][size]") {
  Dim nested = H;
  Int128 expected = 1'000'000;
  for (int i = 0; i < 200; ++i) {
    nested = max(floor_div(nested * 2 + W, 3), M) - 1;
    expected = std::max((expected * 2 + 7) / 3, Int128{11}) - 1;
  }
  CHECK(nested.substitute({{"H", Dim(1'000'000)}, {"W", Dim(7)}, {"M", Dim(11)}}).integer() == expected);
  for (const auto& [name, meaning] : nested.definitions()) {
    std::ptrdiff_t depth = 0;
    std::ptrdiff_t deepest = 0;
    for (const char c : meaning.text()) {
      depth += c == '(' ? 1 : (c == ')' ? -1 : 0);
      deepest = std::max(deepest, depth);
    }
    CAPTURE(name);
    CHECK(deepest < 200);  // as deep as Python reads
  }
}

TEST_CASE("threads may share and name expressions", "[dim][size]") {
  Dim shared;
  for (std::size_t i = 0; i < 300; ++i) shared += symbol(i);
  std::vector<Dim> results(4);
  std::vector<std::thread> threads;
  for (Dim& result : results) {
    threads.emplace_back([&result, &shared] {
      for (int round = 0; round < 50; ++round) {
        Dim sum = shared;
        for (std::size_t i = 0; i < 300; ++i) sum += symbol(i) * 2;
        result = sum * 3;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Dim& result : results) CHECK(result == results.front());
}
