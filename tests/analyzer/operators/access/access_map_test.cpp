#include "analyzer/operators/access/access_map.h"

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/axis_map.h"
#include "catch.h"

namespace macroscope {
namespace {

/// What a reading of one axis reads at an index, by its definition.
std::pair<std::int64_t, std::int64_t> read_at(const AccessMap& access, const std::vector<std::int64_t>& index) {
  REQUIRE(access.is_range());
  Dim low = access.low, high = access.high;
  for (const AccessTerm& step : access.steps) {
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
  const std::vector<AccessMap> axes = axis_maps::regrouped(operand, result);
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
  const std::vector<AccessMap> merged = axis_maps::regrouped(map, tokens), cut = axis_maps::regrouped(tokens, map);
  for (std::size_t axis = 0; axis < 4; ++axis) CHECK(compose(merged[axis], cut, tokens, map) == AccessMap::along(axis));
}

TEST_CASE("Windows compose: their reaches add up, scaled by the steps before") {
  const Shape any{1000};
  const AccessMap stem = AccessMap::along(0, 2, -3, 3);
  const AccessMap pool = AccessMap::along(0, 2, -1, 1);
  CHECK(compose(stem, std::vector<AccessMap>{pool}, any, any) == AccessMap::along(0, 4, -5, 5));
}

TEST_CASE("Upsampling repeats, and a window over it reads whole elements") {
  const Shape any{1000};
  AccessTerm halves{0, 1};
  halves.divisor = 2;
  const AccessMap up = compose(AccessMap::along(0), std::vector<AccessMap>{AccessMap::of_step(halves)}, any, any);
  CHECK(read_at(up, {7}) == std::pair<std::int64_t, std::int64_t>(3, 3));
  const AccessMap over = compose(up, std::vector<AccessMap>{AccessMap::along(0, 1, -1, 1)}, any, any);
  for (std::int64_t index = 2; index < 20; ++index)
    CHECK(read_at(over, {index}) == std::pair<std::int64_t, std::int64_t>((index - 1) / 2, (index + 1) / 2));
}

TEST_CASE("The hull of two paths tells whether their centres agree") {
  const Shape any{100, 100};
  const AccessMap even = hull(AccessMap::along(0), AccessMap::along(0, 1, -1, 1), any, 1000),
                  odd = hull(AccessMap::along(0), AccessMap::along(0, 1, 0, 1), any, 1000);
  CHECK(even.aligned);
  CHECK(even.low == Dim(-1));
  CHECK(!odd.aligned);
  CHECK(hull(AccessMap::along(0), AccessMap::everything(), any, 1000).kind == AccessMap::Kind::all);
  CHECK(hull(AccessMap::along(0), AccessMap::along(0, 2), any, 1000).kind == AccessMap::Kind::unknown);
  CHECK(hull(AccessMap::along(0), AccessMap::along(1), any, 1000).spread == 3);
}

TEST_CASE("To read one of two axes whole leaves what the other says") {
  // 7 a + b, as windows of a row are cut; all of b is read within a.
  AccessMap windows = AccessMap::along(0, 7);
  windows.steps.push_back({1, 1});
  const Shape cut{8, 7};
  const std::vector<AccessMap> within{AccessMap::along(0), AccessMap::everything()};
  CHECK(compose(windows, within, cut, cut) == AccessMap::along(0, 7, 0, 6));
  const std::vector<AccessMap> both{AccessMap::everything(), AccessMap::everything()};
  CHECK(compose(windows, both, cut, cut).kind != AccessMap::Kind::unknown);
}

}  // namespace
}  // namespace macroscope
