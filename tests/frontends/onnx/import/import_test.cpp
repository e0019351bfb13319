#include "frontends/onnx/import/import.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "analyzer/passes/shapes/shapes.h"
#include "catch.h"
#include "onnx_bytes.h"

namespace macroscope::test {
namespace {

using onnx::Import;
namespace s = macroscope::onnx::schema;
constexpr auto kFloat = static_cast<std::int64_t>(s::DataType::kFloat);
constexpr auto kInt64 = static_cast<std::int64_t>(s::DataType::kInt64);

Import import_bytes(const std::string& bytes) {
  auto result = onnx::read_document(onnx::Source::of_bytes({bytes.begin(), bytes.end()}));
  if (const auto* refusal = std::get_if<Diagnostic>(&result)) FAIL(refusal->message);
  return onnx::import_document(std::get<onnx::Document>(std::move(result)));
}

std::vector<std::string> codes(const Import& import) {
  std::vector<std::string> all;
  for (const Diagnostic& diagnostic : import.diagnostics) all.emplace_back(diagnostic.code);
  return all;
}
using Codes = std::vector<std::string>;

Import import_graph(const Bytes& graph) { return import_bytes(model_bytes(graph)); }
Bytes& input(Bytes& graph, std::string_view name, const std::vector<Extent>& shape) {
  return graph.message(s::GraphProto::kInput, value_bytes(name, kFloat, shape));
}
Bytes& output(Bytes& graph, std::string_view name) { return graph.message(s::GraphProto::kOutput, untyped_value_bytes(name)); }
Bytes& node(Bytes& graph, const Bytes& bytes) { return graph.message(s::GraphProto::kNode, bytes); }
Bytes& initializer(Bytes& graph, const Bytes& tensor) { return graph.message(s::GraphProto::kInitializer, tensor); }

const Declaration& declaration_of(const Graph& graph, std::string_view name) {
  const auto found = std::find_if(graph.declared.begin(), graph.declared.end(),
                                  [&](const Declaration& d) { return graph.tensors[d.tensor].name == name; });
  REQUIRE(found != graph.declared.end());
  return *found;
}

TEST_CASE("a small model becomes a network with its names as numbers", "[onnx][import]") {
  const Import import = import_bytes(model_bytes(small_graph_bytes()));
  CHECK(import.diagnostics.empty());
  const Network& network = *import.network;
  CHECK(network.information.format == "onnx");
  CHECK(network.information.name == "small");
  CHECK(network.information.ir_version == 8);
  REQUIRE(network.operator_sets.size() == 1);
  CHECK(network.operator_sets[0].version == 17);
  const Graph& graph = network.main();
  REQUIRE(graph.nodes.size() == 1);
  CHECK(graph.nodes[0].op == "Relu");
  CHECK(graph.nodes[0].inputs[0] == graph.inputs[0]);
  CHECK(graph.nodes[0].outputs[0] == graph.outputs[0]);
  CHECK(graph.tensors[graph.outputs[0]].producer == 0);
  CHECK(graph.order == std::vector<NodeId>{0});
  CHECK(declaration_of(graph, "x").type.shape == Shape{Dim::symbol("N"), 4});
}

TEST_CASE("an initializer that an input has the name of is a stored tensor, not an input", "[onnx][import]") {
  Bytes graph;
  input(input(graph, "x", {2, 4}), "w", {4});
  initializer(graph, tensor_bytes("w", kFloat, {4}).text(s::TensorProto::kRawData, std::string(16, '\0')));
  output(node(graph, node_bytes("Mul", {"x", "w"}, {"y"})), "y");
  const Import import = import_graph(graph);
  CHECK(import.diagnostics.empty());
  const Graph& main = import.network->main();
  REQUIRE(main.inputs.size() == 1);
  CHECK(main.tensors[main.inputs[0]].name == "x");
  REQUIRE(main.stored.size() == 1);
  CHECK(main.tensors[main.nodes[0].inputs[1]].stored == 0);
}

TEST_CASE("each value is made once and before it is taken", "[onnx][import]") {
  Bytes graph;
  input(graph, "x", {2});
  SECTION("two inputs of one name") {
    input(graph, "x", {3});
    CHECK(codes(import_graph(graph)) == Codes{"duplicate-name"});
  }
  SECTION("two initializers of one name") {
    initializer(initializer(graph, tensor_bytes("w", kFloat, {1})), tensor_bytes("w", kFloat, {1}));
    CHECK(codes(import_graph(graph)) == Codes{"duplicate-name"});
  }
  SECTION("a node that makes an input") {
    const Import import = import_graph(node(graph, node_bytes("Relu", {"x"}, {"x"})));
    CHECK(codes(import) == Codes{"duplicate-name"});
    CHECK(import.network->main().nodes.size() == 1);
  }
  SECTION("two nodes that make one value") {
    node(node(graph, node_bytes("Relu", {"x"}, {"y"})), node_bytes("Abs", {"x"}, {"y"}));
    CHECK(codes(import_graph(graph)) == Codes{"duplicate-name"});
  }
  SECTION("an input that nothing makes") {
    const Import import = import_graph(node(graph, node_bytes("Add", {"x", "nowhere"}, {"y"}, "sum")));
    CHECK(codes(import) == Codes{"undefined-name"});
    CHECK(text_of(import.diagnostics[0].origin) == "node 0 'sum' (Add)");
    CHECK_THAT(import.diagnostics[0].message, contains_text("'nowhere'"));
  }
  SECTION("an output that nothing makes") { CHECK(codes(import_graph(output(graph, "y"))) == Codes{"undefined-name"}); }
  SECTION("a cycle of two nodes") {
    node(node(graph, node_bytes("Relu", {"b"}, {"a"})), node_bytes("Relu", {"a"}, {"b"}));
    const Import import = import_graph(graph);
    CHECK(codes(import) == Codes{"cycle"});
    CHECK(import.network->main().order.size() == 2);
  }
  SECTION("a node that takes its own output") {
    CHECK(codes(import_graph(node(graph, node_bytes("Add", {"x", "y"}, {"y"})))) == Codes{"cycle"});
  }
  SECTION("a node without an operator") {
    CHECK(codes(import_graph(node(graph, node_bytes("", {"x"}, {"y"})))) == Codes{"missing-operator"});
  }
  SECTION("nodes in another order are sorted") {
    node(node(graph, node_bytes("Relu", {"a"}, {"b"})), node_bytes("Abs", {"x"}, {"a"}));
    const Import import = import_graph(graph);
    CHECK(codes(import) == Codes{"unsorted-nodes"});
    CHECK(import.diagnostics[0].severity == Severity::warning);
    CHECK(import.network->main().order == std::vector<NodeId>{1, 0});
  }
}

TEST_CASE("a file that is wrong everywhere does not repeat itself without end", "[onnx][import]") {
  Bytes graph;
  for (int i = 0; i < 1000; ++i) node(graph, node_bytes("Relu", {"nowhere" + std::to_string(i)}, {}));
  const Import import = import_graph(graph);
  CHECK(import.diagnostics.size() == 101);
  CHECK(import.diagnostics.back().message == "and 900 more like these");
}

TEST_CASE("a nested graph takes values of the graphs around it", "[onnx][import]") {
  Bytes innermost;
  output(node(innermost, node_bytes("Add", {"x", "a"}, {"b"})), "b");
  Bytes inner_if = node_bytes("If", {"c"}, {"d"});
  inner_if.message(s::NodeProto::kAttribute, graph_attribute_bytes("then_branch", innermost));
  Bytes inner;
  output(node(node(inner, node_bytes("Relu", {"x"}, {"a"})), inner_if), "d");
  Bytes outer_if = node_bytes("If", {"c"}, {"y"});
  outer_if.message(s::NodeProto::kAttribute, graph_attribute_bytes("then_branch", inner));
  Bytes graph;
  // The If comes before the node that makes what its branch takes.
  output(node(node(input(graph, "c", {}), outer_if), node_bytes("Abs", {"c"}, {"x"})), "y");
  const Import import = import_graph(graph);
  CHECK(codes(import) == Codes{"unsorted-nodes"});
  const Network& network = *import.network;
  REQUIRE(network.graphs.size() == 3);
  CHECK(network.graphs[1].parent == 0);
  CHECK(network.graphs[2].parent == 1);
  CHECK(network.main().order == std::vector<NodeId>{1, 0});
  const Graph& deepest = network.graphs[2];
  const TensorId x = deepest.nodes[0].inputs[0];
  const TensorId x_between = deepest.tensors[x].outer;
  REQUIRE(x_between != kAbsent);
  const TensorId x_outside = network.graphs[1].tensors[x_between].outer;
  REQUIRE(x_outside != kAbsent);
  CHECK(network.main().tensors[x_outside].name == "x");
  CHECK(network.main().tensors[x_outside].producer == 1);
  const TensorId a = deepest.nodes[0].inputs[1];
  CHECK(network.graphs[1].tensors[deepest.tensors[a].outer].producer == 0);
}

TEST_CASE("a branch that reads the output of its own If is a cycle", "[onnx][import]") {
  Bytes branch;
  output(node(branch, node_bytes("Relu", {"y"}, {"z"})), "z");
  Bytes node_if = node_bytes("If", {"c"}, {"y"});
  node_if.message(s::NodeProto::kAttribute, graph_attribute_bytes("then_branch", branch));
  Bytes graph;
  CHECK(codes(import_graph(output(node(input(graph, "c", {}), node_if), "y"))) == Codes{"cycle"});
}

TEST_CASE("every extent that an input leaves open is a symbol of its own", "[onnx][import][extents]") {
  Bytes graph;
  input(input(graph, "x", {"?", "", "None", -1, 3}), "y", {"?"});
  const Import import = import_graph(graph);
  CHECK(import.diagnostics.empty());
  const auto& shape = declaration_of(import.network->main(), "x").type.shape;
  std::set<std::string> texts;
  for (std::size_t axis = 0; axis < 4; ++axis) {
    CHECK_FALSE(shape[axis].is_number());
    texts.insert(shape[axis].text());
  }
  texts.insert(declaration_of(import.network->main(), "y").type.shape[0].text());
  CHECK(texts.size() == 5);
  CHECK(import.network->symbols.all().size() == 5);
  CHECK(shape[4].is(3));
}

TEST_CASE("an input of extent 0 is taken at its word, and said", "[onnx][import][extents]") {
  Bytes graph;
  const Import import = import_graph(input(graph, "x", {0, 3}));
  CHECK(codes(import) == Codes{"empty-input"});
  CHECK(import.diagnostics[0].severity == Severity::warning);
  CHECK(declaration_of(import.network->main(), "x").type.shape == Shape{0, 3});
}

TEST_CASE("a dim_param is a name unless it is meant as an expression", "[onnx][import][extents]") {
  const auto read = [](const std::string& text, const std::vector<Extent>& others = {}) {
    std::vector<Extent> shape{text};
    shape.insert(shape.end(), others.begin(), others.end());
    Bytes graph;
    const Import import = import_graph(input(graph, "x", shape));
    const Dim extent = declaration_of(import.network->main(), "x").type.shape[0];
    const auto& symbols = import.network->symbols;
    const bool is_name = symbols.find_name(text) != nullptr && extent == Dim::symbol(symbols.find_name(text)->id);
    return is_name ? "name" : extent.text();
  };
  CHECK(read("N") == "name");
  CHECK(read("batch-size") == "name");
  CHECK(read("batch-size", {"batch", "size"}) == "batch - size");
  CHECK(read("past + 1") == "past + 1");
  CHECK(read("past+1") == "past + 1");
  CHECK(read("floor(H/2)") == "floor(H/2)");
  CHECK(read("N * M") == "M*N");
  CHECK(read("N*M") == "name");
  CHECK(read("dim_0-x") == "name");  // the digit is part of a name
  CHECK(read("a b") == "name");
  CHECK(read("x/2") == "name");  // no expression: '/' is inside floor only
  CHECK(read("12") == "12");
  CHECK(read(std::string(10000, 'n')) == "name");
}

TEST_CASE("a symbol is one wherever it is named", "[onnx][import][extents]") {
  Bytes graph;
  input(input(graph, "x", {"batch size", "floor"}), "y", {"batch size", "floor + 1"});
  const Import import = import_graph(graph);
  const Graph& main = import.network->main();
  const Shape& x = declaration_of(main, "x").type.shape;
  const Shape& y = declaration_of(main, "y").type.shape;
  CHECK(x[0] == y[0]);
  CHECK(import.network->symbols.find_id(x[0].text())->name == "batch size");
  CHECK(import.network->symbols.find_name("floor") != nullptr);
}

TEST_CASE("an extent below -1 is an error; what a value is declared as may leave any open", "[onnx][import][extents]") {
  Bytes graph;
  CHECK(codes(import_graph(input(graph, "x", {2, -5}))) == Codes{"negative-dim"});
  Bytes other;
  input(other, "x", {2});
  node(other, node_bytes("Relu", {"x"}, {"y"})).message(s::GraphProto::kOutput, value_bytes("y", kFloat, {"?", 0, 7}));
  const Import import = import_graph(other);
  CHECK(import.network->symbols.all().empty());
  CHECK(declaration_of(import.network->main(), "y").type.shape == Shape{-1, -1, 7});
}

TEST_CASE("an open extent of which nothing else is known is a size that the data tells", "[onnx][import][extents]") {
  Bytes graph;
  input(graph, "x", {2});
  node(graph, node_bytes("NoSuchOperator", {"x"}, {"y"})).message(s::GraphProto::kOutput, value_bytes("y", kFloat, {"?", 7}));
  Import import = import_graph(graph);
  const Shapes shapes = infer_shapes(*import.network, {}, import.diagnostics);
  const Shape& y = shapes.scopes[0].facts[import.network->main().outputs[0]].type.shape;
  REQUIRE(y.rank() == 2);
  REQUIRE(import.network->symbols.find_name("y_dim_0") != nullptr);
  CHECK(y[0] == Dim::symbol(import.network->symbols.find_name("y_dim_0")->id));
  CHECK(y[1].is(7));
}

TEST_CASE("versions that make no sense are said", "[onnx][import]") {
  CHECK(codes(import_bytes(model_bytes(small_graph_bytes(), 0))) == Codes{"bad-opset"});
  CHECK(codes(import_bytes(model_bytes(small_graph_bytes(), 1000))) == Codes{"newer-opset"});
  const std::string again = model_head_bytes(9).message(s::ModelProto::kGraph, small_graph_bytes()).str();
  CHECK(codes(import_bytes(model_head_bytes(17).str() + again)) == Codes{"duplicate-opset"});
  const auto without = [](std::int64_t ir_version) {
    return import_bytes(
        Bytes().number(s::ModelProto::kIrVersion, ir_version).message(s::ModelProto::kGraph, small_graph_bytes()).str());
  };
  CHECK(codes(without(8)) == Codes{"missing-opset"});
  const Import old = without(2);
  CHECK(old.diagnostics.empty());
  CHECK(old.network->operator_sets.at(0).version == 1);
}

TEST_CASE("a function is a graph of its own", "[onnx][import]") {
  Bytes function = Bytes().text(s::FunctionProto::kName, "Twice").text(s::FunctionProto::kDomain, "local");
  function.text(s::FunctionProto::kInput, "a").text(s::FunctionProto::kOutput, "b").text(s::FunctionProto::kAttribute, "alpha");
  function.message(s::FunctionProto::kNode, node_bytes("Add", {"a", "a"}, {"b"}));
  function.message(s::FunctionProto::kOpsetImport,
                   Bytes().text(s::OperatorSetIdProto::kDomain, "ai.onnx").number(s::OperatorSetIdProto::kVersion, 15));
  const std::string model = model_bytes(small_graph_bytes());
  const Import import = import_bytes(model + Bytes().message(s::ModelProto::kFunctions, function).str());
  CHECK(import.diagnostics.empty());
  const Function* found = import.network->find_function("local", "Twice", "");
  REQUIRE(found != nullptr);
  CHECK(import.network->graphs[found->body].nodes.size() == 1);
  CHECK(found->attributes == std::vector<std::string_view>{"alpha"});
  REQUIRE(found->operator_sets.size() == 1);
  CHECK(found->operator_sets[0].domain.empty());
  const Bytes twice = Bytes().message(s::ModelProto::kFunctions, function).message(s::ModelProto::kFunctions, function);
  CHECK(codes(import_bytes(model + twice.str())) == Codes{"duplicate-function"});
}

TEST_CASE("the module path of a node comes from its name or its exporter's scopes", "[onnx][import]") {
  const auto path = [](const Bytes& bytes) {
    Bytes graph;
    const Import import = import_graph(node(input(graph, "x", {1}), bytes));
    return std::string(import.network->main().nodes[0].path);
  };
  CHECK(path(node_bytes("Conv", {"x"}, {"y"}, "/layer1/layer1.0/conv1/Conv")) == "layer1/layer1.0/conv1");
  CHECK(path(node_bytes("Conv", {"x"}, {"y"}, "Conv_17")).empty());
  Bytes scoped = node_bytes("Conv", {"x"}, {"y"}, "node_conv2d");
  scoped.message(s::NodeProto::kMetadataProps,
                 entry_bytes("pkg.torch.onnx.name_scopes", "['', 'layers', 'layers.0', 'layers.0.mlp', 'conv2d']"));
  CHECK(path(scoped) == "layers/0/mlp");
}

TEST_CASE("an attribute without a value of its type is an error", "[onnx][import]") {
  Bytes bad = node_bytes("Any", {"x"}, {"y"});
  bad.message(s::NodeProto::kAttribute,
              Bytes().text(s::AttributeProto::kName, "g").number(s::AttributeProto::kType, 5).number(s::AttributeProto::kI, 1));
  Bytes graph;
  CHECK(codes(import_graph(node(input(graph, "x", {1}), bad))) == Codes{"bad-attribute"});
  Bytes twice = node_bytes("Any", {"x"}, {"y"});
  twice.message(s::NodeProto::kAttribute, integer_attribute_bytes("axis", 1))
      .message(s::NodeProto::kAttribute, integer_attribute_bytes("axis", 2));
  Bytes other;
  CHECK(codes(import_graph(node(input(other, "x", {1}), twice))) == Codes{"duplicate-attribute"});
}

TEST_CASE("nodes whose attributes say the same have one list of them, unless they hold a tensor", "[onnx][import]") {
  Bytes graph;
  input(graph, "x", {1});
  auto add = [&, count = 0](const Bytes& attribute) mutable {
    const std::string name = "y" + std::to_string(count++);
    Bytes made = node_bytes("Any", {"x"}, {name});
    node(
        graph,
        made.message(s::NodeProto::kAttribute, integer_attribute_bytes("first", 1)).message(s::NodeProto::kAttribute, attribute));
  };
  const Bytes tensor = Bytes()
                           .text(s::AttributeProto::kName, "value")
                           .message(s::AttributeProto::kT, tensor_bytes("", kInt64, {0}))
                           .number(s::AttributeProto::kType, static_cast<std::int64_t>(s::AttributeType::kTensor));
  for (const int axis : {1, 2, 1}) add(integer_attribute_bytes("axis", axis));
  add(integer_attribute_bytes("exis", 1));
  for (int copy = 0; copy < 2; ++copy) add(tensor);
  const Import import = import_graph(graph);
  CHECK(import.diagnostics.empty());
  const std::vector<Node>& nodes = import.network->main().nodes;
  REQUIRE(nodes.size() == 6);
  CHECK(nodes[0].attributes.data() == nodes[2].attributes.data());
  CHECK(nodes[0].attributes.data() != nodes[1].attributes.data());
  CHECK(std::get<std::int64_t>(nodes[1].attributes[1].content) == 2);
  CHECK(nodes[3].attributes[1].name == "exis");
  CHECK(nodes[2].attributes[1].name == "axis");
  CHECK(nodes[4].attributes.data() != nodes[5].attributes.data());
}

TEST_CASE("a stored tensor that contradicts itself is an error", "[onnx][import]") {
  const auto import_tensor = [](const Bytes& tensor) {
    Bytes graph;
    return codes(import_graph(initializer(graph, tensor)));
  };
  const auto with_raw = [](Bytes tensor, std::size_t length) {
    return tensor.text(s::TensorProto::kRawData, std::string(length, '\0'));
  };
  CHECK(import_tensor(with_raw(tensor_bytes("w", kFloat, {3, 4}), 48)).empty());
  CHECK(import_tensor(tensor_bytes("w", kFloat, {3, 4})).empty());  // a model without its weights
  CHECK(import_tensor(with_raw(tensor_bytes("w", kFloat, {3, 4}), 100)) == Codes{"payload-size"});
  CHECK(import_tensor(tensor_bytes("w", kFloat, {3, 4}).real(s::TensorProto::kFloatData, 1)) == Codes{"payload-size"});
  CHECK(import_tensor(tensor_bytes("w", kFloat, {1}).number(s::TensorProto::kInt64Data, 1)) == Codes{"payload-field"});
  CHECK(import_tensor(with_raw(tensor_bytes("w", kFloat, {1}), 4).real(s::TensorProto::kFloatData, 1)) ==
        Codes{"ambiguous-payload"});
  CHECK(import_tensor(tensor_bytes("w", kFloat, {3, -4})) == Codes{"negative-dim"});
  CHECK(import_tensor(tensor_bytes("w", 99, {3})) == Codes{"unknown-type"});
  CHECK(import_tensor(tensor_bytes("w", kFloat, {std::int64_t{1} << 62, std::int64_t{1} << 62})) == Codes{"tensor-too-large"});
  CHECK(import_tensor(tensor_bytes("w", kFloat, {0, std::int64_t{1} << 62, std::int64_t{1} << 62})).empty());
  CHECK(import_tensor(with_raw(tensor_bytes("w", 22, {5}), 3)).empty());  // five times four bits
  // 5000 numbers of at most 10 bytes: their count is bounded, not known.
  CHECK(import_tensor(tensor_bytes("w", kInt64, {5000}).text(s::TensorProto::kInt64Data, std::string(5000, '\1'))).empty());
  CHECK(import_tensor(tensor_bytes("w", kInt64, {5001}).text(s::TensorProto::kInt64Data, std::string(5000, '\1'))) ==
        Codes{"payload-size"});
}

}  // namespace
}  // namespace macroscope::test
