#include <limits>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();

/// What the standard says, walked index by index.
std::vector<std::int64_t> walked(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  std::vector<std::int64_t> taken;
  for (std::int64_t index = 0; index < extent; ++index) {
    const std::int64_t at = step > 0 ? index : extent - 1 - index;
    const std::int64_t first = step > 0 ? std::max<std::int64_t>(start, 0) : std::min(start, extent - 1);
    const bool before_end = step > 0 ? at < end : at > end;
    const bool after_start = step > 0 ? at >= first : at <= first;
    if (after_start && before_end && (at - first) % step == 0) taken.push_back(at);
  }
  return taken;
}

Analysis sliced(const Dim& extent, std::int64_t start, std::int64_t end, std::int64_t step, bool with_content) {
  NetworkBuilder net;
  if (with_content) {
    Integers elements;
    for (std::int64_t n = 0; n < extent.number().value_or(0); ++n) elements.emplace_back(n);
    net.stored("x", {extent.number().value_or(0)}, DataType::int64, Value(elements));
  } else {
    net.input("x", {extent});
  }
  net.list("start", {start})
      .list("end", {end})
      .list("axes", {0})
      .list("step", {step})
      .node("Slice", {"x", "start", "end", "axes", "step"}, {"y"});
  return analyze(net.take(), {});
}

const std::vector<std::int64_t> kBounds{-kFar, -7, -3, -1, 0, 1, 2, 5, 9, kFar};

TEST_CASE("Slice takes what walking takes") {
  for (std::int64_t extent = 0; extent < 6; ++extent)
    for (const std::int64_t start : kBounds)
      for (const std::int64_t end : kBounds)
        for (const std::int64_t step : {-3, -1, 1, 2}) {
          const Analysis analysis = sliced(extent, start, end, step, true);
          const std::vector<std::int64_t> taken = walked(extent, start, end, step);
          CAPTURE(extent, start, end, step);
          CHECK(shape_of(analysis, "y") == fmt::format("[{}]", taken.size()));
          CHECK(content_of(analysis, "y") == fmt::format("[{}]", fmt::join(taken, ", ")));
        }
}

TEST_CASE("a slice of a symbol is the slice of every number that it stands for") {
  for (const std::int64_t start : kBounds)
    for (const std::int64_t end : kBounds)
      for (const std::int64_t step : {-3, -1, 1, 2}) {
        const Analysis analysis = sliced(Dim::symbol("N"), start, end, step, false);
        const Dim extent = testing::fact_of(analysis, "y").type.shape[0];
        for (std::int64_t number = 1; number < 12; ++number) {  // that N is at least 1 may be assumed
          CAPTURE(start, end, step, number, extent.text());
          CHECK(extent.substitute({{"N", Dim(number)}}).number() ==
                static_cast<std::int64_t>(walked(number, start, end, step).size()));
        }
      }
}

TEST_CASE("slices that models often have read well") {
  const auto extent = [](std::int64_t start, std::int64_t end, std::int64_t step = 1) {
    return testing::fact_of(sliced(Dim::symbol("N"), start, end, step, false), "y").type.shape[0].text();
  };
  CHECK(extent(0, kFar) == "N");
  CHECK(extent(1, kFar) == "N - 1");
  CHECK(extent(0, -1) == "N - 1");
  CHECK(extent(-1, kFar) == "1");
  CHECK(extent(-1, -kFar, -1) == "N");
  CHECK(extent(0, 512) == "min(N, 512)");
  CHECK(extent(0, kFar, 2) == "floor((N + 1)/2)");
  CHECK(texts_of(sliced(Dim::symbol("N"), 1, kFar, 1, false).shapes.assumptions) == std::vector<std::string>{"N >= 1"});
}

TEST_CASE("symbolic bounds stay symbols") {
  NetworkBuilder net;
  const Dim P = Dim::symbol("P"), S = Dim::symbol("S");
  net.input("x", {1, P + S, 8}).input("q", {P, S}).list("axes", {1}).list("zero", {0}).list("one", {1}).list("two", {2});
  net.node("Shape", {"q"}, {"shape"}).node("Slice", {"shape", "zero", "one"}, {"past"});
  net.node("Slice", {"shape", "one", "two"}, {"now"}).node("Add", {"past", "now"}, {"total"});
  net.node("Slice", {"x", "past", "total", "axes"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[1, S, 8]");
}

TEST_CASE("a start counted from the end, and a step, may be symbols") {
  NetworkBuilder net;
  const Dim M = Dim::symbol("M"), N = Dim::symbol("N");
  net.input("x", {M + N}).input("w", {3 * N}).input("q", {N}).list("zero", {0}).list("end", {kFar});
  net.node("Shape", {"q"}, {"n"}).node("Neg", {"n"}, {"back"});
  net.node("Slice", {"x", "back", "end"}, {"last"}).node("Slice", {"w", "zero", "end", "zero", "n"}, {"every"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "last") == "[N]");
  CHECK(shape_of(analysis, "every") == "[3]");
  CHECK(texts_of(analysis.shapes.assumptions) == std::vector<std::string>{"N >= 1"});
}

TEST_CASE("axes of unknown content are taken to be in order where bounds are given for all of them") {
  NetworkBuilder net;
  net.input("x", {5, 6})
      .list("start", {1, 0})
      .list("end", {3, 4})
      .input("axes", {2}, DataType::int64)
      .node("Slice", {"x", "start", "end", "axes"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[2, 4]");
  CHECK(texts_of(analysis.shapes.assumptions) == std::vector<std::string>{"axes == [0, 1]"});
}

TEST_CASE("older versions give bounds as attributes, and axes in any order") {
  NetworkBuilder net(9);
  net.input("x", {4, 5, 6});
  net.node("Slice", {"x"}, {"y"}, {net.integers("starts", {1, 0}), net.integers("ends", {3, -1}), net.integers("axes", {2, 0})});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[3, 5, 2]");
}

TEST_CASE("bounds of unknown content leave the other axes as they are") {
  NetworkBuilder net;
  net.input("x", {4, 5})
      .input("start", {1}, DataType::int64)
      .list("end", {3})
      .list("axes", {1})
      .node("Slice", {"x", "start", "end", "axes"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[4, y_1]");
}

TEST_CASE("Slice refuses steps of 0, axes named twice and lists of unlike lengths") {
  const auto errors = [](std::vector<std::int64_t> starts, std::vector<std::int64_t> ends, std::vector<std::int64_t> axes,
                         std::vector<std::int64_t> steps) {
    NetworkBuilder net;
    net.input("x", {4, 5})
        .list("s", starts)
        .list("e", ends)
        .list("a", axes)
        .list("t", steps)
        .node("Slice", {"x", "s", "e", "a", "t"}, {"y"});
    return errors_of(analyze(net.take(), {}));
  };
  CHECK(errors({0}, {1}, {0}, {0}) == "bad-slice");
  CHECK(errors({0, 0}, {1, 1}, {0, -2}, {1, 1}) == "bad-axis");
  CHECK(errors({0}, {1, 1}, {0}, {1}) == "bad-slice");
  CHECK(errors({0}, {1}, {2}, {1}) == "bad-axis");
}

}  // namespace
}  // namespace macroscope
