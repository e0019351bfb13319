// The messages that say what a value is: value info, type, shape, dimension.
#include "frontends/onnx/reader/walker.h"

namespace macroscope::onnx {
namespace {

using Kind = TypeView::Kind;

/// The kind of type that a field of TypeProto's `value` says, or none.
Kind kind_of(Tag field) {
  using namespace schema::TypeProto;
  switch (field) {
    case bytes_tag(kTensorType):
      return Kind::tensor;
    case bytes_tag(kSequenceType):
      return Kind::sequence;
    case bytes_tag(kMapType):
      return Kind::map;
    case bytes_tag(kOptionalType):
      return Kind::optional;
    case bytes_tag(kSparseTensorType):
      return Kind::sparse_tensor;
    case bytes_tag(kOpaqueType):
      return Kind::opaque;
    default:
      return Kind::none;
  }
}

constexpr std::string_view kSignatureKind = "pkg.torch.export.graph_signature.InputSpec.kind";

}  // namespace

void Walker::read_value_info(Span span, ValueInfoView& info) {
  using namespace schema::ValueInfoProto;
  const Wire::Nested nested(wire_);
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kName):
        info.name = lone_text(span.end);
        break;
      case bytes_tag(kType):
        read_type(wire_.bytes(span.end), info.type);
        break;
      case bytes_tag(kMetadataProps):
        if (const EntryView entry = read_entry(wire_.bytes(span.end)); entry.key == kSignatureKind)
          info.signature_kind = entry.value;
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
}

void Walker::read_type(Span span, TypeView& type) {
  const Wire::Nested nested(wire_);
  while (const Tag tag = wire_.next(span.end)) {
    const Kind kind = kind_of(tag);
    if (kind == Kind::none) {
      wire_.skip_unknown(tag, span.end);
      continue;
    }
    // Of several kinds the last one holds; the same kind again goes on where it was.
    if (kind != type.kind) type = {};
    type.kind = kind;
    const Span value = wire_.bytes(span.end);
    if (kind == Kind::opaque) {
      wire_.skip_message(value, schema::Message::kTypeProto_Opaque);
    } else {
      read_type_content(value, type);
    }
  }
  wire_.expect_end(span);
}

/// The fields of all kinds of type at once: each kind has its own use for the few numbers that there are.
void Walker::read_type_content(Span span, TypeView& type) {
  static_assert(schema::TypeProto_Tensor::kElemType == schema::TypeProto_SparseTensor::kElemType &&
                schema::TypeProto_Tensor::kShape == schema::TypeProto_SparseTensor::kShape &&
                schema::TypeProto_Sequence::kElemType == schema::TypeProto_Optional::kElemType);
  const Wire::Nested nested(wire_);
  const bool has_number = type.kind == Kind::tensor || type.kind == Kind::sparse_tensor || type.kind == Kind::map;
  const bool has_shape = type.kind == Kind::tensor || type.kind == Kind::sparse_tensor;
  const Tag number_field =
      varint_tag(type.kind == Kind::map ? schema::TypeProto_Map::kKeyType : schema::TypeProto_Tensor::kElemType);
  const Tag element_field =
      bytes_tag(type.kind == Kind::map ? schema::TypeProto_Map::kValueType : schema::TypeProto_Sequence::kElemType);
  while (const Tag tag = wire_.next(span.end)) {
    if (has_number && tag == number_field) {
      type.element_type = wire_.int32(span.end);
    } else if (has_shape && tag == bytes_tag(schema::TypeProto_Tensor::kShape)) {
      read_shape(wire_.bytes(span.end), type);
    } else if (!has_shape && tag == element_field) {
      if (type.element == nullptr) type.element = make<TypeView>(tree_);
      read_type(wire_.bytes(span.end), *type.element);
    } else {
      wire_.skip_unknown(tag, span.end);
    }
  }
  wire_.expect_end(span);
}

void Walker::read_shape(Span span, TypeView& type) {
  const Wire::Nested nested(wire_);
  type.has_shape = true;
  while (const Tag tag = wire_.next(span.end)) {
    if (tag == bytes_tag(schema::TensorShapeProto::kDim)) {
      type.dims.add(tree_, read_dimension(wire_.bytes(span.end)));
    } else {
      wire_.skip_unknown(tag, span.end);
    }
  }
  wire_.expect_end(span);
}

DimensionView Walker::read_dimension(Span span) {
  using namespace schema::TensorShapeProto_Dimension;
  const Wire::Nested nested(wire_);
  DimensionView dimension;
  while (const Tag tag = wire_.next(span.end)) {
    if (tag == varint_tag(kDimValue)) {
      dimension = wire_.int64(span.end);
    } else if (tag == bytes_tag(kDimParam)) {
      dimension = text(span.end);
    } else {
      wire_.skip_unknown(tag, span.end);
    }
  }
  wire_.expect_end(span);
  return dimension;
}

}  // namespace macroscope::onnx
