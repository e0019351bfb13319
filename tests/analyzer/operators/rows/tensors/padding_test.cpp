#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::content_of;
using testing::errors_of;
using testing::NetworkBuilder;
using testing::shape_of;

const Dim N = Dim::symbol("N");

/// [1, 2, 3] with two elements before and three after; expectations are numpy.pad's.
std::string padded(std::string_view mode) {
  NetworkBuilder net(19);
  net.list("x", {1, 2, 3}).list("pads", {2, 3}).scalar("nine", 9);
  net.node("Pad", {"x", "pads", mode == "constant" ? "nine" : ""}, {"y"}, {net.text("mode", mode)});
  return content_of(analyze(net.take(), {}), "y");
}

TEST_CASE("Pad fills in what numpy fills in") {
  CHECK(padded("constant") == "[9, 9, 1, 2, 3, 9, 9, 9]");
  CHECK(padded("edge") == "[1, 1, 1, 2, 3, 3, 3, 3]");
  CHECK(padded("reflect") == "[3, 2, 1, 2, 3, 2, 1, 2]");
  CHECK(padded("wrap") == "[2, 3, 1, 2, 3, 1, 2, 3]");
}

TEST_CASE("pads are attributes, operands, or those of some axes") {
  NetworkBuilder first(1);
  first.input("x", {N, 4}).node("Pad", {"x"}, {"y"}, {first.integers("paddings", {0, 1, 2, 3})});
  CHECK(shape_of(analyze(first.take(), {}), "y") == "[N + 2, 8]");
  NetworkBuilder second(2);
  second.input("x", {N, 4}).node("Pad", {"x"}, {"y"}, {second.integers("pads", {0, -1, -2, 0})});
  CHECK(shape_of(analyze(second.take(), {}), "y") == "[N - 2, 3]");
  NetworkBuilder axes(18);
  axes.input("x", {N, 4, 5}).list("pads", {1, 2, 3, 4}).list("axes", {-1, 0}).node("Pad", {"x", "pads", "", "axes"}, {"y"});
  CHECK(shape_of(analyze(axes.take(), {}), "y") == "[N + 6, 4, 9]");
}

TEST_CASE("pads that are computed keep their symbols, unknown ones leave the axis open") {
  NetworkBuilder net(18);
  net.input("x", {3, 4}).input("z", {N, 2}).input("some", {2}, DataType::int64);
  net.node("Shape", {"z"}, {"by"})
      .list("axes", {1})
      .node("Pad", {"x", "by", "", "axes"}, {"y"})
      .node("Pad", {"x", "some", "", "axes"}, {"open"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(shape_of(analysis, "y") == "[3, N + 6]");
  CHECK(shape_of(analysis, "open") == "[3, open_1]");
}

TEST_CASE("Pad refuses lists of the wrong length, modes it has not, and results below 0") {
  const auto errors = [](const std::vector<std::int64_t>& pads, std::string_view mode = "constant") {
    NetworkBuilder net(13);
    net.input("x", {3, 4}).list("pads", pads).node("Pad", {"x", "pads"}, {"y"}, {net.text("mode", mode)});
    return errors_of(analyze(net.take(), {}));
  };
  CHECK(errors({1, 2}) == "bad-pads");
  CHECK(errors({0, 0, 0, 0}, "mirror") == "bad-attribute");
  CHECK(errors({-2, 0, -2, 0}) == "bad-extent");
  CHECK(errors({INT64_MAX, 0, INT64_MAX, 0}) == "bad-pads");
}

TEST_CASE("CenterCropPad sets the extents of its axes") {
  NetworkBuilder net(18);
  net.input("x", {N, 20, 8}).list("shape", {10, 9}).node("CenterCropPad", {"x", "shape"}, {"y"}, {net.integers("axes", {1, 2})});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[N, 10, 9]");
  NetworkBuilder wrong(18);
  wrong.input("x", {N, 20, 8}).list("shape", {10}).node("CenterCropPad", {"x", "shape"}, {"y"});
  CHECK(errors_of(analyze(wrong.take(), {})) == "bad-crop");
}

}  // namespace
}  // namespace macroscope
