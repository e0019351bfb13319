// Do exact sizes add, multiply and divide as integers do, and does each value have one spelling?
#include "analyzer/algebra/dim.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"

using namespace macroscope;

namespace {

const Dim N = Dim::symbol("N");
const Dim M = Dim::symbol("M");
const Dim H = Dim::symbol("H");
const Dim W = Dim::symbol("W");

/// Output extent of a window of 3 with stride 2 and padding 1.
Dim half(const Dim& extent) { return floor_div(extent + 2 - 3, 2) + 1; }

}  // namespace

TEST_CASE("numbers stay plain", "[dim]") {
  const Dim a = 6;
  CHECK((a * 7).is(42));
  CHECK((a - 7).number() == -1);
  CHECK(Dim::of_size(std::numeric_limits<std::size_t>::max()).text() == "18446744073709551615");
  CHECK(floor_div(-7, 2).is(-4));
  CHECK(ceil_div(-7, 2).is(-3));
  CHECK(mod(-7, 3).is(2));
  CHECK(mod(7, -3).is(-2));
  CHECK(power(-2, 5).is(-32));
  CHECK(power(0, 0).is(1));
  CHECK_THROWS_AS(floor_div(1, 0), AlgebraError);
}

TEST_CASE("equal values have one spelling", "[dim]") {
  const std::vector<std::pair<Dim, Dim>> pairs{
      {N + M, M + N},
      {(N + 1) * (N - 1), N * N - 1},
      {(N + M) * H, H * M + H * N},
      {N - N, 0},
      {floor_div(2 * N + 5, 2), N + 2},
      {floor_div(4 * N + 6, 6), floor_div(2 * N, 3) + 1 - floor_div(2 * N, 3) + floor_div(2 * N, 3)},
      {floor_div(floor_div(H, 2), 3), floor_div(H, 6)},
      {floor_div(floor_div(H + 1, 2) + 1, 2), floor_div(H + 3, 4)},
      {floor_div(H - 1, 2) + 1, floor_div(H + 1, 2)},
      {ceil_div(H, 2), floor_div(H + 1, 2)},
      {floor_div(N, -2), floor_div(-N, 2)},
      {floor_div(6 * N * H, 2 * N), 3 * H},
      {floor_div(N * H, N * W), floor_div(H, W)},
      {floor_div(3 * N * W + H, W), 3 * N + floor_div(H, W)},
      {max(N, 0), N},
      {max(N + 1, N + 3), N + 3},
      {max(2 * N, 2 * M), 2 * max(N, M)},
      {max(max(N, M), H), max(N, max(H, M))},
      {min(N, min(M, N)), min(N, M)},
      {abs(-N), N},
      {abs(N - M), abs(M - N)},
  };
  for (const auto& [left, right] : pairs) {
    CAPTURE(left.text(), right.text());
    CHECK(left == right);
    CHECK(left.hash() == right.hash());
    CHECK(equal(left, right) == Certainty::always);
  }
}

TEST_CASE("halved five times", "[dim]") {
  CHECK(half(half(half(half(half(H))))).text() == "floor((H + 31)/32)");
  CHECK((1053696 * N * half(H)).text() == "1053696*N*floor((H + 1)/2)");
}
