#include "analyzer/comparison/comparison.h"

#include <string>

#include "catch.h"

namespace macroscope {
namespace {

LayerRecord layer(std::string name, std::string op, std::int64_t macs = 0, std::string shapes = "[1, 8]") {
  LayerRecord layer;
  layer.name = std::move(name);
  layer.op = std::move(op);
  layer.shapes = std::move(shapes);
  for (const Metric metric : kLayerMetrics) layer.amounts[*layer_metric(metric)] = Quantity{0};
  layer.amounts[*layer_metric(Metric::macs)] = Quantity{macs};
  return layer;
}

ModelRecord model(std::vector<LayerRecord> layers) {
  ModelRecord record;
  record.layers = std::move(layers);
  return record;
}

/// `a=a b>c +d -e`: same, renamed, added, removed; `a!a` changed.
std::string said(const ModelRecord& before, const ModelRecord& after) {
  std::string text;
  for (const LayerComparison& one : compare_layers(before, after)) {
    const std::string old_name = one.match.before ? before.layers[*one.match.before].name : std::string();
    const std::string new_name = one.match.after ? after.layers[*one.match.after].name : std::string();
    constexpr const char* kSigns[] = {"=", ">", "!", "+", "-"};
    text += (text.empty() ? "" : " ") + old_name + kSigns[static_cast<std::size_t>(one.kind)] + new_name;
  }
  return text;
}

TEST_CASE("Layers are paired by name, and what is different in them is a change") {
  const ModelRecord before = model({layer("a", "Conv", 10), layer("b", "Relu"), layer("c", "Conv", 20)});
  CHECK(said(before, before) == "a=a b=b c=c");
  CHECK(said(before, model({layer("a", "Conv", 10), layer("b", "Relu"), layer("c", "Conv", 25)})) == "a=a b=b c!c");
  CHECK(said(before, model({layer("a", "Conv", 10), layer("c", "Conv", 20)})) == "a=a b- c=c");
  CHECK(said(model({layer("a", "Conv", 10), layer("c", "Conv", 20)}), before) == "a=a +b c=c");
}

TEST_CASE("Renamed layers are paired by operator, shapes and order") {
  const ModelRecord before =
      model({layer("old/a", "Conv", 10), layer("old/b", "Conv", 20, "[1, 16]"), layer("old/c", "Gemm", 5)});
  const ModelRecord after = model({layer("new/a", "Conv", 10), layer("new/b", "Conv", 20, "[1, 16]"), layer("new/c", "Gemm", 5)});
  CHECK(said(before, after) == "old/a>new/a old/b>new/b old/c>new/c");
}

TEST_CASE("A quantised layer is paired with what it was by its kind, its shapes and its place") {
  const auto weighted = [](std::string name, std::string op, std::string shapes, std::string dtype) {
    LayerRecord record = layer(std::move(name), std::move(op), 10, std::move(shapes));
    record.kind = "convolution";
    record.weight_dtype = std::move(dtype);
    return record;
  };
  const ModelRecord before =
      model({weighted("Conv_0", "Conv", "[1, 8]", "float32"), weighted("Conv_1", "Conv", "[1, 16]", "float32"),
             weighted("Conv_2", "Conv", "[1, 8]", "float32")});
  const ModelRecord after =
      model({layer("scale", "Mul"), weighted("Conv_0_q", "ConvInteger", "[1, 8]", "uint8"),
             weighted("Conv_1_q", "ConvInteger", "[1, 16]", "uint8"), weighted("Conv_2_q", "ConvInteger", "[1, 8]", "uint8")});
  CHECK(said(before, after) == "+scale Conv_0!Conv_0_q Conv_1!Conv_1_q Conv_2!Conv_2_q");
  const ModelRecord without_weights = model({layer("Conv_0_q", "ConvInteger", 10)});
  CHECK(said(model({layer("Conv_0", "Conv", 10)}), without_weights) == "+Conv_0_q Conv_0-");
}

TEST_CASE("Names that an exporter numbers do not pair layers of different operators") {
  CHECK(is_numbered(layer("Conv_17", "Conv")));
  CHECK(is_numbered(layer("231", "Relu")));
  CHECK_FALSE(is_numbered(layer("stem", "Conv")));
  const ModelRecord before = model({layer("1", "Conv", 10), layer("2", "Relu"), layer("3", "Gemm", 5, "[1, 3]")});
  const ModelRecord after =
      model({layer("1", "Conv", 10), layer("2", "MaxPool", 0, "[1, 4]"), layer("3", "Relu"), layer("4", "Gemm", 5, "[1, 3]")});
  CHECK(said(before, after) == "1=1 +2 2=3 3=4");
}

TEST_CASE("Differences add up to the difference of the totals, the largest first") {
  const ModelRecord before = model({layer("a", "Conv", 10), layer("b", "Conv", 20), layer("c", "Conv", 30)});
  const ModelRecord after = model({layer("a", "Conv", 15), layer("c", "Conv", 5), layer("d", "Gemm", 100, "[1, 3]")});
  const std::vector<LayerComparison> layers = compare_layers(before, after);
  const std::vector<std::size_t> order = by_effect(layers, Metric::macs, before, after);
  REQUIRE(order.size() == 4);
  Dim sum, last = 1'000'000;
  for (const std::size_t place : order) {
    const Dim own = difference(layers[place], Metric::macs, before, after)->value;
    const Dim size = own.number().value() < 0 ? Dim(0) - own : own;
    CHECK(size.number().value() <= last.number().value());
    last = size;
    sum += own;
  }
  CHECK(sum.is(15 + 5 + 100 - (10 + 20 + 30)));
}

TEST_CASE("A difference is exact only where both sides are, and of what is unknown there is none") {
  CHECK(difference(Quantity{3}, Quantity{5})->value.is(2));
  CHECK_FALSE(difference(Quantity{3}, Quantity{5})->at_least);
  CHECK(difference(Quantity{3, true}, Quantity{5})->at_least);
  CHECK_FALSE(difference(std::nullopt, Quantity{5}));
}

}  // namespace
}  // namespace macroscope
