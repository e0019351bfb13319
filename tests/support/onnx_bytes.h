// Bytes of ONNX messages: how is a model put together byte by byte?  Tests write what no exporter would.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "frontends/onnx/wire/onnx_fields.h"

namespace macroscope::test {

namespace schema = macroscope::onnx::schema;

/// A number in protobuf's base 128; `length` more than needed makes it overlong.
inline std::string varint(std::uint64_t value, std::size_t length = 0) {
  std::string bytes;
  do {
    const bool is_last = value < 0x80 && bytes.size() + 1 >= length;
    bytes += static_cast<char>((value & 0x7fU) | (is_last ? 0U : 0x80U));
    value >>= 7U;
    if (is_last) break;
  } while (true);
  return bytes;
}

/// Fields in the order in which they are added.
class Bytes {
 public:
  Bytes& number(std::uint32_t field, std::int64_t value) {
    return raw(varint(field << 3U) + varint(static_cast<std::uint64_t>(value)));
  }
  Bytes& text(std::uint32_t field, std::string_view value) {
    return raw(varint(field << 3U | 2U) + varint(value.size())).raw(value);
  }
  Bytes& message(std::uint32_t field, const Bytes& value) { return text(field, value.str()); }
  Bytes& real(std::uint32_t field, float value) {
    return raw(varint(field << 3U | 5U)).raw({reinterpret_cast<const char*>(&value), sizeof value});
  }
  Bytes& begin_group(std::uint32_t field) { return raw(varint(field << 3U | 3U)); }
  Bytes& end_group(std::uint32_t field) { return raw(varint(field << 3U | 4U)); }
  Bytes& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  [[nodiscard]] const std::string& str() const { return bytes_; }

 private:
  std::string bytes_;
};

using Extent = std::variant<std::int64_t, std::string>;

inline Bytes type_bytes(std::int64_t dtype, const std::vector<Extent>& shape) {
  Bytes dims;
  for (const Extent& extent : shape) {
    Bytes dim;
    if (const auto* size = std::get_if<std::int64_t>(&extent)) dim.number(schema::TensorShapeProto_Dimension::kDimValue, *size);
    if (const auto* name = std::get_if<std::string>(&extent)) dim.text(schema::TensorShapeProto_Dimension::kDimParam, *name);
    dims.message(schema::TensorShapeProto::kDim, dim);
  }
  Bytes tensor;
  tensor.number(schema::TypeProto_Tensor::kElemType, dtype).message(schema::TypeProto_Tensor::kShape, dims);
  return Bytes().message(schema::TypeProto::kTensorType, tensor);
}

inline Bytes value_bytes(std::string_view name, std::int64_t dtype, const std::vector<Extent>& shape) {
  return Bytes().text(schema::ValueInfoProto::kName, name).message(schema::ValueInfoProto::kType, type_bytes(dtype, shape));
}

inline Bytes untyped_value_bytes(std::string_view name) { return Bytes().text(schema::ValueInfoProto::kName, name); }

inline Bytes node_bytes(std::string_view op, std::initializer_list<std::string_view> inputs,
                        std::initializer_list<std::string_view> outputs, std::string_view name = {}) {
  Bytes node;
  for (const std::string_view input : inputs) node.text(schema::NodeProto::kInput, input);
  for (const std::string_view output : outputs) node.text(schema::NodeProto::kOutput, output);
  if (!name.empty()) node.text(schema::NodeProto::kName, name);
  return node.text(schema::NodeProto::kOpType, op);
}

inline Bytes tensor_bytes(std::string_view name, std::int64_t dtype, std::initializer_list<std::int64_t> dims) {
  Bytes tensor;
  for (const std::int64_t dim : dims) tensor.number(schema::TensorProto::kDims, dim);
  return tensor.number(schema::TensorProto::kDataType, dtype).text(schema::TensorProto::kName, name);
}

inline Bytes entry_bytes(std::string_view key, std::string_view value) {
  return Bytes().text(schema::StringStringEntryProto::kKey, key).text(schema::StringStringEntryProto::kValue, value);
}

inline Bytes graph_attribute_bytes(std::string_view name, const Bytes& graph) {
  return Bytes()
      .text(schema::AttributeProto::kName, name)
      .message(schema::AttributeProto::kG, graph)
      .number(schema::AttributeProto::kType, static_cast<std::int64_t>(schema::AttributeType::kGraph));
}

inline Bytes integer_attribute_bytes(std::string_view name, std::int64_t value) {
  return Bytes()
      .text(schema::AttributeProto::kName, name)
      .number(schema::AttributeProto::kI, value)
      .number(schema::AttributeProto::kType, static_cast<std::int64_t>(schema::AttributeType::kInt));
}

/// Everything of a model but its graph.
inline Bytes model_head_bytes(std::int64_t opset = 17) {
  return Bytes()
      .number(schema::ModelProto::kIrVersion, 8)
      .message(schema::ModelProto::kOpsetImport,
               Bytes().text(schema::OperatorSetIdProto::kDomain, "").number(schema::OperatorSetIdProto::kVersion, opset));
}

inline std::string model_bytes(const Bytes& graph, std::int64_t opset = 17) {
  return model_head_bytes(opset).message(schema::ModelProto::kGraph, graph).str();
}

/// x [N, 4] -> Relu -> y.
inline Bytes small_graph_bytes() {
  constexpr auto kFloat = static_cast<std::int64_t>(schema::DataType::kFloat);
  return Bytes()
      .text(schema::GraphProto::kName, "small")
      .message(schema::GraphProto::kInput, value_bytes("x", kFloat, {"N", 4}))
      .message(schema::GraphProto::kNode, node_bytes("Relu", {"x"}, {"y"}, "only"))
      .message(schema::GraphProto::kOutput, value_bytes("y", kFloat, {"N", 4}));
}

}  // namespace macroscope::test
