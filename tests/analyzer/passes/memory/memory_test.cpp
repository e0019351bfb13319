#include "analyzer/passes/memory/memory.h"

#include <algorithm>
#include <set>

#include "catch.h"
#include "random_network.h"

namespace macroscope {
namespace {

using testing::NetworkBuilder;
using testing::random_network;

/// What is alive, found anew for every step from the definition alone.
class Simulation {
 public:
  Simulation(const Analysis& analysis, std::vector<NodeId> order)
      : graph_(analysis.network.main()), facts_(analysis.shapes.scopes.front().facts), order_(std::move(order)) {}

  [[nodiscard]] std::set<TensorId> alive_at(std::size_t step) const {
    std::set<TensorId> alive;
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      if (graph_.tensors[tensor].stored != kNone || is_view(tensor)) continue;
      const bool is_made = is_input(tensor) || step_of(graph_.tensors[tensor].producer) <= step;
      const bool is_being_made = !is_input(tensor) && step_of(graph_.tensors[tensor].producer) == step;
      if (is_made && (is_being_made || is_needed(tensor, step))) alive.insert(tensor);
    }
    return alive;
  }

  [[nodiscard]] Dim bytes_at(std::size_t step) const {
    Dim bytes;
    for (const TensorId tensor : alive_at(step)) bytes += facts_[tensor].type.shape.elements() * 4;
    return bytes;
  }

  [[nodiscard]] std::int64_t peak(const Bindings& bindings) const {
    std::int64_t most = 0;
    for (std::size_t step = 0; step < order_.size(); ++step)
      most = std::max(most, bytes_at(step).substitute(bindings).number().value_or(-1));
    return most;
  }

 private:
  [[nodiscard]] bool is_input(TensorId tensor) const { return graph_.tensors[tensor].producer == kNone; }
  [[nodiscard]] bool is_view(TensorId tensor) const {
    if (is_input(tensor)) return false;
    const std::string_view op = graph_.nodes[graph_.tensors[tensor].producer].op;
    return op == "Reshape" || op == "Identity";
  }
  [[nodiscard]] std::size_t step_of(NodeId node) const {
    return static_cast<std::size_t>(std::find(order_.begin(), order_.end(), node) - order_.begin());
  }
  /// By a node of this step or later, or by the model's user; of it or of a view of it.
  [[nodiscard]] bool is_needed(TensorId tensor, std::size_t step) const {
    if (std::count(graph_.outputs.begin(), graph_.outputs.end(), tensor) > 0) return true;
    for (NodeId node = 0; node < graph_.nodes.size(); ++node) {
      const Node& reader = graph_.nodes[node];
      if (std::count(reader.inputs.begin(), reader.inputs.end(), tensor) == 0) continue;
      if (step_of(node) >= step) return true;
      if (is_view(reader.outputs[0]) && is_needed(reader.outputs[0], step)) return true;
    }
    return false;
  }

  const Graph& graph_;
  const std::vector<Fact>& facts_;
  std::vector<NodeId> order_;
};

std::set<std::string> names_alive_at(const Analysis& analysis, std::uint32_t step) {
  std::set<std::string> names;
  for (const std::uint32_t buffer : analysis.memory.alive_at(step))
    names.emplace(analysis.network.main().tensors[analysis.memory.buffers.all[buffer].tensor].name);
  return names;
}

std::vector<std::string> curve_of(const Memory& memory) {
  std::vector<std::string> curve;
  memory.for_each_step([&](std::uint32_t, const Dim& bytes) { curve.push_back(bytes.text()); });
  return curve;
}

}  // namespace

TEST_CASE("A chain holds a node's operand and result at once") {
  NetworkBuilder net;
  net.input("x", {10}).weight("w", {10});
  net.node("Mul", {"x", "w"}, {"a"}).node("Concat", {"a", "a"}, {"b"}, {net.integer("axis", 0)}).node("Relu", {"b"}, {"c"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(curve_of(analysis.memory) == std::vector<std::string>{"80", "120", "160"});
  CHECK(analysis.memory.peak->text() == "160");
  REQUIRE(analysis.memory.peaks.size() == 1);
  CHECK(names_alive_at(analysis, analysis.memory.peaks[0].step) == std::set<std::string>{"b", "c"});
  CHECK(analysis.memory.weights == std::vector<std::pair<DataType, Dim>>{{DataType::float32, 40}});
}

TEST_CASE("Views share, a skipped tensor waits, an output stays, and an input that nobody reads has no memory") {
  NetworkBuilder net;
  net.input("x", {10}).input("unread", {1000}).list("shape", {2, 5}).list("flat", {-1});
  net.node("Relu", {"x"}, {"skip"});                                      // x, skip
  net.node("Reshape", {"skip", "shape"}, {"wide"});                       // skip
  net.node("Relu", {"wide"}, {"out"});                                    // skip, out
  net.node("Concat", {"wide", "wide"}, {"c"}, {net.integer("axis", 0)});  // skip, out, c
  net.node("Flatten", {"c"}, {"d"}).node("Relu", {"d"}, {"e"});           // out, c; out, c, e
  net.output("out").output("e");
  const Analysis analysis = analyze(net.take(), {});
  CHECK(curve_of(analysis.memory) == std::vector<std::string>{"80", "40", "80", "160", "120", "200"});
  CHECK(names_alive_at(analysis, 5) == std::set<std::string>{"out", "c", "e"});
}

TEST_CASE("Sizes of other tensors and constants take no memory") {
  NetworkBuilder net;
  net.input("x", {Dim::symbol("N"), 4});
  net.node("Shape", {"x"}, {"shape"}).list("two", {2});
  net.node("Mul", {"shape", "two"}, {"twice"}).node("Expand", {"x", "shape"}, {"y"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK(curve_of(analysis.memory) == std::vector<std::string>{"16*N", "16*N", "32*N"});
}

TEST_CASE("In place an element-wise node writes over what dies there") {
  const auto measured = [](bool in_place) {
    NetworkBuilder net;
    net.input("x", {10}).input("row", {1});
    net.node("Relu", {"x"}, {"a"}).node("Gelu", {"a"}, {"b"}).node("Add", {"row", "b"}, {"c"}).node("Softmax", {"c"}, {"d"});
    net.node("Add", {"c", "d"}, {"e"}).node("Sub", {"e", "x"}, {"f"});
    AnalysisOptions options;
    options.in_place = in_place;
    return curve_of(analyze(net.take(), {}, options).memory);
  };
  CHECK(measured(false) == std::vector<std::string>{"84", "124", "124", "120", "160", "120"});
  // x is read again, and Softmax looks at the whole row: neither is written over.
  CHECK(measured(true) == std::vector<std::string>{"84", "84", "84", "120", "120", "80"});
}

TEST_CASE("Alive bytes are those of a simulation on random networks") {
  std::mt19937 random(20261125);
  for (std::size_t round = 0; round < 200; ++round) {
    const Analysis analysis = analyze(random_network(random, 1 + round % 25), {});
    REQUIRE(testing::errors_of(analysis).empty());
    const Memory& memory = analysis.memory;
    const Simulation simulation(analysis, memory.order);
    memory.for_each_step([&](std::uint32_t step, const Dim& bytes) {
      CHECK(bytes == simulation.bytes_at(step));
      std::set<TensorId> alive;
      for (const std::uint32_t buffer : memory.alive_at(step)) alive.insert(memory.buffers.all[buffer].tensor);
      CHECK(alive == simulation.alive_at(step));
    });
    CHECK(memory.is_complete);
    CHECK(memory.peak->number() == simulation.peak({}));
    CHECK(memory.peaks.size() == 1);
    CHECK(memory.peaks[0].bytes == *memory.peak);
  }
}

TEST_CASE("A symbolic peak, with its symbols bound, is the peak of that size") {
  std::mt19937 random(7);
  int with_several = 0;
  for (int round = 0; round < 100; ++round) {
    // Lengths in N beside a branch of lengths that are plain numbers: which of them is larger depends on N.
    NetworkBuilder net;
    const Dim n = Dim::symbol("N");
    std::uniform_int_distribution<std::int64_t> size(1, 60);
    net.input("x", {n}).input("y", {size(random)});
    std::string x = "x", y = "y";
    for (int i = 0; i < 6; ++i) {
      std::string& from = random() % 2 == 0 ? x : y;
      const std::string name = "t" + std::to_string(i);
      net.node("Concat", {from, from}, {name}, {net.integer("axis", 0)}).node("Relu", {name}, {name + "r"});
      net.node("ReduceSum", {name + "r"}, {name + "s"}, {net.integer("keepdims", 1)});
      from = random() % 3 == 0 ? name + "s" : name + "r";
    }
    net.output(x).output(y);
    const Analysis analysis = analyze(net.take(), {});
    REQUIRE(analysis.memory.peak);
    with_several += analysis.memory.peaks.size() > 1 ? 1 : 0;
    const Simulation simulation(analysis, analysis.memory.order);
    for (const int value : {0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 1000}) {
      const Bindings bindings{{"N", value}};
      CHECK(analysis.memory.peak->substitute(bindings).number() == simulation.peak(bindings));
    }
  }
  CHECK(with_several > 10);
}

TEST_CASE("A peak of too many shapes stays open") {
  NetworkBuilder net;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    net.input("x" + number, {1, 1});
    net.node("Expand", {"x" + number, "s" + number}, {"y" + number});
    net.input("s" + number, {2}, DataType::int64);
    net.node("ReduceSum", {"y" + number}, {"z" + number});
    net.output("z" + number);
  }
  const Analysis analysis = analyze(net.take(), {});
  CHECK_FALSE(analysis.memory.peak);
  CHECK(analysis.memory.peaks.empty());
}

TEST_CASE("A tensor of unknown size makes the peak a lower bound") {
  NetworkBuilder net(21, "acme");
  net.input("x", {100}).node("Mystery", {"x"}, {"y"}, {}, "acme").node("Relu", {"y"}, {"z"});
  const Analysis analysis = analyze(net.take(), {});
  CHECK_FALSE(analysis.memory.is_complete);
  CHECK(analysis.memory.peak->text() == "400");
}

}  // namespace macroscope
