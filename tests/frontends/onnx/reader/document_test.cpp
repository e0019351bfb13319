#include "frontends/onnx/reader/document.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "onnx_bytes.h"
#include "temporary_file.h"

namespace macroscope::test {
namespace {

using namespace std::string_literals;
using onnx::Document;
using onnx::GraphView;
namespace s = macroscope::onnx::schema;

onnx::DocumentResult read_bytes(std::string_view bytes, std::string_view path = {}) {
  return onnx::read_document(onnx::Source::of_bytes({bytes.begin(), bytes.end()}), path);
}

Document document_of(std::string_view bytes) {
  auto result = read_bytes(bytes);
  if (const auto* refusal = std::get_if<Diagnostic>(&result)) FAIL(refusal->message);
  return std::get<Document>(std::move(result));
}

Diagnostic refusal_of(std::string_view bytes, std::string_view path = {}) {
  auto result = read_bytes(bytes, path);
  REQUIRE(std::holds_alternative<Diagnostic>(result));
  Diagnostic refusal = std::get<Diagnostic>(std::move(result));
  CHECK(refusal.severity == Severity::error);
  CHECK_FALSE(refusal.message.empty());
  return refusal;
}

/// The small model with `extra` as another field of the model.
std::string with_field(std::string_view extra) { return model_bytes(small_graph_bytes()) + std::string(extra); }

void check_small(const Document& document) {
  const GraphView& graph = *document.model.graph;
  REQUIRE(graph.nodes.size() == 1);
  CHECK(graph.nodes.begin()->op_type == "Relu");
  CHECK(graph.inputs.size() == 1);
}

TEST_CASE("a small model is read as it was written", "[onnx][document]") {
  const Document document = document_of(model_bytes(small_graph_bytes()));
  CHECK(document.model.ir_version == 8);
  REQUIRE(document.model.operator_sets.size() == 1);
  CHECK(document.model.operator_sets.begin()->version == 17);
  const GraphView& graph = *document.model.graph;
  CHECK(graph.name == "small");
  const onnx::ValueInfoView& input = *graph.inputs.begin();
  CHECK(input.name == "x");
  REQUIRE(input.type.dims.size() == 2);
  CHECK(std::get<onnx::Text>(input.type.dims[0]) == "N");
  CHECK(std::get<std::int64_t>(input.type.dims[1]) == 4);
  const onnx::NodeView& node = *graph.nodes.begin();
  CHECK(node.name == "only");
  CHECK(node.inputs[0] == "x");
  CHECK(node.outputs[0] == "y");
}

TEST_CASE("a model cut off at any byte is refused, and never read past", "[onnx][document]") {
  const std::string whole = model_bytes(small_graph_bytes());
  const std::size_t head = model_head_bytes().str().size();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO("length " << length);
    const Diagnostic refusal = refusal_of(std::string_view(whole).substr(0, length));
    if (length > head) CHECK(refusal.code == "malformed-model");
  }
}

TEST_CASE("what is not ONNX is refused by its name, with the way to an ONNX file", "[onnx][document]") {
  const auto [bytes, path, word] = GENERATE(table<std::string, std::string, std::string>({
      {"", "model.onnx", "empty"},
      {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "model.onnx", "PNG"},
      {"PK\x03\x04\x14\0\0\0"s, "model.pt", "PyTorch"},
      {"\x1f\x8b\x08\0"s, "model.onnx", "gzip"},
      {"\x1c\0\0\0TFL3\x14\0"s, "model", "TensorFlow Lite"},
      {"\x1c\0\0\0ORTM\x14\0"s, "model", "ONNX Runtime"},
      {"GGUF\x03\0\0\0"s, "model", "GGUF"},
      {"\x40\0\0\0\0\0\0\0{\"__metadata__\":"s, "model", "safetensors"},
      {"\x89HDF\r\n\x1a\n"s, "model", "HDF5"},
      {"\xff\xff\xff\xff\xff\xff"s, "weights.safetensors", "safetensors"},
      {"version https://git-lfs.github.com/spec/v1\n", "model.onnx", "Git LFS"},
      {"# a readme, not a model\n", "README.md", "text"},
      {std::string(64, '\0'), "model.onnx", ""},
  }));
  INFO(path);
  const Diagnostic refusal = refusal_of(bytes, path);
  CHECK_THAT(refusal.message, contains_text(word));
  CHECK_FALSE(refusal.help.empty());
}

TEST_CASE("a message of another kind is no model", "[onnx][document]") {
  CHECK(refusal_of(Bytes().number(1, 8).str()).message == "the model has no graph");
  CHECK(refusal_of(Bytes().text(2, "name").str()).message == "this is not an ONNX model");
  // Files without ir_version exist; a graph with a node and nothing else is still one.
  check_small(document_of(Bytes().message(s::ModelProto::kGraph, small_graph_bytes()).str()));
}

TEST_CASE("fields that the schema does not know are passed over, groups among them", "[onnx][document]") {
  check_small(document_of(
      with_field(Bytes().number(100, 5).text(101, "x").real(102, 1).raw(varint(103 << 3 | 1)).raw("12345678").str())));
  check_small(document_of(with_field(Bytes().begin_group(99).number(1, 5).begin_group(2).end_group(2).end_group(99).str())));
  SECTION("a known field of another wire type is an unknown field") {
    check_small(document_of(with_field(Bytes().text(s::ModelProto::kIrVersion, "x").number(s::ModelProto::kGraph, 3).str())));
  }
  SECTION("groups that are not closed, not opened, or closed as others are refused") {
    CHECK(refusal_of(with_field(Bytes().begin_group(99).number(1, 5).str())).message == "group 99 is not closed");
    CHECK(refusal_of(with_field(Bytes().end_group(99).str())).message == "group 99 ends where none began");
    CHECK(refusal_of(with_field(Bytes().begin_group(99).end_group(98).str())).message == "group 99 is closed as group 98");
  }
  SECTION("a hundred groups may nest, no more") {
    Bytes groups;
    for (int i = 0; i < 100; ++i) groups.begin_group(99);
    Bytes ends;
    for (int i = 0; i < 100; ++i) ends.end_group(99);
    check_small(document_of(with_field(groups.str() + ends.str())));
    CHECK(refusal_of(with_field(Bytes().begin_group(99).raw(groups.str()).raw(ends.str()).end_group(99).str())).code ==
          "nested-too-deep");
    CHECK(refusal_of(with_field(std::string(100000, '\x0b'))).code == "nested-too-deep");
  }
}

TEST_CASE("numbers are as long as protobuf lets them be", "[onnx][document]") {
  const std::string ir_version = varint(s::ModelProto::kIrVersion << 3U);
  check_small(document_of(with_field(varint(s::ModelProto::kIrVersion << 3U, 5) + varint(9))));
  CHECK(refusal_of(with_field(varint(s::ModelProto::kIrVersion << 3U, 6) + varint(9))).message ==
        "a tag takes more than five bytes");
  CHECK(document_of(with_field(ir_version + varint(9, 10))).model.ir_version == 9);
  CHECK(refusal_of(with_field(ir_version + varint(9, 11))).message == "a number takes more than ten bytes");
  CHECK(refusal_of(with_field(ir_version + "\x80")).message == "a number is cut off");
  const std::string producer = varint(s::ModelProto::kProducerName << 3U | 2U);
  CHECK(document_of(with_field(producer + varint(2, 5) + "me")).model.producer_name == "me");
  CHECK(refusal_of(with_field(producer + varint(2, 8) + "me")).message == "a length takes more than five bytes");
  CHECK(refusal_of(with_field(std::string("\0\0", 2))).message == "a field has the number 0");
  CHECK(refusal_of(with_field("\x0e")).message == "wire type 6 does not exist");
}

TEST_CASE("a length that lies is an error before anything is allocated", "[onnx][document]") {
  const std::string producer = varint(s::ModelProto::kProducerName << 3U | 2U);
  for (const std::uint64_t length :
       {std::uint64_t{3}, std::uint64_t{0x7fffffff}, std::uint64_t{1} << 40U, ~std::uint64_t{0} >> 1U, ~std::uint64_t{0}})
    CHECK_THAT(refusal_of(with_field(producer + varint(length) + "me")).message, contains_text("has 2 left"));
  // One that reaches into what follows its message.
  const std::string node = varint(s::NodeProto::kOpType << 3U | 2U) + varint(6) + "Relu";
  CHECK_THAT(refusal_of(model_bytes(Bytes().text(s::GraphProto::kNode, node).text(s::GraphProto::kName, "behind"))).message,
             contains_text("has 4 left"));
}

TEST_CASE("what stands twice is merged as protobuf merges it", "[onnx][document]") {
  const Bytes first = Bytes().text(s::GraphProto::kName, "a").message(s::GraphProto::kNode, node_bytes("Relu", {"x"}, {"y"}));
  const Bytes second = Bytes().text(s::GraphProto::kName, "b").message(s::GraphProto::kNode, node_bytes("Abs", {"y"}, {"z"}));
  const Document document =
      document_of(model_head_bytes().message(s::ModelProto::kGraph, first).message(s::ModelProto::kGraph, second).str());
  const GraphView& graph = *document.model.graph;
  CHECK(graph.name == "b");
  REQUIRE(graph.nodes.size() == 2);
  CHECK((++graph.nodes.begin())->op_type == "Abs");

  SECTION("lists of numbers, packed or not, go on; of single values the last holds") {
    Bytes tensor = tensor_bytes("w", 1, {2});
    tensor.text(s::TensorProto::kDims, varint(3) + varint(4)).number(s::TensorProto::kDims, 5);
    tensor.text(s::TensorProto::kRawData, "12345678").text(s::TensorProto::kRawData, "1234");
    const Document other = document_of(model_bytes(Bytes().message(s::GraphProto::kInitializer, tensor)));
    const onnx::TensorView& view = *other.model.graph->initializers.begin();
    CHECK(std::vector<std::int64_t>(view.dims.begin(), view.dims.end()) == std::vector<std::int64_t>{2, 3, 4, 5});
    CHECK(view.payload.most == 4);
  }
}

/// A graph with an If whose branch holds the next one, `levels` deep.
Bytes nested_graph(int levels) {
  Bytes graph = Bytes().message(s::GraphProto::kNode, node_bytes("Relu", {"x"}, {"y"}));
  for (int level = 0; level < levels; ++level) {
    Bytes node = node_bytes("If", {"c"}, {"y"});
    node.message(s::NodeProto::kAttribute, graph_attribute_bytes("then_branch", graph));
    graph = Bytes().message(s::GraphProto::kNode, node);
  }
  return graph;
}

TEST_CASE("graphs nest as deep as protobuf lets them", "[onnx][document]") {
  Document document = document_of(model_bytes(nested_graph(32)));
  const GraphView* graph = document.model.graph;
  int levels = 0;
  for (; graph->nodes.begin()->op_type == "If"; ++levels)
    graph = std::get<const GraphView*>(graph->nodes.begin()->attributes[0].content);
  CHECK(levels == 32);
  for (const int deep : {33, 100, 1000}) {
    const Diagnostic refusal = refusal_of(model_bytes(nested_graph(deep)));
    CHECK(refusal.code == "nested-too-deep");
    CHECK_FALSE(refusal.help.empty());
  }
}

TEST_CASE("an attribute holds what its type says", "[onnx][document]") {
  const auto content = [](const Bytes& attribute) {
    Bytes node = node_bytes("Any", {}, {"y"});
    node.message(s::NodeProto::kAttribute, attribute);
    const Document document = document_of(model_bytes(Bytes().message(s::GraphProto::kNode, node)));
    return document.model.graph->nodes.begin()->attributes[0].content;
  };
  const auto type = [](s::AttributeType t) { return Bytes().number(s::AttributeProto::kType, static_cast<std::int64_t>(t)); };
  CHECK(std::get<std::int64_t>(content(type(s::AttributeType::kInt))) == 0);
  CHECK(std::get<std::int64_t>(content(Bytes().number(s::AttributeProto::kI, 7))) == 7);  // files of old have no type
  CHECK(std::holds_alternative<std::monostate>(content(Bytes().number(s::AttributeProto::kI, 7).real(s::AttributeProto::kF, 1))));
  CHECK(std::holds_alternative<std::monostate>(content(type(s::AttributeType::kGraph).number(s::AttributeProto::kI, 7))));
  CHECK(std::get<onnx::LongTextView>(
            content(type(s::AttributeType::kString).text(s::AttributeProto::kS, std::string(2 << 20, 'A'))))
            .length == 2 << 20);
}

TEST_CASE("weights are located, not read; short integers are kept", "[onnx][document]") {
  Bytes weight = tensor_bytes("w", 1, {1 << 18});
  weight.text(s::TensorProto::kRawData, std::string(1 << 20, '\0'));
  Bytes shape = tensor_bytes("shape", 7, {2});
  shape.text(s::TensorProto::kInt64Data, varint(1) + varint(~std::uint64_t{0}));
  const TemporaryDirectory directory;
  const auto result = onnx::read_document(directory.file(
      "model.onnx",
      model_bytes(Bytes().message(s::GraphProto::kInitializer, weight).message(s::GraphProto::kInitializer, shape))));
  REQUIRE(std::holds_alternative<Document>(result));
  const Document& document = std::get<Document>(result);
  CHECK(document.source->bytes_read() < 20000);
  auto tensor = document.model.graph->initializers.begin();
  CHECK(tensor->payload.first.length == 1 << 20);
  CHECK(tensor->payload.first.bytes == nullptr);
  ++tensor;
  CHECK(tensor->payload.fewest == 2);
  CHECK(tensor->payload.most == 2);
  REQUIRE(tensor->payload.first.bytes != nullptr);
  CHECK(std::string_view(tensor->payload.first.bytes, 1) == "\1");
}

}  // namespace
}  // namespace macroscope::test
