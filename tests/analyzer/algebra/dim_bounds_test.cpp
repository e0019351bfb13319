// What is known of a size when its symbols are not?
#include <optional>
#include <string>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "catch.h"

using namespace macroscope;

namespace {

const Dim N = Dim::symbol("N");
const Dim M = Dim::symbol("M");
const Dim H = Dim::symbol("H");
const Dim W = Dim::symbol("W");
constexpr std::nullopt_t kNone = std::nullopt;

struct Bounded {
  Dim dim;
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
};

std::optional<Int128> wide(const std::optional<std::int64_t>& number) {
  return number ? std::optional<Int128>(*number) : std::nullopt;
}

}  // namespace

TEST_CASE("bounds follow from symbols being at least 0", "[dim][bounds]") {
  const std::vector<Bounded> cases{
      {7, 7, 7},
      {N, 0, kNone},
      {N + 3, 3, kNone},
      {3 - N, kNone, 3},
      {N - M, kNone, kNone},
      {N * M - N * M + 2, 2, 2},
      {floor_div(H + 31, 32), 0, kNone},
      {floor_div(H - 3, 2) + 1, -1, kNone},
      {N - floor_div(N, 2), 0, kNone},
      {N * H - N * floor_div(H, 2), 0, kNone},
      {floor_div(H + 1, 2) - floor_div(H, 2), 0, 1},
      {mod(N, 32), 0, 31},
      {mod(N, W), 0, kNone},
      {mod(-3 * N, 7), 0, 6},
      {max(N, 4), 4, kNone},
      {min(N, 4), 0, 4},
      {min(N, 4) * min(M, 5), 0, 20},
      {min(N, M), 0, kNone},
      {abs(N - M), 0, kNone},
      {max(N, M) - N, 0, kNone},
      {min(N, M) - N, kNone, 0},
      {floor_div(min(N, 9), 4), 0, 2},
      {power(N - 3, 2) + 5 * (N - 3), kNone, kNone},
      {power(2 - N, 3), kNone, kNone},
      {floor_div(1 - N, W + 1), kNone, 1},
  };
  for (const Bounded& bounded : cases) {
    CAPTURE(bounded.dim.text());
    CHECK(bounded.dim.lower_bound() == wide(bounded.low));
    CHECK(bounded.dim.upper_bound() == wide(bounded.high));
  }
}

TEST_CASE("what has one value is that number", "[dim][bounds]") {
  CHECK(floor_div(N, N + 1).is(0));
  CHECK(floor_div(-1, N).is(-1));
  CHECK(floor_div(min(N, 3), 4).is(0));
  CHECK(floor_div(mod(N, 8), 8).is(0));
  CHECK(min(N, -1).is(-1));
  CHECK(max(-N, 0).is(0));
  CHECK(min(max(N, 3), 3).is(3));
  CHECK(N - max(N - 3, 0) == min(N, 3));
  CHECK(max(N, H) + min(N, H) == N + H);
  CHECK(max(N - 3, 0) + 3 == max(N, 3));
}

TEST_CASE("comparisons answer what is certain", "[dim][bounds]") {
  CHECK(at_least(3, 3) == Certainty::always);
  CHECK(at_least(2, 3) == Certainty::never);
  CHECK(at_least(N, 0) == Certainty::always);
  CHECK(at_least(N, 1) == Certainty::unknown);
  CHECK(at_least(-1, N) == Certainty::never);
  CHECK(at_least(2 * N + 1, N) == Certainty::always);
  CHECK(at_least(N, floor_div(N, 2)) == Certainty::always);
  CHECK(at_least(N, M) == Certainty::unknown);
  CHECK(at_least(max(N, M), M) == Certainty::always);
  CHECK(equal(N + 1, 1 + N) == Certainty::always);
  CHECK(equal(N + 1, N) == Certainty::never);
  CHECK(equal(N, M) == Certainty::unknown);
  CHECK(equal(N, 0) == Certainty::unknown);
  CHECK(equal(mod(N, 4), 5) == Certainty::never);
  CHECK(equal(2 * N + 1, 4 * M) == Certainty::never);
  CHECK(equal(2 * N + 6, 4 * M) == Certainty::unknown);
  CHECK(equal(H * W, W * H) == Certainty::always);
}

TEST_CASE("bounds past 128 bits stay true", "[dim][bounds]") {
  const Dim huge = power(10, 38);
  CHECK((huge * max(N, 100) - 5).lower_bound().value_or(0) >= 0);
  CHECK_FALSE((huge * max(N, 100)).upper_bound());
  CHECK((-1 * huge * max(N, 100)).upper_bound().value_or(1) <= 0);
  CHECK_FALSE((-1 * huge * max(N, 100)).lower_bound());
  CHECK_FALSE((huge * N - huge * M).lower_bound());
}

TEST_CASE("quotients of polynomials", "[dim][division]") {
  const Dim batch = Dim::symbol("batch");
  const Dim seq = Dim::symbol("seq");
  CHECK(exact_quotient(batch * seq * 768, 12 * 64) == batch * seq);
  CHECK(exact_quotient(batch * seq * 768, batch * seq) == Dim(768));
  CHECK(exact_quotient((N + 1) * (N + M) * (H - 2), (M + N) * -1) == (N + 1) * (2 - H));
  CHECK(exact_quotient(N * N - M * M, N - M) == N + M);
  CHECK(exact_quotient(N, N) == Dim(1));
  CHECK(exact_quotient(0, N) == Dim(0));
  CHECK(exact_quotient(12, -4) == Dim(-3));
  CHECK_FALSE(exact_quotient(12, 5));
  CHECK_FALSE(exact_quotient(12, 0));
  CHECK_FALSE(exact_quotient(N, 2));
  CHECK_FALSE(exact_quotient(N, M));
  CHECK_FALSE(exact_quotient(N + 1, N));
  CHECK_FALSE(exact_quotient(N * N + 1, N + 1));
  CHECK(exact_quotient(6 * floor_div(H, 2) * N, 3 * floor_div(H, 2)) == 2 * N);
  // A quotient of four thousand million terms is none.
  CHECK_FALSE(exact_quotient(power(N, 4'000'000'000U) - 1, N - 1));
  CHECK(floor_div(power(N, 4'000'000'000U) - 1, N - 1).symbols().size() == 1);
}

TEST_CASE("a divisor with min and max inside has one sign", "[dim][division]") {
  // Of a sum and its negative, each may spell min(a, b) as a + b - max(a, b) where the other does not.
  const std::vector<Dim> divisors{
      min(7 * N * N + H, 7 * floor_div(W + 5, 12)) - 7 * min(N * N, W + 1),
      2 * min(H, N) - H - N,
      min(H, W) - max(N, 3),
      7 * N - 3 * min(N + H, W) - min(H, 9),
  };
  const Bindings at{{"N", Dim(3)}, {"H", Dim(20)}, {"W", Dim(11)}};
  for (const Dim& divisor : divisors) {
    CAPTURE(divisor.text());
    CHECK(floor_div(M, divisor) == floor_div(-M, -divisor));
    CHECK(floor_div(M * divisor, divisor) == M);
    const Dim number = divisor.substitute(at);
    REQUIRE(number.is_number());
    for (const int above : {-100, -1, 0, 1, 99}) {
      CHECK(floor_div(M, divisor).substitute({{"M", Dim(above)}}).substitute(at) == floor_div(above, number));
    }
  }
}

TEST_CASE("floors of polynomials", "[dim][division]") {
  struct Floor {
    Dim dim;
    std::string text;
  };
  const std::vector<Floor> cases{
      {floor_div(7 * N + 3, 7), "N"},
      {floor_div(7 * N - 3, 7), "N - 1"},
      {floor_div(9 * N + 6 * M + 5, 6), "M + N + floor((N + 1)/2)"},
      {floor_div(4 * N + 3, 8), "floor(N/2)"},
      {floor_div(4 * N + 4, 8), "floor((N + 1)/2)"},
      {floor_div(N, -3), "floor(2*N/3) - N"},
      {floor_div(130 * N * H, 64 * N), "2*H + floor(H/32)"},
      {floor_div(N * H + N, N * W), "floor((H + 1)/W)"},
      {floor_div(H * W + 1, W), "H + floor(1/W)"},
      {floor_div(6 * H + 5, 4 * W), "floor((3*H + 2)/(2*W))"},
      {floor_div(floor_div(-H, W), 3 * N * floor_div(-H, W)), "0"},
      {floor_div(H, -W), "floor(-H/W)"},
      {floor_div(-H, -W), "floor(H/W)"},
      {floor_div(floor_div(H, W), 2), "floor(H/(2*W))"},
      {floor_div(floor_div(H, 2) + 1, W), "floor((H + 2)/(2*W))"},
      {ceil_div(ceil_div(H, 2), 2), "floor((H + 3)/4)"},
      {mod(N + 14, 7), "N - 7*floor(N/7)"},
      {mod(mod(N, 7), 7), "N - 7*floor(N/7)"},
  };
  for (const Floor& floor : cases) CHECK(floor.dim.text() == floor.text);
  CHECK_THROWS_AS(floor_div(N, 0), AlgebraError);
  CHECK_THROWS_AS(mod(N, 0), AlgebraError);
  CHECK_THROWS_AS(ceil_div(N, 0), AlgebraError);
  CHECK_THROWS_AS(floor_div(H, W).substitute({{"W", Dim(0)}}), AlgebraError);
}
