// The messages that hold nodes: model, graph, function, node.
#include "frontends/onnx/walker.h"

namespace macroscope::onnx {

void Walker::read_model(ModelView& model) {
  using namespace schema::ModelProto;
  for (Field field; wire_.next_at_top(field);) {
    const std::uint64_t end = wire_.input_end();
    if (field.is_varint() && field.number == kIrVersion) {
      model.ir_version = wire_.int64(end);
    } else if (field.is_varint() && field.number == kModelVersion) {
      model.model_version = wire_.int64(end);
    } else if (!field.is_bytes()) {
      wire_.skip_unknown(field, end);
    } else {
      const Span value = wire_.bytes(end);
      switch (field.number) {
        case kProducerName:
          model.producer_name = text(value);
          break;
        case kProducerVersion:
          model.producer_version = text(value);
          break;
        case kDomain:
          model.domain = text(value);
          break;
        case kOpsetImport:
          model.operator_sets.add(tree_) = read_operator_set(value);
          break;
        case kMetadataProps:
          model.metadata.add(tree_) = read_entry(value);
          break;
        case kFunctions:
          read_function(value, model.functions.add(tree_));
          break;
        case kTrainingInfo:
          wire_.skip_message(value, schema::Message::kTrainingInfoProto);
          break;
        case kConfiguration:
          wire_.skip_message(value, schema::Message::kDeviceConfigurationProto);
          break;
        case kGraph:
          if (model.graph == nullptr) model.graph = make<GraphView>(tree_);
          read_graph(value, *model.graph);
          break;
        default:
          wire_.skip(value);
          break;
      }
    }
  }
}

Text Walker::text(Span span) {
  const Text kept = kept_texts_.keep(wire_.view(span));
  wire_.skip(span);
  return kept;
}

void Walker::read_graph(Span span, GraphView& graph) {
  using namespace schema::GraphProto;
  const Wire::Nested nested(wire_);
  for (Field field; wire_.next(span.end, field);) {
    if (!field.is_bytes()) {
      wire_.skip_unknown(field, span.end);
      continue;
    }
    const Span value = wire_.bytes(span.end);
    switch (field.number) {
      case kNode:
        read_node(value, graph.nodes.add(tree_));
        break;
      case kName:
        graph.name = text(value);
        break;
      case kInitializer:
        read_tensor(value, graph.initializers.add(tree_));
        break;
      case kSparseInitializer:
        read_sparse_tensor(value, graph.sparse_initializers.add(tree_));
        break;
      case kInput:
        read_value_info(value, graph.inputs.add(tree_));
        break;
      case kOutput:
        read_value_info(value, graph.outputs.add(tree_));
        break;
      case kValueInfo:
        read_value_info(value, graph.value_infos.add(tree_));
        break;
      case kQuantizationAnnotation:
        wire_.skip_message(value, schema::Message::kTensorAnnotation);
        break;
      case kMetadataProps:
        wire_.skip_message(value, schema::Message::kStringStringEntryProto);
        break;
      default:
        wire_.skip(value);
        break;
    }
  }
  wire_.expect_end(span);
}

void Walker::read_function(Span span, FunctionView& function) {
  using namespace schema::FunctionProto;
  const Wire::Nested nested(wire_);
  Collector inputs(texts_);
  Collector outputs(more_texts_);
  Collector defaults(attributes_);
  std::vector<Text> attribute_names;
  std::vector<OperatorSetView> operator_sets;
  for (Field field; wire_.next(span.end, field);) {
    if (!field.is_bytes()) {
      wire_.skip_unknown(field, span.end);
      continue;
    }
    const Span value = wire_.bytes(span.end);
    switch (field.number) {
      case kName:
        function.name = text(value);
        break;
      case kDomain:
        function.domain = text(value);
        break;
      case kOverload:
        function.overload = text(value);
        break;
      case kInput:
        inputs.add(text(value));
        break;
      case kOutput:
        outputs.add(text(value));
        break;
      case kAttribute:
        attribute_names.push_back(text(value));
        break;
      case kAttributeProto:
        defaults.add(read_attribute(value));
        break;
      case kNode:
        read_node(value, function.nodes.add(tree_));
        break;
      case kOpsetImport:
        operator_sets.push_back(read_operator_set(value));
        break;
      case kValueInfo:
        read_value_info(value, function.value_infos.add(tree_));
        break;
      case kMetadataProps:
        wire_.skip_message(value, schema::Message::kStringStringEntryProto);
        break;
      default:
        wire_.skip(value);
        break;
    }
  }
  wire_.expect_end(span);
  function.inputs = inputs.take(lists_);
  function.outputs = outputs.take(lists_);
  function.attribute_defaults = defaults.take(tree_);
  function.attribute_names.append(lists_, attribute_names);
  function.operator_sets.append(lists_, operator_sets);
}

void Walker::read_node(Span span, NodeView& node) {
  using namespace schema::NodeProto;
  const Wire::Nested nested(wire_);
  Collector inputs(texts_);
  Collector outputs(more_texts_);
  Collector attributes(attributes_);
  Collector metadata(entries_);
  for (Field field; wire_.next(span.end, field);) {
    if (!field.is_bytes()) {
      wire_.skip_unknown(field, span.end);
      continue;
    }
    const Span value = wire_.bytes(span.end);
    switch (field.number) {
      case kInput:
        inputs.add(text(value));
        break;
      case kOutput:
        outputs.add(text(value));
        break;
      case kName:
        node.name = text(value);
        break;
      case kOpType:
        node.op_type = text(value);
        break;
      case kDomain:
        node.domain = text(value);
        break;
      case kOverload:
        node.overload = text(value);
        break;
      case kAttribute:
        attributes.add(read_attribute(value));
        break;
      case kMetadataProps:
        metadata.add(read_entry(value));
        break;
      case kDeviceConfigurations:
        wire_.skip_message(value, schema::Message::kNodeDeviceConfigurationProto);
        break;
      default:
        wire_.skip(value);
        break;
    }
  }
  wire_.expect_end(span);
  node.inputs = inputs.take(tree_);
  node.outputs = outputs.take(tree_);
  node.attributes = attributes.take(tree_);
  node.metadata = metadata.take(tree_);
}

EntryView Walker::read_entry(Span span) {
  using namespace schema::StringStringEntryProto;
  const Wire::Nested nested(wire_);
  EntryView entry;
  for (Field field; wire_.next(span.end, field);) {
    if (field.is_bytes() && field.number == kKey) {
      entry.key = text(wire_.bytes(span.end));
    } else if (field.is_bytes() && field.number == kValue) {
      entry.value = text(wire_.bytes(span.end));
    } else {
      wire_.skip_unknown(field, span.end);
    }
  }
  wire_.expect_end(span);
  return entry;
}

OperatorSetView Walker::read_operator_set(Span span) {
  using namespace schema::OperatorSetIdProto;
  const Wire::Nested nested(wire_);
  OperatorSetView set;
  for (Field field; wire_.next(span.end, field);) {
    if (field.is_bytes() && field.number == kDomain) {
      set.domain = text(wire_.bytes(span.end));
    } else if (field.is_varint() && field.number == kVersion) {
      set.version = wire_.int64(span.end);
    } else {
      wire_.skip_unknown(field, span.end);
    }
  }
  wire_.expect_end(span);
  return set;
}

}  // namespace macroscope::onnx
