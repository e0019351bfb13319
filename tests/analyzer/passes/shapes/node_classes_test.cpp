#include "analyzer/passes/shapes/node_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "catch.h"
#include "node_cost.h"

namespace macroscope {
namespace {

using testing::cost_of;
using testing::NetworkBuilder;

/// One of a few layers over one of a few maps, so that many are alike and many nearly so.
struct Layer {
  std::string op, map;
  std::int64_t filters = 0, kernel = 0, stride = 0;
  bool has_bias = false, is_half = false;

  static Layer random(std::mt19937& random) {
    const auto below = [&](std::int64_t count) { return std::uniform_int_distribution<std::int64_t>(0, count - 1)(random); };
    constexpr std::array<const char*, 3> kOps{"Conv", "MaxPool", "Relu"};
    Layer layer;
    layer.op = kOps[static_cast<std::size_t>(below(kOps.size()))];
    layer.is_half = below(2) == 1;
    layer.map = fmt::format("{}{}", layer.is_half ? "half" : "map", below(2));
    layer.filters = 4 + below(2);
    layer.kernel = 1 + below(2);
    layer.stride = 1 + below(2);
    layer.has_bias = below(2) == 1;
    return layer;
  }

  void add_to(NetworkBuilder& net, const std::string& name) const {
    const DataType dtype = is_half ? DataType::float16 : DataType::float32;
    std::vector<std::string> inputs{map};
    std::vector<Attribute> attributes;
    if (op != "Relu") attributes = {net.integers("kernel_shape", {kernel, kernel}), net.integers("strides", {stride, stride})};
    if (op == "Conv") {
      net.weight(name + ".weight", {filters, 3, kernel, kernel}, dtype);
      inputs.push_back(name + ".weight");
      if (has_bias) {
        net.weight(name + ".bias", {filters}, dtype);
        inputs.push_back(name + ".bias");
      }
    }
    net.node(op, inputs, {name}, attributes).output(name);
  }
};

NetworkBuilder maps() {
  NetworkBuilder net;
  net.input("map0", {1, 3, 8, 8}).input("map1", {1, 3, Dim::symbol("H"), 8});
  net.input("half0", {1, 3, 8, 8}, DataType::float16).input("half1", {1, 3, Dim::symbol("H"), 8}, DataType::float16);
  return net;
}

std::string text_of(const Cost& cost) {
  std::string text = fmt::format("{} {} {} {}", static_cast<int>(cost.status), cost.macs.text(), cost.effective_macs.text(),
                                 cost.macs_by_dtype.empty() ? -1 : static_cast<int>(cost.macs_by_dtype.front().first));
  for (const Dim& flops : cost.flops_by_kind) text += " " + flops.text();
  return fmt::format("{} {} {}", text, cost.bytes_read.text(), cost.bytes_written.text());
}

/// By input and axis: size, jump and start of what one element reads.
std::string fields_of(const Analysis& analysis, std::string_view tensor) {
  const Graph& graph = analysis.network.main();
  const auto is_named = [&](const Tensor& candidate) { return candidate.name == tensor; };
  const auto id = std::find_if(graph.tensors.begin(), graph.tensors.end(), is_named) - graph.tensors.begin();
  const ReceptiveFields& fields = analysis.receptive_fields();
  std::string text;
  for (const InputField& field : fields.of(static_cast<TensorId>(id), analysis.shapes)) {
    text += graph.tensors[fields.inputs[field.input].tensor].name;
    for (const AxisField& axis : field.axes)
      text += fmt::format(" {}x{}+{}", axis.size.text(), axis.jump.text(), axis.start.text());
  }
  return text;
}

}  // namespace

TEST_CASE("Among many layers that are alike each has the cost and the receptive field that it has alone") {
  std::mt19937 random(7);
  NetworkBuilder net = maps();
  std::vector<Layer> layers;
  for (int index = 0; index < 400; ++index) {
    layers.push_back(Layer::random(random));
    layers.back().add_to(net, fmt::format("y{}", index));
  }
  const Analysis together = analyze(net.take(), {});
  for (std::size_t index = 0; index < layers.size(); ++index) {
    NetworkBuilder one = maps();
    layers[index].add_to(one, "y");
    const Analysis alone = analyze(one.take(), {});
    CHECK(text_of(cost_of(together, static_cast<NodeId>(index))) == text_of(cost_of(alone)));
    const std::string field = fields_of(alone, "y");
    CHECK(field.find('x') != std::string::npos);
    CHECK(fields_of(together, fmt::format("y{}", index)) == field);
  }
}

TEST_CASE("Layers that differ in the taps that are masked are not alike") {
  NetworkBuilder net;
  net.input("x", {1, 1, 5, 5});
  for (const char* name : {"a", "b", "c"}) {
    net.weight(std::string(name) + "w", {1, 1, 3, 3});
    net.node("Conv", {"x", std::string(name) + "w"}, {name}).output(name);
  }
  Network network = net.take();
  network.graphs.front().stored[1].mask = TapMask::before_centre;
  const Analysis analysis = analyze(std::move(network), {});
  CHECK(cost_of(analysis, 0).effective_macs.is(9 * 9));
  CHECK(cost_of(analysis, 1).effective_macs.is(9 * 4));
  CHECK(cost_of(analysis, 2).effective_macs.is(9 * 9));
}

TEST_CASE("Nodes are of one class where row, attributes and operands are the same, contents too") {
  NetworkBuilder net;
  net.input("x", {2, 3}).input("y", {2, 3}).input("z", {3, 2}).list("sizes", {3, 2}).list("others", {6, 1});
  net.node("Relu", {"x"}, {"a"}).node("Relu", {"y"}, {"b"}).node("Relu", {"z"}, {"c"}).node("Sigmoid", {"x"}, {"d"});
  net.node("Reshape", {"x", "sizes"}, {"e"}).node("Reshape", {"x", "others"}, {"f"}).node("Reshape", {"y", "sizes"}, {"g"});
  const Analysis analysis = analyze(net.take(), {});
  const NodeClasses& classes = analysis.shapes.scopes.front().classes;
  CHECK(classes.first_of(1) == 0);
  CHECK(classes.first_of(6) == 4);
  for (const NodeId node : {0U, 2U, 3U, 4U, 5U}) CHECK(classes.is_first(node));
  CHECK(classes.is_shared(0));
  CHECK(classes.is_shared(1));
  CHECK(!classes.is_shared(2));
}

TEST_CASE("A node whose result has a name of its own is in no class") {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("N"), 3}).node("NonZero", {"x"}, {"a"}).node("NonZero", {"x"}, {"b"}).output("a").output("b");
  const Analysis analysis = analyze(net.take(), {});
  const Scope& scope = analysis.shapes.scopes.front();
  CHECK(scope.classes.is_first(1));
  CHECK(!(scope.facts[analysis.network.main().nodes[0].outputs[0]].type ==
          scope.facts[analysis.network.main().nodes[1].outputs[0]].type));
}

TEST_CASE("A node whose result a declaration changes is alone, and tells others nothing of it") {
  for (const std::string_view declared : {"a", "b"}) {
    NetworkBuilder net;
    net.input("x", {Dim::symbol("N"), 3}).node("NonZero", {"x"}, {"places"});
    for (const char* name : {"a", "b", "c"}) net.node("Abs", {"places"}, {name}).output(name);
    Network network = net.take();
    Graph& graph = network.graphs.front();
    for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor)
      if (graph.tensors[tensor].name == declared) graph.declared.push_back({tensor, Fact::tensor(DataType::int64, {2, 4}).type});
    const Analysis analysis = analyze(std::move(network), {});
    const Scope& scope = analysis.shapes.scopes.front();
    const auto places_of = [&](NodeId node) {
      return scope.facts[analysis.network.main().nodes[node].outputs[0]].type.shape[1].text();
    };
    const NodeId changed = declared == "a" ? 1 : 2, other = 3 - changed;
    CAPTURE(declared);
    CHECK(scope.classes.is_first(changed));
    CHECK(scope.classes.first_of(3) == other);
    CHECK(places_of(changed) == "4");
    CHECK(places_of(3) == places_of(other));
  }
}

TEST_CASE("A result is kept for a class, and for a node that is alone until the next") {
  NodeClasses classes;
  classes.begin(4);
  classes.join(2, 0);
  ClassResults<int> results(classes);
  CHECK(results.find(0) == nullptr);
  CHECK(results.keep(2, 17) == 17);
  REQUIRE(results.find(0) != nullptr);
  CHECK(*results.find(0) == 17);
  CHECK(results.keep(1, 18) == 18);
  CHECK(results.find(1) == nullptr);
  classes.leave(2);
  CHECK(results.find(2) == nullptr);
}

}  // namespace macroscope
