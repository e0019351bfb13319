// The messages that hold nodes: model, graph, function, node.
#include "frontends/onnx/reader/walker.h"

namespace macroscope::onnx {

void Walker::read_model(ModelView& model) {
  using namespace schema::ModelProto;
  while (const Tag tag = wire_.next_at_top()) {
    const std::uint64_t end = wire_.input_end();
    switch (tag) {
      case varint_tag(kIrVersion):
        model.ir_version = wire_.int64(end);
        break;
      case varint_tag(kModelVersion):
        model.model_version = wire_.int64(end);
        break;
      case bytes_tag(kProducerName):
        model.producer_name = text(end);
        break;
      case bytes_tag(kProducerVersion):
        model.producer_version = text(end);
        break;
      case bytes_tag(kDomain):
        model.domain = text(end);
        break;
      case bytes_tag(kOpsetImport):
        model.operator_sets.add(tree_) = read_operator_set(wire_.bytes(end));
        break;
      case bytes_tag(kMetadataProps):
        model.metadata.add(tree_) = read_entry(wire_.bytes(end));
        break;
      case bytes_tag(kFunctions):
        read_function(wire_.bytes(end), model.functions.add(tree_));
        break;
      case bytes_tag(kTrainingInfo):
        wire_.skip_message(wire_.bytes(end), schema::Message::kTrainingInfoProto);
        break;
      case bytes_tag(kConfiguration):
        wire_.skip_message(wire_.bytes(end), schema::Message::kDeviceConfigurationProto);
        break;
      case bytes_tag(kGraph):
        if (model.graph == nullptr) model.graph = make<GraphView>(tree_);
        read_graph(wire_.bytes(end), *model.graph);
        break;
      default:
        wire_.skip_unknown(tag, end);
        break;
    }
  }
}

void Walker::read_graph(Span span, GraphView& graph) {
  using namespace schema::GraphProto;
  const Wire::Nested nested(wire_);
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kNode):
        read_node(wire_.bytes(span.end), graph.nodes.add(tree_));
        break;
      case bytes_tag(kName):
        graph.name = text(span.end);
        break;
      case bytes_tag(kInitializer):
        read_tensor(wire_.bytes(span.end), graph.initializers.add(tree_));
        break;
      case bytes_tag(kSparseInitializer):
        read_sparse_tensor(wire_.bytes(span.end), graph.sparse_initializers.add(tree_));
        break;
      case bytes_tag(kInput):
        read_value_info(wire_.bytes(span.end), graph.inputs.add(tree_));
        break;
      case bytes_tag(kOutput):
        read_value_info(wire_.bytes(span.end), graph.outputs.add(tree_));
        break;
      case bytes_tag(kValueInfo):
        read_value_info(wire_.bytes(span.end), graph.value_infos.add(tree_));
        break;
      case bytes_tag(kQuantizationAnnotation):
        wire_.skip_message(wire_.bytes(span.end), schema::Message::kTensorAnnotation);
        break;
      case bytes_tag(kMetadataProps):
        wire_.skip_message(wire_.bytes(span.end), schema::Message::kStringStringEntryProto);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
}

void Walker::read_function(Span span, FunctionView& function) {
  using namespace schema::FunctionProto;
  const Wire::Nested nested(wire_);
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kName):
        function.name = text(span.end);
        break;
      case bytes_tag(kDomain):
        function.domain = text(span.end);
        break;
      case bytes_tag(kOverload):
        function.overload = text(span.end);
        break;
      case bytes_tag(kInput):
        function.inputs.add(tree_, text(span.end));
        break;
      case bytes_tag(kOutput):
        function.outputs.add(tree_, text(span.end));
        break;
      case bytes_tag(kAttribute):
        function.attribute_names.add(tree_, text(span.end));
        break;
      case bytes_tag(kAttributeProto):
        function.attribute_defaults.add(tree_, read_attribute(wire_.bytes(span.end)));
        break;
      case bytes_tag(kNode):
        read_node(wire_.bytes(span.end), function.nodes.add(tree_));
        break;
      case bytes_tag(kOpsetImport):
        function.operator_sets.add(tree_, read_operator_set(wire_.bytes(span.end)));
        break;
      case bytes_tag(kValueInfo):
        read_value_info(wire_.bytes(span.end), function.value_infos.add(tree_));
        break;
      case bytes_tag(kMetadataProps):
        wire_.skip_message(wire_.bytes(span.end), schema::Message::kStringStringEntryProto);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
}

void Walker::read_node(Span span, NodeView& node) {
  using namespace schema::NodeProto;
  const Wire::Nested nested(wire_);
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kInput):
        node.inputs.add(tree_, text(span.end));
        break;
      case bytes_tag(kOutput):
        node.outputs.add(tree_, text(span.end));
        break;
      case bytes_tag(kName):
        node.name = lone_text(span.end);
        break;
      case bytes_tag(kOpType):
        node.op_type = text(span.end);
        break;
      case bytes_tag(kDomain):
        node.domain = text(span.end);
        break;
      case bytes_tag(kOverload):
        node.overload = text(span.end);
        break;
      case bytes_tag(kAttribute):
        node.attributes.add(tree_, read_attribute(wire_.bytes(span.end)));
        break;
      case bytes_tag(kMetadataProps):
        node.metadata.add(tree_, read_entry(wire_.bytes(span.end)));
        break;
      case bytes_tag(kDeviceConfigurations):
        wire_.skip_message(wire_.bytes(span.end), schema::Message::kNodeDeviceConfigurationProto);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
}

EntryView Walker::read_entry(Span span) {
  using namespace schema::StringStringEntryProto;
  const Wire::Nested nested(wire_);
  EntryView entry;
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kKey):
        entry.key = text(span.end);
        break;
      case bytes_tag(kValue):
        entry.value = text(span.end);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
  return entry;
}

OperatorSetView Walker::read_operator_set(Span span) {
  using namespace schema::OperatorSetIdProto;
  const Wire::Nested nested(wire_);
  OperatorSetView set;
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kDomain):
        set.domain = text(span.end);
        break;
      case varint_tag(kVersion):
        set.version = wire_.int64(span.end);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
  return set;
}

}  // namespace macroscope::onnx
