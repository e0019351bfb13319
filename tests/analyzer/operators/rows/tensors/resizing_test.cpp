#include <cmath>

#include "catch.h"
#include "network_builder.h"

namespace macroscope {
namespace {

using testing::errors_of;
using testing::fact_of;
using testing::NetworkBuilder;
using testing::shape_of;

Value reals(const std::vector<float>& numbers) {
  Reals elements;
  for (const float number : numbers) elements.emplace_back(Real(static_cast<double>(number)));
  return Value(std::move(elements));
}

Analysis scaled(const std::vector<Dim>& data, const std::vector<float>& scales, std::string_view mode = "nearest",
                std::int64_t antialias = 0) {
  NetworkBuilder net(19);
  net.input("x", data).stored("scales", {static_cast<std::int64_t>(scales.size())}, DataType::float32, reals(scales));
  net.node("Resize", {"x", "", "scales"}, {"y"}, {net.text("mode", mode), net.integer("antialias", antialias)});
  return analyze(net.take(), {});
}

Analysis sized(const std::vector<Dim>& data, const std::vector<std::int64_t>& sizes, const std::vector<std::int64_t>& axes,
               std::string_view policy) {
  NetworkBuilder net(18);
  net.input("x", data).list("sizes", sizes);
  net.node("Resize", {"x", "", "", "sizes"}, {"y"}, {net.integers("axes", axes), net.text("keep_aspect_ratio_policy", policy)});
  return analyze(net.take(), {});
}

TEST_CASE("extents are the floor of extent times scale, for numbers and for symbols alike") {
  for (const float scale : {0.25F, 0.5F, 1.0F, 1.5F, 2.0F, 3.0F, 0.6F, 1.0F / 3.0F, 0.7F, 2.9999F}) {
    const Dim symbolic = fact_of(scaled({Dim::symbol("H")}, {scale}), "y").type.shape[0];
    for (std::int64_t extent = 1; extent < 200; extent += 7) {
      const auto expected =
          static_cast<std::int64_t>(std::floor(static_cast<long double>(extent) * static_cast<long double>(scale)));
      CAPTURE(scale, extent);
      CHECK(shape_of(scaled({extent}, {scale}), "y") == fmt::format("[{}]", expected));
      CHECK(symbolic.substitute({{"H", Dim(extent)}}).number() == expected);
    }
  }
  CHECK(shape_of(scaled({1, 3, Dim::symbol("H"), 5}, {1, 1, 2, 0.5}), "y") == "[1, 3, 2*H, 2]");
}

TEST_CASE("sizes stretch or keep the aspect ratio") {
  const Dim H = Dim::symbol("H");
  CHECK(shape_of(sized({H, 3, 4, 6}, {8, 9}, {2, 3}, "stretch"), "y") == "[H, 3, 8, 9]");
  CHECK(shape_of(sized({1, 3, 2, 4}, {7, 8}, {2, 3}, "not_larger"), "y") == "[1, 3, 4, 8]");
  CHECK(shape_of(sized({1, 3, 2, 4}, {7, 8}, {2, 3}, "not_smaller"), "y") == "[1, 3, 7, 14]");
  // 5 / 2 times 3 is 7.5, rounded up.
  CHECK(shape_of(sized({2, 3}, {5, 100}, {0, 1}, "not_larger"), "y") == "[5, 8]");
  const Dim kept = fact_of(sized({H, 4}, {10, 10}, {0, 1}, "not_larger"), "y").type.shape[0];
  for (std::int64_t extent = 1; extent < 30; ++extent) {
    const double scale = std::min(10.0 / static_cast<double>(extent), 10.0 / 4.0);
    CHECK(kept.substitute({{"H", Dim(extent)}}).number() ==
          static_cast<std::int64_t>(std::floor(scale * static_cast<double>(extent) + 0.5)));
  }
}

TEST_CASE("sizes computed from shapes, as exporters write them") {
  NetworkBuilder net(13);
  const Dim H = Dim::symbol("H");
  net.input("x", {1, 8, H, 16})
      .list("two", {2})
      .list("four", {4})
      .list("zero", {0})
      .stored("factor", {1}, DataType::float32, reals({2}));
  net.node("Shape", {"x"}, {"shape"})
      .node("Slice", {"shape", "two", "four"}, {"space"})
      .node("Slice", {"shape", "zero", "two"}, {"front"});
  net.node("Cast", {"space"}, {"real"}, {net.integer("to", 1)})
      .node("Mul", {"real", "factor"}, {"scaled"})
      .node("Floor", {"scaled"}, {"floor"});
  net.node("Cast", {"floor"}, {"whole"}, {net.integer("to", 7)})
      .node("Concat", {"front", "whole"}, {"sizes"}, {net.integer("axis", 0)});
  net.node("Resize", {"x", "", "", "sizes"}, {"y"});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[1, 8, 2*H, 32]");
}

TEST_CASE("the part of interest counts where the input is cropped") {
  NetworkBuilder net(13);
  net.input("x", {10, 20})
      .stored("roi", {4}, DataType::float32, reals({0, 0.25F, 0.5F, 0.75F}))
      .stored("scales", {2}, DataType::float32, reals({2, 3}));
  net.node("Resize", {"x", "roi", "scales"}, {"y"}, {net.text("coordinate_transformation_mode", "tf_crop_and_resize")});
  CHECK(shape_of(analyze(net.take(), {}), "y") == "[10, 30]");
}

TEST_CASE("older forms: Upsample by attributes, Resize with its scales in second place") {
  NetworkBuilder first(1);
  first.input("x", {1, 3, 4, 5}).node("Upsample", {"x"}, {"y"}, {first.real("height_scale", 2), first.real("width_scale", 1.5)});
  CHECK(shape_of(analyze(first.take(), {}), "y") == "[1, 3, 8, 7]");
  NetworkBuilder seventh(7);
  seventh.input("x", {1, 3, 4, 5}).node("Upsample", {"x"}, {"y"}, {seventh.reals("scales", {1, 1, 2, 3})});
  CHECK(shape_of(analyze(seventh.take(), {}), "y") == "[1, 3, 8, 15]");
  NetworkBuilder tenth(10);
  tenth.input("x", {4, 5}).stored("scales", {2}, DataType::float32, reals({0.5, 2})).node("Resize", {"x", "scales"}, {"y"});
  CHECK(shape_of(analyze(tenth.take(), {}), "y") == "[2, 10]");
}

TEST_CASE("interpolation costs what its taps cost") {
  const auto flops = [](const Analysis& analysis) {
    const auto& kinds = analysis.costs.total.flops_by_kind;
    return fmt::format("{} add {} mul", kinds[0].text(), kinds[1].text());
  };
  CHECK(flops(scaled({1, 3, 4, 5}, {1, 1, 2, 2})) == "0 add 0 mul");
  // 3 * 8 * 10 elements: three interpolations between two, five between four.
  CHECK(flops(scaled({1, 3, 4, 5}, {1, 1, 2, 2}, "linear")) == "720 add 1440 mul");
  CHECK(flops(scaled({1, 3, 4, 5}, {1, 1, 2, 2}, "cubic")) == "3600 add 4800 mul");
  // Halved with antialias: filters of 4 taps, 1 + 4 of them for each of 4 elements.
  CHECK(flops(scaled({1, 1, 4, 4}, {1, 1, 0.5, 0.5}, "linear", 1)) == "60 add 80 mul");
}

TEST_CASE("an empty list of scales is none, but scales and sizes together are too much") {
  const auto resized = [](const std::vector<float>& scales) {
    NetworkBuilder net(11);
    net.input("x", {2, 3}).input("roi", {0}).list("sizes", {4, 5});
    net.stored("scales", {static_cast<std::int64_t>(scales.size())}, DataType::float32, reals(scales));
    net.node("Resize", {"x", "roi", "scales", "sizes"}, {"y"});
    return analyze(net.take(), {});
  };
  CHECK(shape_of(resized({}), "y") == "[4, 5]");
  CHECK(errors_of(resized({1, 2})) == "bad-resize");
}

TEST_CASE("Resize refuses scales and sizes that do not fit") {
  CHECK(errors_of(scaled({2, 3}, {1, 2, 3})) == "bad-resize");
  CHECK(errors_of(scaled({2, 3}, {1, -2})) == "bad-resize");
  CHECK(errors_of(scaled({2, 3}, {1, 1}, "spline")) == "bad-attribute");
  CHECK(errors_of(sized({2, 3}, {4}, {0, 1}, "stretch")) == "bad-resize");
  CHECK(errors_of(sized({2, 3}, {4, 5}, {0, 2}, "stretch")) == "bad-axis");
}

}  // namespace
}  // namespace macroscope
