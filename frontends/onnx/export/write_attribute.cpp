#include "frontends/onnx/export/write_attribute.h"

#include <vector>

namespace macroscope::onnx {
namespace {

using schema::AttributeType;

struct TypeOf {
  AttributeType operator()(std::int64_t) const { return AttributeType::kInt; }
  AttributeType operator()(const Dim*) const { return AttributeType::kInt; }
  AttributeType operator()(double) const { return AttributeType::kFloat; }
  AttributeType operator()(std::string_view) const { return AttributeType::kString; }
  AttributeType operator()(const StoredTensor*) const { return AttributeType::kTensor; }
  AttributeType operator()(GraphId) const { return AttributeType::kGraph; }
  AttributeType operator()(std::span<const float>) const { return AttributeType::kFloats; }
  AttributeType operator()(std::span<const std::int64_t>) const { return AttributeType::kInts; }
  AttributeType operator()(std::span<const Dim>) const { return AttributeType::kInts; }
  AttributeType operator()(std::span<const std::string_view>) const { return AttributeType::kStrings; }
  template <typename T>
  AttributeType operator()(const T&) const {
    return AttributeType::kUndefined;
  }
};

struct WriteContent {
  protozero::pbf_writer& out;

  void operator()(std::int64_t number) const { out.add_int64(schema::AttributeProto::kI, number); }
  void operator()(double number) const { out.add_float(schema::AttributeProto::kF, static_cast<float>(number)); }
  void operator()(std::string_view text) const { out.add_bytes(schema::AttributeProto::kS, text.data(), text.size()); }
  void operator()(std::span<const std::int64_t> numbers) const {
    for (const std::int64_t number : numbers) out.add_int64(schema::AttributeProto::kInts, number);
  }
  void operator()(std::span<const float> numbers) const {
    for (const float number : numbers) out.add_float(schema::AttributeProto::kFloats, number);
  }
  void operator()(std::span<const std::string_view> texts) const {
    for (const std::string_view text : texts) out.add_bytes(schema::AttributeProto::kStrings, text.data(), text.size());
  }
  void operator()(const Dim* number) const { (*this)(number->number().value_or(0)); }
  void operator()(std::span<const Dim> numbers) const {
    for (const Dim& number : numbers) (*this)(std::span<const std::int64_t>(std::vector{number.number().value_or(0)}));
  }
  template <typename T>
  void operator()(const T&) const {}
};

}  // namespace

void add_text(protozero::pbf_writer& out, std::uint32_t field, std::string_view text) {
  if (!text.empty()) out.add_bytes(field, text.data(), text.size());
}

bool is_writable(const Attribute& attribute) noexcept {
  return std::visit(TypeOf{}, attribute.content) != AttributeType::kUndefined;
}

void write_header(protozero::pbf_writer& attribute_message, const Attribute& attribute) {
  add_text(attribute_message, schema::AttributeProto::kName, attribute.name);
  attribute_message.add_enum(schema::AttributeProto::kType, static_cast<std::int32_t>(std::visit(TypeOf{}, attribute.content)));
}

void write_attribute(protozero::pbf_writer& node, const Attribute& attribute) {
  protozero::pbf_writer out(node, schema::NodeProto::kAttribute);
  write_header(out, attribute);
  std::visit(WriteContent{out}, attribute.content);
}

}  // namespace macroscope::onnx
