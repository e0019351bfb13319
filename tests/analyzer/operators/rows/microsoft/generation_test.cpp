#include "catch.h"
#include "contrib_case.h"

namespace macroscope {
namespace {

using testing::Contrib;
using testing::figures;
using testing::macs_of;
using testing::moved;
using testing::type_of;

/// A decoder as a graph of its own: one product that gives the scores of `words` for each of `rows`, 12 MACs a row and word.
GraphId add_decoder(Network& network, std::int64_t rows, std::int64_t words) {
  const auto id = static_cast<GraphId>(network.graphs.size());
  Graph& graph = network.graphs.emplace_back();
  graph.name = "decoder";
  graph.parent = 0;
  for (const std::string_view name : {"ids", "weight", "logits"}) {
    Tensor tensor;
    tensor.name = name;
    graph.tensors.push_back(tensor);
  }
  graph.inputs = {0, 1};
  graph.outputs = {2};
  graph.declared = {{0, Type::tensor(DataType::float32, Shape{rows, 1, 12})},
                    {1, Type::tensor(DataType::float32, Shape{12, words})}};
  Node node;
  node.op = "MatMul";
  node.inputs = network.keep(std::span<const TensorId>(std::vector<TensorId>{0, 1}));
  node.outputs = network.keep(std::span<const TensorId>(std::vector<TensorId>{2}));
  graph.nodes.push_back(node);
  complete(network, id);
  return id;
}

struct Generated {
  std::string_view op;
  std::vector<std::string> inputs;
  int outputs = 1;
  std::int64_t model_type = 0;
};

Analysis generate(const Generated& how) {
  testing::NetworkBuilder net(Contrib::kNewestVersion, testing::kMicrosoft);
  net.input("ids", {Dim::symbol("N"), Dim::symbol("S")}, DataType::int32);
  for (const auto& [name, value] : {std::pair("max", 20), std::pair("beams", 3), std::pair("returned", 2)})
    net.stored(name, {1}, DataType::int32, Value(Integers{Dim(value)}));
  Network network = net.take();
  const GraphId decoder = add_decoder(network, 5, 50);
  Graph& main = network.graphs.front();
  std::vector<TensorId> inputs, outputs;
  for (const std::string& name : how.inputs) {
    TensorId found = kAbsent;
    for (TensorId id = 0; id < main.tensors.size(); ++id)
      if (main.tensors[id].name == name) found = id;
    inputs.push_back(found);
  }
  for (int index = 0; index < how.outputs; ++index) {
    Tensor tensor;
    tensor.name = network.keep(std::string_view("o" + std::to_string(index)));
    outputs.push_back(static_cast<TensorId>(main.tensors.size()));
    main.tensors.push_back(tensor);
  }
  const std::vector<Attribute> attributes{{"decoder", decoder}, {"model_type", how.model_type}};
  Node node;
  node.op = how.op;
  node.domain = testing::kMicrosoft;
  node.inputs = network.keep(std::span<const TensorId>(inputs));
  node.outputs = network.keep(std::span<const TensorId>(outputs));
  node.attributes = network.keep(std::span<const Attribute>(attributes));
  main.nodes.push_back(node);
  main.outputs = outputs;
  complete(network, 0);
  return analyze(std::move(network), {});
}

TEST_CASE("a search runs its decoder an unknown number of times and chooses among all words each time") {
  const Analysis beams = generate({"BeamSearch", {"ids", "max", "", "beams", "returned"}, 3});
  CHECK(type_of(beams, "o0") == "int32 [N, 2, 20]");
  CHECK(type_of(beams, "o1") == "float32 [N, 2]");
  CHECK(type_of(beams, "o2") == "float32 [20 - S, N, 3, 50]");
  REQUIRE(beams.costs.complete);
  // Three iterations: each 5 rows of the decoder by 12 by 50, and for 3 beams of N sequences a logarithm's softmax, a sum and a choice among 50.
  const Bindings bound{{"o0_trips", 3}, {"N", 4}};
  CHECK(macs_of(beams).substitute(bound) == Dim(3 * 5 * 12 * 50));
  const std::int64_t words = 3 * 4 * 3 * 50;
  CHECK(beams.costs.total.flops_by_kind[0].substitute(bound) == Dim(words * 4));
  CHECK(beams.costs.total.flops_by_kind[3].substitute(bound) == Dim(words * 2));
  CHECK(beams.costs.total.flops_by_kind[4].substitute(bound) == Dim(words));

  const Analysis greedy = generate({"GreedySearch", {"ids", "max"}});
  CHECK(type_of(greedy, "o0") == "int32 [N, 20]");
  CHECK(macs_of(greedy).substitute({{"o0_trips", 7}}) == Dim(7 * 5 * 12 * 50));
  CHECK(greedy.costs.total.flops_by_kind[3].substitute({{"o0_trips", 7}, {"N", 4}}) == Dim(7 * 4 * 50));

  const Analysis sampling = generate({"Sampling", {"ids", "max"}, 2});
  CHECK(type_of(sampling, "o0") == "int32 [N, 20]");
  CHECK(type_of(sampling, "o1") == "float32 [N, 50]");
  CHECK(macs_of(sampling).substitute({{"o0_trips", 7}}) == Dim(7 * 5 * 12 * 50));

  const Analysis whisper = generate({"WhisperBeamSearch", {"ids", "max", "", "beams", "returned"}, 5, 2});
  CHECK(type_of(whisper, "o0") == "int32 [N, 2, 20]");
  CHECK(testing::fact_of(whisper, "o3").type.shape.rank() == 5);
  CHECK(type_of(whisper, "o4") == "float32 [N]");
  CHECK(macs_of(whisper).substitute({{"o0_trips", 3}}) == Dim(3 * 5 * 12 * 50));
}

TEST_CASE("operators around generated tokens") {
  const Dim batch = Dim::symbol("N");
  Contrib repeat;
  CHECK(moved(repeat.input("i", {batch, 5}, DataType::int64)
                  .input("s", {batch, 9})
                  .run("NGramRepeatBlock", {"i", "s"}, {repeat.net.integer("ngram_size", 2)}),
              "o0") == "float32 [N, 9]");

  Contrib bifurcation;
  bifurcation.input("s", {7}, DataType::int64)
      .input("c", {5}, DataType::int64)
      .input("p", {1}, DataType::int64)
      .input("q", {8}, DataType::int64);
  const Analysis merged = bifurcation.run("BifurcationDetector", {"s", "c", "p", "q"}, {}, 2);
  CHECK(testing::fact_of(merged, "o0").type.shape.rank() == 1);
  CHECK(moved(merged, "o1") == "int64 [1]");  // as onnxruntime 1.32 infers

  // Orders 2 and 3, 4 heads each; a history of 2.
  Contrib hashes;
  hashes.input("i", {batch, 6}, DataType::int64).input("m", {3}, DataType::int64).input("v", {8}, DataType::int64);
  const Analysis hashed = hashes.run("NGramHashMapping", {"i", "m", "v"},
                                     {hashes.net.integer("max_ngram_size", 3), hashes.net.integer("n_head_per_ngram", 4)}, 2);
  CHECK(type_of(hashed, "o0") == "int64 [N, 6, 8]");
  CHECK(type_of(hashed, "o1") == "int64 [N, 2]");
  CHECK(figures(hashed) == "macs 0, effective 0");
  Contrib packed;
  packed.input("i", {11}, DataType::int64)
      .input("m", {3}, DataType::int64)
      .input("v", {8}, DataType::int64)
      .input("c", {batch + 1}, DataType::int32);
  const Analysis rows = packed.run("VarlenNGramHashMapping", {"i", "m", "v", "c"},
                                   {packed.net.integer("max_ngram_size", 3), packed.net.integer("n_head_per_ngram", 4),
                                    packed.net.integer("state_update_capacity", 5)},
                                   4);
  CHECK(moved(rows, "o0") == "int64 [11, 8]");
  CHECK(type_of(rows, "o1") == "int64 [N, 2]");
  CHECK(type_of(rows, "o2") == "int32 [N, 2]");
  CHECK(type_of(rows, "o3") == "int64 [N, 5, 2]");

  Contrib commit;
  commit.input("n", {2, 4}, DataType::int64)
      .input("i", {2, 4}, DataType::int64)
      .input("s", {1}, DataType::int32)
      .input("c", {32}, DataType::int64);
  commit.input("x", {4}, DataType::int64).input("p", {32}, DataType::int64).input("r", {2}, DataType::int64);
  const Analysis committed = commit.run("SpeculativePrefixCommit", {"n", "i", "s", "c", "x", "p", "r"}, {}, 3);
  CHECK(moved(committed, "o0") == "int32 [2]");
  CHECK(type_of(committed, "o1") == "int64 [32]");
  CHECK(type_of(committed, "o2") == "int64 [4]");
}

}  // namespace
}  // namespace macroscope
