#include "oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "onnx/onnx-ml.pb.h"

namespace macroscope::test {
namespace {

namespace wire = macroscope::onnx;
using AttributeType = wire::schema::AttributeType;

/// Compares field by field; only the first difference is kept.
class Comparison {
 public:
  explicit Comparison(const wire::Source& source) : source_(source) {}
  [[nodiscard]] const std::string& difference() const { return difference_; }

  void model(const ::onnx::ModelProto& proto, const wire::ModelView& view) {
    same("has ir_version", proto.has_ir_version(), view.ir_version.has_value());
    same("ir_version", proto.ir_version(), view.ir_version.value_or(0));
    same("model_version", proto.model_version(), view.model_version.value_or(0));
    text("producer_name", proto.producer_name(), view.producer_name);
    text("producer_version", proto.producer_version(), view.producer_version);
    text("domain", proto.domain(), view.domain);
    list("opset_import", proto.opset_import(), view.operator_sets, &Comparison::operator_set);
    list("metadata_props", proto.metadata_props(), view.metadata, &Comparison::entry);
    list("functions", proto.functions(), view.functions, &Comparison::function);
    one("graph", proto.has_graph(), proto.graph(), view.graph, &Comparison::graph);
  }

 private:
  /// A step down the tree while this lives, for messages.
  class Inside {
   public:
    Inside(Comparison& comparison, const std::string& part) : comparison_(comparison), length_(comparison.path_.size()) {
      comparison_.path_ += part;
    }
    ~Inside() { comparison_.path_.resize(length_); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Comparison& comparison_;
    std::size_t length_;
  };

  template <typename T>
  void same(std::string_view what, const T& expected, const T& seen) {
    if (expected != seen && difference_.empty())
      difference_ = fmt::format("{}.{}: protobuf has {}, the reader {}", path_, what, expected, seen);
  }
  void text(std::string_view what, const std::string& expected, wire::Text seen) {
    same(what, std::string_view(expected), seen.view());
  }

  template <typename Protos, typename Views, typename Compare>
  void list(const char* what, const Protos& protos, const Views& views, Compare compare) {
    same(std::string(what) + " size", static_cast<std::size_t>(protos.size()), views.size());
    if (!difference_.empty()) return;
    int index = 0;
    for (const auto& view : views) {
      const Inside inside(*this, fmt::format(".{}[{}]", what, index));
      if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(view)>>) {
        (this->*compare)(protos.Get(index++), *view);
      } else {
        (this->*compare)(protos.Get(index++), view);
      }
    }
  }
  template <typename Proto, typename View, typename Compare>
  void one(const char* what, bool is_there, const Proto& proto, const View* view, Compare compare) {
    same(what, is_there, view != nullptr);
    if (!is_there || view == nullptr) return;
    const Inside inside(*this, std::string(".") + what);
    (this->*compare)(proto, *view);
  }
  template <typename Numbers, typename T>
  void numbers(std::string_view what, const Numbers& expected, std::span<const T> seen) {
    const bool equal = std::equal(expected.begin(), expected.end(), seen.begin(), seen.end(), [](T a, T b) {
      if constexpr (std::is_same_v<T, float>) return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
      return a == b;
    });
    if (!equal && difference_.empty()) difference_ = fmt::format("{}.{}: the lists differ", path_, what);
  }
  void name(const std::string& expected, const wire::Text& seen) { text("", expected, seen); }

  void entry(const ::onnx::StringStringEntryProto& proto, const wire::EntryView& view) {
    text("key", proto.key(), view.key);
    text("value", proto.value(), view.value);
  }
  void operator_set(const ::onnx::OperatorSetIdProto& proto, const wire::OperatorSetView& view) {
    text("domain", proto.domain(), view.domain);
    same<std::int64_t>("version", proto.version(), view.version);
  }

  void graph(const ::onnx::GraphProto& proto, const wire::GraphView& view) {
    text("name", proto.name(), view.name);
    list("node", proto.node(), view.nodes, &Comparison::node);
    list("initializer", proto.initializer(), view.initializers, &Comparison::tensor);
    list("sparse_initializer", proto.sparse_initializer(), view.sparse_initializers, &Comparison::sparse_tensor);
    list("input", proto.input(), view.inputs, &Comparison::value_info);
    list("output", proto.output(), view.outputs, &Comparison::value_info);
    list("value_info", proto.value_info(), view.value_infos, &Comparison::value_info);
  }
  void function(const ::onnx::FunctionProto& proto, const wire::FunctionView& view) {
    text("name", proto.name(), view.name);
    text("domain", proto.domain(), view.domain);
    text("overload", proto.overload(), view.overload);
    list("input", proto.input(), view.inputs, &Comparison::name);
    list("output", proto.output(), view.outputs, &Comparison::name);
    list("attribute", proto.attribute(), view.attribute_names, &Comparison::name);
    list("attribute_proto", proto.attribute_proto(), view.attribute_defaults, &Comparison::attribute);
    list("node", proto.node(), view.nodes, &Comparison::node);
    list("value_info", proto.value_info(), view.value_infos, &Comparison::value_info);
    list("opset_import", proto.opset_import(), view.operator_sets, &Comparison::operator_set);
  }
  void node(const ::onnx::NodeProto& proto, const wire::NodeView& view) {
    text("name", proto.name(), view.name);
    text("op_type", proto.op_type(), view.op_type);
    text("domain", proto.domain(), view.domain);
    text("overload", proto.overload(), view.overload);
    list("input", proto.input(), view.inputs, &Comparison::name);
    list("output", proto.output(), view.outputs, &Comparison::name);
    list("attribute", proto.attribute(), view.attributes, &Comparison::attribute);
    list("metadata_props", proto.metadata_props(), view.metadata, &Comparison::entry);
  }

  void attribute(const ::onnx::AttributeProto& proto, const wire::AttributeView& view) {
    text("name", proto.name(), view.name);
    const Inside inside(*this, "(" + proto.name() + ")");
    if (const auto* reference = std::get_if<wire::ReferenceView>(&view.content))
      return text("ref_attr_name", proto.ref_attr_name(), reference->name);
    same("ref_attr_name", proto.ref_attr_name().empty(), true);
    if (!proto.has_type() || proto.type() == ::onnx::AttributeProto::UNDEFINED) return;
    content(proto, static_cast<AttributeType>(proto.type()), view.content);
  }
  template <typename T>
  const T* expect(const wire::AttributeView::Content& content) {
    const T* value = std::get_if<T>(&content);
    same("has the content of its type", true, value != nullptr);
    return value;
  }
  void content(const ::onnx::AttributeProto& proto, AttributeType type, const wire::AttributeView::Content& content) {
    switch (type) {
      case AttributeType::kFloat:
        if (const auto* f = expect<float>(content))
          same("f", std::bit_cast<std::uint32_t>(proto.f()), std::bit_cast<std::uint32_t>(*f));
        return;
      case AttributeType::kInt:
        if (const auto* i = expect<std::int64_t>(content)) same<std::int64_t>("i", proto.i(), *i);
        return;
      case AttributeType::kString:
        if (const auto* s = expect<wire::Text>(content)) text("s", proto.s(), *s);
        return;
      case AttributeType::kTensor:
        return message("t", proto.has_t(), proto.t(), content, &Comparison::tensor);
      case AttributeType::kGraph:
        return message("g", proto.has_g(), proto.g(), content, &Comparison::graph);
      case AttributeType::kSparseTensor:
        return message("sparse_tensor", proto.has_sparse_tensor(), proto.sparse_tensor(), content, &Comparison::sparse_tensor);
      case AttributeType::kTypeProto:
        return message("tp", proto.has_tp(), proto.tp(), content, &Comparison::type);
      case AttributeType::kFloats:
        if (const auto* list = expect<wire::Array<float>>(content)) numbers("floats", proto.floats(), list->span());
        return;
      case AttributeType::kInts:
        if (const auto* list = expect<wire::Array<std::int64_t>>(content)) numbers("ints", proto.ints(), list->span());
        return;
      case AttributeType::kStrings:
        return messages("strings", proto.strings(), content, &Comparison::name);
      case AttributeType::kTensors:
        return messages("tensors", proto.tensors(), content, &Comparison::tensor);
      case AttributeType::kGraphs:
        return messages("graphs", proto.graphs(), content, &Comparison::graph);
      case AttributeType::kSparseTensors:
        return messages("sparse_tensors", proto.sparse_tensors(), content, &Comparison::sparse_tensor);
      case AttributeType::kTypeProtos:
        return messages("type_protos", proto.type_protos(), content, &Comparison::type);
      case AttributeType::kUndefined:
        return;
    }
  }
  template <typename Proto, typename View>
  void message(const char* what, bool is_there, const Proto& proto, const wire::AttributeView::Content& content,
               void (Comparison::*compare)(const Proto&, const View&)) {
    const auto* view = std::get_if<const View*>(&content);
    one(what, is_there, proto, view == nullptr ? nullptr : *view, compare);
  }
  template <typename Protos, typename Proto, typename View>
  void messages(const char* what, const Protos& protos, const wire::AttributeView::Content& content,
                void (Comparison::*compare)(const Proto&, const View&)) {
    using Element = std::conditional_t<std::is_same_v<View, wire::Text>, wire::Text, const View*>;
    if (const auto* views = expect<wire::Array<Element>>(content)) list(what, protos, *views, compare);
  }

  void tensor(const ::onnx::TensorProto& proto, const wire::TensorView& view) {
    text("name", proto.name(), view.name);
    numbers("dims", proto.dims(), view.dims.span());
    same<std::int32_t>("data_type", proto.data_type(), view.data_type);
    same("data_location", proto.data_location() == ::onnx::TensorProto::EXTERNAL, view.is_external);
    same("segment", proto.has_segment(), view.is_segment);
    list("external_data", proto.external_data(), view.external, &Comparison::entry);
    payload(proto, view.payload);
  }
  void payload(const ::onnx::TensorProto& proto, const wire::PayloadView& view) {
    using List = wire::PayloadView::Field;
    const std::vector<std::pair<List, std::uint64_t>> sizes{
        {List::raw, proto.raw_data().size()},      {List::floats, proto.float_data_size()},
        {List::int32s, proto.int32_data_size()},   {List::int64s, proto.int64_data_size()},
        {List::doubles, proto.double_data_size()}, {List::uint64s, proto.uint64_data_size()},
        {List::strings, proto.string_data_size()}};
    const auto filled = std::count_if(sizes.begin(), sizes.end(), [](const auto& s) { return s.second != 0; });
    if (view.is_ambiguous) return;
    same("number of filled payloads", filled <= 1, true);
    for (const auto& [field, size] : sizes) {
      if (size == 0) continue;
      same("payload field", static_cast<int>(field), static_cast<int>(view.field));
      same("payload bounds", view.fewest <= size && size <= view.most, true);
      if (view.fewest == view.most) same("payload size", size, view.most);
    }
    if (filled == 1 && view.field == List::raw) raw(proto.raw_data(), view);
  }
  void raw(const std::string& expected, const wire::PayloadView& view) {
    std::string bytes(view.first.length, '\0');
    same("raw_data is at hand", true, source_.read(view.first.offset, bytes));
    same("raw_data is the same", true, bytes == expected);
    if (view.first.bytes != nullptr)
      same("kept raw_data is the same", true, std::string_view(view.first.bytes, view.first.length) == expected);
  }
  void sparse_tensor(const ::onnx::SparseTensorProto& proto, const wire::SparseTensorView& view) {
    tensor(proto.values(), view.values);
    tensor(proto.indices(), view.indices);
    numbers("dims", proto.dims(), view.dims.span());
  }

  void value_info(const ::onnx::ValueInfoProto& proto, const wire::ValueInfoView& view) {
    text("name", proto.name(), view.name);
    type(proto.type(), view.type);
  }
  void type(const ::onnx::TypeProto& proto, const wire::TypeView& view) {
    using Kind = wire::TypeView::Kind;
    same("elem_type", elem_type_of(proto), view.element_type);
    switch (proto.value_case()) {
      case ::onnx::TypeProto::kTensorType:
        same("is a tensor", true, view.kind == Kind::tensor);
        return shape(proto.tensor_type().has_shape(), proto.tensor_type().shape(), view);
      case ::onnx::TypeProto::kSparseTensorType:
        same("is a sparse tensor", true, view.kind == Kind::sparse_tensor);
        return shape(proto.sparse_tensor_type().has_shape(), proto.sparse_tensor_type().shape(), view);
      case ::onnx::TypeProto::kSequenceType:
        same("is a sequence", true, view.kind == Kind::sequence);
        return one("elem", proto.sequence_type().has_elem_type(), proto.sequence_type().elem_type(),
                   static_cast<const wire::TypeView*>(view.element), &Comparison::type);
      case ::onnx::TypeProto::kOptionalType:
        same("is an optional", true, view.kind == Kind::optional);
        return one("elem", proto.optional_type().has_elem_type(), proto.optional_type().elem_type(),
                   static_cast<const wire::TypeView*>(view.element), &Comparison::type);
      case ::onnx::TypeProto::kMapType:
        same("is a map", true, view.kind == Kind::map);
        return one("value", proto.map_type().has_value_type(), proto.map_type().value_type(),
                   static_cast<const wire::TypeView*>(view.element), &Comparison::type);
      case ::onnx::TypeProto::kOpaqueType:
        return same("is opaque", true, view.kind == Kind::opaque);
      case ::onnx::TypeProto::VALUE_NOT_SET:
        return same("has no type", true, view.kind == Kind::none);
    }
  }
  static std::int32_t elem_type_of(const ::onnx::TypeProto& proto) {
    if (proto.has_tensor_type()) return proto.tensor_type().elem_type();
    if (proto.has_sparse_tensor_type()) return proto.sparse_tensor_type().elem_type();
    return proto.has_map_type() ? proto.map_type().key_type() : 0;
  }
  void shape(bool is_there, const ::onnx::TensorShapeProto& proto, const wire::TypeView& view) {
    same("has a shape", is_there, view.has_shape);
    list("dim", proto.dim(), view.dims, &Comparison::dimension);
  }
  void dimension(const ::onnx::TensorShapeProto_Dimension& proto, const wire::DimensionView& view) {
    const auto* size = std::get_if<std::int64_t>(&view);
    const auto* symbol = std::get_if<wire::Text>(&view);
    same("has dim_value", proto.has_dim_value(), size != nullptr);
    same("has dim_param", proto.has_dim_param(), symbol != nullptr);
    if (size != nullptr) same<std::int64_t>("dim_value", proto.dim_value(), *size);
    if (symbol != nullptr) text("dim_param", proto.dim_param(), *symbol);
  }

  const wire::Source& source_;
  std::string path_;
  std::string difference_;
};

}  // namespace

bool protobuf_accepts(std::string_view bytes) {
  ::onnx::ModelProto proto;
  return proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

std::optional<std::string> difference_from_protobuf(std::string_view bytes, const onnx::Document& document) {
  ::onnx::ModelProto proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  Comparison comparison(*document.source);
  comparison.model(proto, document.model);
  return comparison.difference();
}

}  // namespace macroscope::test
