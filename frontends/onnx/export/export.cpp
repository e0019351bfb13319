#include "frontends/onnx/export/export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include "analyzer/passes/cost/storage.h"
#include "frontends/onnx/export/tensor_bytes.h"
#include "frontends/onnx/export/write_attribute.h"

namespace macroscope::onnx {
namespace {

using protozero::pbf_writer;

/// What protobuf's messages can hold at most.
constexpr std::int64_t kMaxBytes = (std::int64_t{1} << 31U) - (1 << 20);
constexpr std::int64_t kIrVersion = 11;
constexpr int kMaxDepth = 64;

class Export {
 public:
  Export(const Network& network, const Shapes& shapes, const ExportOptions& options)
      : network_(network), shapes_(shapes), options_(options) {}

  Exported run() {
    check_functions();
    for (GraphId graph = 0; graph < network_.graphs.size(); ++graph) check(graph);
    check_size();
    report_symbols();
    Exported exported;
    if (!has_errors(diagnostics_)) exported.bytes = model();
    if (has_errors(diagnostics_)) exported.bytes.reset();
    exported.diagnostics = std::move(diagnostics_);
    return exported;
  }

 private:
  void error(std::string message, std::string help = {}, Origin origin = {}) {
    diagnostics_.push_back({Severity::error, "not-exportable", std::move(message), std::move(origin), std::move(help)});
  }

  // What is in the way, all of it at once.

  void check_functions() {
    if (!network_.functions.empty()) error("the model has functions of its own, whose attributes' types are not known");
  }

  void need(const Dim& dim) {
    for (std::string& symbol : dim.symbols()) needed_.insert(std::move(symbol));
  }

  void check(GraphId id) {
    const Graph& graph = network_.graphs[id];
    if (graph.repetition) need(graph.repetition->count);
    for (NodeId node = 0; node < graph.nodes.size(); ++node)
      if (!graph.is_side(node)) check(graph.nodes[node]);
    for (const StoredTensor& stored : graph.stored) check(stored);
  }

  void check_size() {
    if (weight_bytes_ >= kMaxBytes)
      error("the weights are 2 GiB or more, which one ONNX file cannot hold", "--no-weights leaves them out");
  }

  void check(const StoredTensor& stored) {
    Dim size = shape_of(stored).elements();
    if (bits_of(stored.dtype)) size = bytes_of(stored.dtype, size);
    if (size.is_number() && !is_absent(stored))
      weight_bytes_ = std::min(weight_bytes_ + std::min(*size.number(), kMaxBytes), kMaxBytes);
    if (stored.sparse) error(fmt::format("'{}' is sparse", stored.name));
    if (stored.dtype != DataType::string && !bits_of(stored.dtype))
      error(fmt::format("the elements of '{}' have a type that is not known", stored.name));
    if (stored.symbolic_shape != nullptr)
      for (const Dim& extent : *stored.symbolic_shape) need(extent);
    const ValuePointer content = network_.content(stored);
    if (content == nullptr) return;
    if (const Integers* integers = content->integers())
      for (const auto& element : *integers)
        if (element) need(*element);
    if (const Reals* reals = content->reals())
      for (const auto& element : *reals)
        if (element && !element->number()) {
          need(element->whole().value_or(0));
          has_quotients_ = has_quotients_ || !element->whole();
        }
  }

  void check(const Node& node) {
    for (const Attribute& attribute : node.attributes) {
      if (const auto* symbolic = std::get_if<const Dim*>(&attribute.content)) need(**symbolic);
      if (const auto* list = std::get_if<std::span<const Dim>>(&attribute.content))
        for (const Dim& element : *list) need(element);
      if (const auto* stored = std::get_if<const StoredTensor*>(&attribute.content)) check(**stored);
      if (!is_writable(attribute))
        error(fmt::format("attribute '{}' has a content that was not kept", attribute.name), {},
              NodeOrigin{{}, node.file_index, std::string(node.name), std::string(node.op)});
    }
  }

  void report_symbols() {
    std::vector<std::string> names;
    for (const std::string& id : needed_) {
      const Symbol* symbol = network_.symbols.find_id(id);
      if (symbol == nullptr || symbol->origin != SymbolOrigin::loop) names.push_back(symbol == nullptr ? id : symbol->name);
    }
    if (!names.empty())
      error(fmt::format("the sizes of weights and attributes depend on {}", fmt::join(names, ", ")),
            fmt::format("give {} a number: --set {}=8", names.size() == 1 ? "it" : "each", fmt::join(names, "=8,")));
    if (names.empty() && has_quotients_) error("a stored tensor holds a quotient of symbols");
  }

  // Writing.

  std::string model() {
    std::string bytes;
    pbf_writer model(bytes);
    const std::int64_t ir_version = network_.information.ir_version;
    model.add_int64(schema::ModelProto::kIrVersion, ir_version > 0 ? ir_version : kIrVersion);
    for (const OperatorSet& set : network_.operator_sets) {
      pbf_writer imported(model, schema::ModelProto::kOpsetImport);
      add_text(imported, schema::OperatorSetIdProto::kDomain, set.domain);
      imported.add_int64(schema::OperatorSetIdProto::kVersion, set.version);
    }
    add_text(model, schema::ModelProto::kProducerName, "macroscope");
    write_main(model);
    return bytes;
  }

  void write_main(pbf_writer& model) {
    pbf_writer graph(model, schema::ModelProto::kGraph);
    write(graph, 0, 0);
  }

  /// ONNX wants one, and a message of nothing at all is left out.
  [[nodiscard]] std::string_view name_of(const Graph& graph) const {
    const std::string_view model = network_.information.name;
    return !graph.name.empty() ? std::string_view(graph.name) : !model.empty() ? model : "graph";
  }

  void write(pbf_writer& out, GraphId id, int depth) {
    const Graph& graph = network_.graphs[id];
    const Scope* scope = scope_of(id);
    if (depth > kMaxDepth) return error(fmt::format("graphs nest deeper than {}", kMaxDepth));
    add_text(out, schema::GraphProto::kName, name_of(graph));
    for (const TensorId input : graph.inputs) write_value(out, schema::GraphProto::kInput, graph, scope, input);
    for (const TensorId output : graph.outputs) write_value(out, schema::GraphProto::kOutput, graph, scope, output);
    const std::vector<bool> wanted = wanted_tensors(graph);
    for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor)
      if (graph.tensors[tensor].stored != kNone && wanted[tensor]) write_stored(out, graph, tensor);
    for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor)
      if (graph.tensors[tensor].stored != kNone && wanted[tensor]) write_mask(out, graph, tensor);
    for (const NodeId node : graph.order)
      if (!graph.is_side(node)) write(out, graph, graph.nodes[node], depth);
  }

  const Scope* scope_of(GraphId id) const {
    const auto found = std::find_if(shapes_.scopes.begin(), shapes_.scopes.end(), [&](const Scope& s) { return s.graph == id; });
    return found == shapes_.scopes.end() ? nullptr : &*found;
  }

  /// Without the weights that only side outputs need.
  std::vector<bool> wanted_tensors(const Graph& graph) const {
    std::vector<bool> wanted(graph.tensors.size(), graph.auxiliary_nodes.empty());
    if (graph.auxiliary_nodes.empty()) return wanted;
    for (const TensorId output : graph.outputs) wanted[output] = true;
    for (NodeId node = 0; node < graph.nodes.size(); ++node) {
      if (graph.is_side(node)) continue;
      for (const TensorId input : graph.nodes[node].inputs)
        if (input != kAbsent) wanted[input] = true;
      for (const Attribute& attribute : graph.nodes[node].attributes)
        if (const auto* nested = std::get_if<GraphId>(&attribute.content))
          for (const Tensor& tensor : network_.graphs[*nested].tensors)
            if (tensor.outer != kAbsent) wanted[tensor.outer] = true;
    }
    return wanted;
  }

  /// A symbol by its name in the model; an expression by its text, which this program reads as one.
  std::string dim_param(const Dim& dim) const {
    const std::string text = dim.text();
    const Symbol* symbol = network_.symbols.find_id(text);
    return symbol == nullptr ? text : symbol->name;
  }

  void write_value(pbf_writer& out, std::uint32_t field, const Graph& graph, const Scope* scope, TensorId tensor) {
    pbf_writer value(out, field);
    add_text(value, schema::ValueInfoProto::kName, graph.tensors[tensor].name);
    const Type* type = scope == nullptr ? nullptr : &scope->facts[tensor].type;
    if (type == nullptr || !type->is_tensor()) return;
    pbf_writer wrapped(value, schema::ValueInfoProto::kType);
    pbf_writer dense(wrapped, schema::TypeProto::kTensorType);
    dense.add_int32(schema::TypeProto_Tensor::kElemType, static_cast<std::int32_t>(type->dtype));
    if (!type->shape.known()) return;
    pbf_writer shape(dense, schema::TypeProto_Tensor::kShape);
    for (const Dim& extent : type->shape) {
      pbf_writer dim(shape, schema::TensorShapeProto::kDim);
      if (const auto number = extent.number()) {
        dim.add_int64(schema::TensorShapeProto_Dimension::kDimValue, *number);
      } else {
        add_text(dim, schema::TensorShapeProto_Dimension::kDimParam, dim_param(extent));
      }
    }
  }

  bool is_absent(const StoredTensor& stored) const { return options_.absent_weights_file && network_.content(stored) == nullptr; }

  void write_stored(pbf_writer& out, const Graph& graph, TensorId id) {
    const StoredTensor& stored = graph.stored[graph.tensors[id].stored];
    pbf_writer tensor(out, schema::GraphProto::kInitializer);
    const bool is_masked = stored.mask != TapMask::none;
    add_text(tensor, schema::TensorProto::kName, is_masked ? fmt::format("{}.unmasked", stored.name) : std::string(stored.name));
    write_content(tensor, stored);
  }

  void write_content(pbf_writer& tensor, const StoredTensor& stored) {
    if (!is_absent(stored)) return write_tensor(tensor, stored, network_.content(stored));
    write_header(tensor, stored);
    const std::int64_t length = bytes_of(stored.dtype, shape_of(stored).elements()).number().value_or(0);
    const auto entry = [&](std::string_view key, const std::string& text) {
      pbf_writer pair(tensor, schema::TensorProto::kExternalData);
      add_text(pair, schema::StringStringEntryProto::kKey, key);
      add_text(pair, schema::StringStringEntryProto::kValue, text);
    };
    entry("location", *options_.absent_weights_file);
    entry("offset", std::to_string(offset_));
    entry("length", std::to_string(length));
    tensor.add_enum(schema::TensorProto::kDataLocation, 1);  // external
    offset_ += length;
  }

  /// weight = weight.unmasked * Cast(weight.mask): the mask has the kernel's extents and is the same for all channels.
  void write_mask(pbf_writer& out, const Graph& graph, TensorId id) {
    const StoredTensor& stored = graph.stored[graph.tensors[id].stored];
    if (stored.mask == TapMask::none) return;
    const std::string name(stored.name);
    {
      pbf_writer tensor(out, schema::GraphProto::kInitializer);
      add_text(tensor, schema::TensorProto::kName, name + ".mask");
      write_taps(tensor, stored);
    }
    const auto node = [&](std::string_view op, const std::vector<std::string>& inputs, const std::string& output) {
      pbf_writer made(out, schema::GraphProto::kNode);
      for (const std::string& input : inputs) add_text(made, schema::NodeProto::kInput, input);
      add_text(made, schema::NodeProto::kOutput, output);
      add_text(made, schema::NodeProto::kName, output);
      add_text(made, schema::NodeProto::kOpType, op);
      if (op == "Cast") write_attribute(made, {"to", static_cast<std::int64_t>(stored.dtype)});
    };
    node("Cast", {name + ".mask"}, name + ".taps");
    node("Mul", {name + ".unmasked", name + ".taps"}, name);
  }

  void write(pbf_writer& out, const Graph& graph, const Node& node, int depth) {
    pbf_writer made(out, schema::GraphProto::kNode);
    for (const TensorId input : node.inputs)
      made.add_string(schema::NodeProto::kInput, input == kAbsent ? std::string() : std::string(graph.tensors[input].name));
    for (const TensorId output : node.outputs)
      made.add_string(schema::NodeProto::kOutput, output == kAbsent ? std::string() : std::string(graph.tensors[output].name));
    add_text(made, schema::NodeProto::kName, node.name);
    add_text(made, schema::NodeProto::kOpType, node.op);
    add_text(made, schema::NodeProto::kDomain, node.domain);
    add_text(made, schema::NodeProto::kOverload, node.overload);
    for (const Attribute& attribute : node.attributes) {
      if (const auto* nested = std::get_if<GraphId>(&attribute.content)) {
        pbf_writer wrapped(made, schema::NodeProto::kAttribute);
        write_header(wrapped, attribute);
        pbf_writer body(wrapped, schema::AttributeProto::kG);
        write(body, *nested, depth + 1);
      } else if (const auto* stored = std::get_if<const StoredTensor*>(&attribute.content)) {
        pbf_writer wrapped(made, schema::NodeProto::kAttribute);
        write_header(wrapped, attribute);
        pbf_writer tensor(wrapped, schema::AttributeProto::kT);
        write_content(tensor, **stored);
      } else {
        write_attribute(made, attribute);
      }
    }
  }

  const Network& network_;
  const Shapes& shapes_;
  const ExportOptions& options_;
  Diagnostics diagnostics_;
  std::set<std::string> needed_;
  bool has_quotients_ = false;
  /// Of what the file itself is to hold, up to kMaxBytes.
  std::int64_t weight_bytes_ = 0;
  std::int64_t offset_ = 0;
};

}  // namespace

Exported export_model(const Network& network, const Shapes& shapes, const ExportOptions& options) {
  return Export(network, shapes, options).run();
}

}  // namespace macroscope::onnx
