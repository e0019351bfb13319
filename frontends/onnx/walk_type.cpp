// The messages that say what a value is: value info, type, shape, dimension.
#include "frontends/onnx/walker.h"

namespace macroscope::onnx {
namespace {

using Kind = TypeView::Kind;

/// The kind of type that a field of TypeProto's `value` says, or none.
Kind kind_of(std::uint32_t field) {
  using namespace schema::TypeProto;
  switch (field) {
    case kTensorType:
      return Kind::tensor;
    case kSequenceType:
      return Kind::sequence;
    case kMapType:
      return Kind::map;
    case kOptionalType:
      return Kind::optional;
    case kSparseTensorType:
      return Kind::sparse_tensor;
    case kOpaqueType:
      return Kind::opaque;
    default:
      return Kind::none;
  }
}

}  // namespace

void Walker::read_value_info(Span span, ValueInfoView& info) {
  using namespace schema::ValueInfoProto;
  const Wire::Nested nested(wire_);
  for (Field field; wire_.next(span.end, field);) {
    if (!field.is_bytes()) {
      wire_.skip_unknown(field, span.end);
      continue;
    }
    const Span value = wire_.bytes(span.end);
    switch (field.number) {
      case kName:
        info.name = text(value);
        break;
      case kType:
        read_type(value, info.type);
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

void Walker::read_type(Span span, TypeView& type) {
  const Wire::Nested nested(wire_);
  for (Field field; wire_.next(span.end, field);) {
    const Kind kind = field.is_bytes() ? kind_of(field.number) : Kind::none;
    if (kind == Kind::none) {
      wire_.skip_unknown(field, span.end);
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
  const std::uint32_t number_field =
      type.kind == Kind::map ? schema::TypeProto_Map::kKeyType : schema::TypeProto_Tensor::kElemType;
  const std::uint32_t element_field =
      type.kind == Kind::map ? schema::TypeProto_Map::kValueType : schema::TypeProto_Sequence::kElemType;
  for (Field field; wire_.next(span.end, field);) {
    if (has_number && field.is_varint() && field.number == number_field) {
      type.element_type = wire_.int32(span.end);
    } else if (has_shape && field.is_bytes() && field.number == schema::TypeProto_Tensor::kShape) {
      read_shape(wire_.bytes(span.end), type);
    } else if (!has_shape && field.is_bytes() && field.number == element_field) {
      if (type.element == nullptr) type.element = make<TypeView>(tree_);
      read_type(wire_.bytes(span.end), *type.element);
    } else {
      wire_.skip_unknown(field, span.end);
    }
  }
  wire_.expect_end(span);
}

void Walker::read_shape(Span span, TypeView& type) {
  const Wire::Nested nested(wire_);
  type.has_shape = true;
  Collector dims(dimensions_);
  for (Field field; wire_.next(span.end, field);) {
    if (field.is_bytes() && field.number == schema::TensorShapeProto::kDim) {
      dims.add(read_dimension(wire_.bytes(span.end)));
    } else {
      wire_.skip_unknown(field, span.end);
    }
  }
  wire_.expect_end(span);
  type.dims.append(tree_, dims.elements());
}

DimensionView Walker::read_dimension(Span span) {
  using namespace schema::TensorShapeProto_Dimension;
  const Wire::Nested nested(wire_);
  DimensionView dimension;
  for (Field field; wire_.next(span.end, field);) {
    if (field.is_varint() && field.number == kDimValue) {
      dimension = wire_.int64(span.end);
    } else if (field.is_bytes() && field.number == kDimParam) {
      dimension = text(wire_.bytes(span.end));
    } else {
      wire_.skip_unknown(field, span.end);
    }
  }
  wire_.expect_end(span);
  return dimension;
}

}  // namespace macroscope::onnx
