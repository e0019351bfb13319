// Composed and joined access maps: do they hold every position that walking each element finds?
#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "analyzer/operators/access/access_hull.h"
#include "analyzer/operators/access/access_map.h"
#include "catch.h"

namespace macroscope {
namespace {

using Index = std::vector<std::int64_t>;

constexpr unsigned kSeeds = 40'000;
constexpr std::int64_t kExtent = 12;  // of the axis that is read

/// Positions from low to high; none where low > high.
struct Positions {
  std::int64_t low = 1'000'000, high = -1'000'000;

  void add(const Positions& other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
};

/// What a map reads of an axis of `extent` positions at an index, by its definition; empty where it is in a gap.
std::optional<Positions> read_at(const AccessMap& access, const Index& index, std::int64_t extent) {
  if (access.kind == AccessMap::Kind::all) return Positions{0, extent - 1};
  Dim low = access.low, high = access.high;
  for (const AccessTerm& step : access.steps) {
    Dim digit = floor_div(Dim(index[step.axis]) + step.offset, step.divisor);
    if (step.modulus.is(0) && *digit.number() < 0) return std::nullopt;  // what lies before is another operand's
    if (!step.modulus.is(0)) digit = mod(digit, step.modulus);
    const auto period = static_cast<std::int64_t>(step.period());
    const auto phase = static_cast<std::size_t>(*mod(digit, period).number());
    if (step.is_gap(phase)) return std::nullopt;
    const Dim turns = floor_div(digit, period) * step.step;
    low += turns + (step.lows.empty() ? Dim(0) : step.lows[phase]);
    high += turns + (step.highs.empty() ? Dim(0) : step.highs[phase]);
  }
  Positions read{*low.number(), *high.number()};
  if (access.before) read.low = std::min<std::int64_t>(read.low, 0);
  if (access.after) read.high = std::max(read.high, extent - 1);
  return read;
}

void for_each_index(const Index& extents, const auto& visit) {
  Index index(extents.size(), 0);
  for (;;) {
    visit(index);
    std::size_t axis = 0;
    while (axis < index.size() && ++index[axis] == extents[axis]) index[axis++] = 0;
    if (axis == index.size()) return;
  }
}

Shape shape_of(const Index& extents) {
  std::vector<Dim> dims(extents.begin(), extents.end());
  return Shape(dims);
}

class RandomMaps {
 public:
  explicit RandomMaps(unsigned seed) : random_(seed) {}

  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool one_in(int times) { return number(1, times) == 1; }

  Index extents() {
    Index extents(static_cast<std::size_t>(number(1, 2)));
    for (std::int64_t& extent : extents) extent = number(1, 6);
    return extents;
  }

  /// Of an element of a tensor of these extents.
  AccessMap map(const Index& extents) {
    if (one_in(12)) return AccessMap::everything();
    AccessMap access = AccessMap::at(number(-2, 2));
    access.high = access.low + number(0, 2);
    for (std::uint32_t axis = 0; axis < extents.size(); ++axis)
      if (!one_in(3)) access.steps.push_back(step(axis));
    access.before = one_in(10);
    access.after = one_in(10);
    return access;
  }

 private:
  AccessTerm step(std::uint32_t axis) {
    AccessTerm step{axis, number(-1, 3)};
    if (one_in(4)) step.divisor = number(1, 3);
    if (one_in(5)) step.modulus = number(1, 4);
    if (one_in(5)) step.offset = number(-2, 2);
    if (!one_in(4)) return step;
    const std::int64_t period = number(2, 3);
    for (std::int64_t digit = 0; digit < period; ++digit) {
      step.lows.emplace_back(number(0, 2));
      step.highs.push_back(step.lows.back() + number(0, 1));
    }
    if (one_in(3)) {
      step.gaps.assign(static_cast<std::size_t>(period), false);
      step.gaps[static_cast<std::size_t>(number(0, period - 1))] = true;
    }
    return step;
  }

  std::mt19937 random_;
};

/// For messages: what the maps of a failing case are.
std::string text_of(const AccessMap& access) {
  if (access.kind == AccessMap::Kind::all) return "all";
  std::string text = "[" + access.low.text() + ", " + access.high.text() + "]";
  for (const AccessTerm& step : access.steps) {
    text += " + " + step.step.text() + "*floor((i" + std::to_string(step.axis) + " + " + step.offset.text() + ")/" +
            step.divisor.text() + ")";
    if (!step.modulus.is(0)) text += "%" + step.modulus.text();
    for (std::size_t digit = 0; digit < step.lows.size(); ++digit)
      text += step.is_gap(digit) ? " -" : " " + step.lows[digit].text() + ".." + step.highs[digit].text();
  }
  return text + (access.before ? " before" : "") + (access.after ? " after" : "") + (access.wraps ? " wraps" : "");
}

/// Of what is on the axis: the rest is padding.
bool holds(const Positions& outer, const Positions& inner) {
  return outer.low <= std::max<std::int64_t>(inner.low, 0) && std::min(inner.high, kExtent - 1) <= outer.high;
}

}  // namespace

TEST_CASE("a composed map holds what each element of the result reads through the operand", "[access]") {
  std::size_t known = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomMaps random(seed);
    const Index operand = random.extents(), result = random.extents();
    const AccessMap source = random.map(operand);
    std::vector<AccessMap> axes;
    for (std::size_t axis = 0; axis < operand.size(); ++axis) axes.push_back(random.map(result));
    const AccessMap composed = compose(source, axes, shape_of(operand), shape_of(result));
    if (composed.kind == AccessMap::Kind::unknown) continue;
    ++known;
    for_each_index(result, [&](const Index& index) {
      // The elements of the operand that are read; what is outside of it reads nothing.
      Index first(operand.size()), count(operand.size());
      for (std::size_t axis = 0; axis < operand.size(); ++axis) {
        const std::optional<Positions> read = read_at(axes[axis], index, operand[axis]);
        if (!read) return;
        first[axis] = std::max<std::int64_t>(read->low, 0);
        count[axis] = std::min(read->high, operand[axis] - 1) - first[axis] + 1;
        if (count[axis] <= 0) return;
      }
      Positions expected;
      for_each_index(count, [&](const Index& within) {
        Index element = first;
        for (std::size_t axis = 0; axis < element.size(); ++axis) element[axis] += within[axis];
        if (const std::optional<Positions> read = read_at(source, element, kExtent)) expected.add(*read);
      });
      if (expected.low > expected.high) return;
      const std::optional<Positions> read = read_at(composed, index, kExtent);
      INFO("seed " << seed << ", index " << index[0] << (index.size() > 1 ? ", " + std::to_string(index[1]) : ""));
      std::string of_axes;
      for (const AccessMap& axis : axes) of_axes += ", " + text_of(axis);
      INFO(text_of(source) << " through" << of_axes << " gives " << text_of(composed));
      REQUIRE(read);
      CHECK(holds(*read, expected));
    });
  }
  CHECK(known > kSeeds / 3);
}

TEST_CASE("the hull of two maps holds what each of them reads", "[access]") {
  std::size_t known = 0;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    RandomMaps random(seed);
    const Index extents = random.extents();
    const AccessMap a = random.map(extents), b = random.map(extents);
    const AccessMap both = hull(a, b, shape_of(extents), kExtent);
    if (both.kind == AccessMap::Kind::unknown) continue;
    ++known;
    for_each_index(extents, [&](const Index& index) {
      INFO("seed " << seed << ", index " << index[0] << (index.size() > 1 ? ", " + std::to_string(index[1]) : ""));
      INFO(text_of(a) << " and " << text_of(b) << " give " << text_of(both));
      const std::optional<Positions> read = read_at(both, index, kExtent);
      for (const AccessMap* map : {&a, &b}) {
        const std::optional<Positions> expected = read_at(*map, index, kExtent);
        if (!expected) continue;
        REQUIRE(read);
        CHECK(holds(*read, *expected));
      }
    });
  }
  CHECK(known > kSeeds / 10);
}

}  // namespace macroscope
