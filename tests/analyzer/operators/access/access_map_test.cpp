#include "analyzer/operators/access/access_map.h"

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"
#include "catch.h"

namespace macroscope {
namespace {

/// What a reading of one axis reads at an index, by its definition.
std::pair<std::int64_t, std::int64_t> read_at(const Reading& reading, const std::vector<std::int64_t>& index) {
  REQUIRE(reading.is_range());
  Dim low = reading.low, high = reading.high;
  for (const ReadingStep& step : reading.steps) {
    Dim digit = floor_div(Dim(index[step.axis]) + step.offset, step.divisor);
    if (!step.modulus.is(0)) digit = mod(digit, step.modulus);
    const auto period = static_cast<std::int64_t>(step.period());
    const auto phase = static_cast<std::size_t>(*mod(digit, period).number());
    const Dim turns = floor_div(digit, period) * step.step;
    low += turns + (step.lows.empty() ? Dim(0) : step.lows[phase]);
    high += turns + (step.highs.empty() ? Dim(0) : step.highs[phase]);
  }
  return {*low.number(), *high.number()};
}

/// Each axis of `operand` as `result` numbers it, checked element by element.
void check_regrouping(const Shape& operand, const Shape& result) {
  const std::vector<Reading> axes = axis_maps::regrouped(operand, result);
  REQUIRE(axes.size() == operand.rank());
  const std::int64_t count = *operand.elements().number();
  for (std::int64_t element = 0; element < count; ++element) {
    std::vector<std::int64_t> index(result.rank());
    std::int64_t rest = element;
    for (std::size_t axis = result.rank(); axis-- > 0;) {
      index[axis] = rest % *result[axis].number();
      rest /= *result[axis].number();
    }
    rest = element;
    for (std::size_t axis = operand.rank(); axis-- > 0;) {
      const std::int64_t expected = rest % *operand[axis].number();
      rest /= *operand[axis].number();
      if (!axes[axis].is_range()) continue;
      CHECK(read_at(axes[axis], index) == std::pair(expected, expected));
    }
  }
}

TEST_CASE("Regrouped axes are digits of each other") {
  check_regrouping({2, 3, 4}, {2, 12});
  check_regrouping({2, 12}, {2, 3, 4});
  check_regrouping({6, 4}, {2, 3, 4});
  check_regrouping({1, 3, 1, 4}, {3, 4});
  check_regrouping({4, 6}, {8, 3});
  check_regrouping({4, 6}, {2, 12});
  check_regrouping({2, 6, 2}, {4, 3, 2});
  check_regrouping({8, 3}, {4, 6});
}

TEST_CASE("Regrouping there and back is the identity, with symbols too") {
  const Dim b = Dim::symbol("B"), h = Dim::symbol("H"), w = Dim::symbol("W");
  const Shape map{b, 64, h, w}, tokens{b, 64, h * w};
  const std::vector<Reading> merged = axis_maps::regrouped(map, tokens), cut = axis_maps::regrouped(tokens, map);
  for (std::size_t axis = 0; axis < 4; ++axis) CHECK(compose(merged[axis], cut, tokens, map) == Reading::along(axis));
}

TEST_CASE("Windows compose: their reaches add up, scaled by the steps before") {
  const Shape any{1000};
  const Reading stem = Reading::along(0, 2, -3, 3);
  const Reading pool = Reading::along(0, 2, -1, 1);
  CHECK(compose(stem, std::vector<Reading>{pool}, any, any) == Reading::along(0, 4, -5, 5));
}

TEST_CASE("Upsampling repeats, and a window over it reads whole elements") {
  const Shape any{1000};
  ReadingStep halves{0, 1};
  halves.divisor = 2;
  const Reading up = compose(Reading::along(0), std::vector<Reading>{Reading::of_step(halves)}, any, any);
  CHECK(read_at(up, {7}) == std::pair<std::int64_t, std::int64_t>(3, 3));
  const Reading over = compose(up, std::vector<Reading>{Reading::along(0, 1, -1, 1)}, any, any);
  for (std::int64_t index = 2; index < 20; ++index)
    CHECK(read_at(over, {index}) == std::pair<std::int64_t, std::int64_t>((index - 1) / 2, (index + 1) / 2));
}

TEST_CASE("The hull of two paths tells whether their centres agree") {
  const Shape any{100, 100};
  const Reading even = hull(Reading::along(0), Reading::along(0, 1, -1, 1), any, 1000),
                odd = hull(Reading::along(0), Reading::along(0, 1, 0, 1), any, 1000);
  CHECK(even.aligned);
  CHECK(even.low == Dim(-1));
  CHECK(!odd.aligned);
  CHECK(hull(Reading::along(0), Reading::everything(), any, 1000).kind == Reading::Kind::all);
  CHECK(hull(Reading::along(0), Reading::along(0, 2), any, 1000).kind == Reading::Kind::unknown);
  CHECK(hull(Reading::along(0), Reading::along(1), any, 1000).spread == 3);
}

TEST_CASE("To read one of two axes whole leaves what the other says") {
  // 7 a + b, as windows of a row are cut; all of b is read within a.
  Reading windows = Reading::along(0, 7);
  windows.steps.push_back({1, 1});
  const Shape cut{8, 7};
  const std::vector<Reading> within{Reading::along(0), Reading::everything()};
  CHECK(compose(windows, within, cut, cut) == Reading::along(0, 7, 0, 6));
  const std::vector<Reading> both{Reading::everything(), Reading::everything()};
  CHECK(compose(windows, both, cut, cut).kind != Reading::Kind::unknown);
}

}  // namespace
}  // namespace macroscope
