#include "frontends/onnx/export/tensor_bytes.h"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "analyzer/passes/cost/storage.h"
#include "frontends/onnx/wire/onnx_fields.h"

namespace macroscope::onnx {
namespace {

/// ONNX's raw data is little-endian.
template <typename T>
void append(std::string& bytes, T number) {
  static_assert(std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);  // NOLINT: bytes of a number
}

void append_integer(std::string& bytes, DataType dtype, std::int64_t number) {
  switch (bits_of(dtype).value_or(0)) {
    case 64:
      return append(bytes, number);
    case 32:
      return append(bytes, static_cast<std::int32_t>(number));
    case 16:
      return append(bytes, static_cast<std::int16_t>(number));
    default:
      return append(bytes, static_cast<std::int8_t>(number));
  }
}

void append_real(std::string& bytes, DataType dtype, const Real& real) {
  const std::optional<Dim> whole = real.number() ? std::nullopt : real.whole();
  const double number = real.number().value_or(whole ? static_cast<double>(whole->number().value_or(0)) : 0.0);
  if (dtype == DataType::float64) return append(bytes, number);
  append(bytes, static_cast<float>(number));
}

/// What it is where the content is of a form that is written; otherwise empty.
std::string raw_content(DataType dtype, const ValuePointer& content) {
  std::string bytes;
  if (content == nullptr) return bytes;
  const bool has_reals = dtype == DataType::float32 || dtype == DataType::float64;
  if (const Integers* integers = content->integers(); integers != nullptr && bits_of(dtype).value_or(0) >= 8)
    for (const auto& element : *integers) append_integer(bytes, dtype, element ? element->number().value_or(0) : 0);
  if (const Reals* reals = content->reals(); reals != nullptr && has_reals)
    for (const auto& element : *reals) append_real(bytes, dtype, element.value_or(Real(0.0)));
  return bytes;
}

}  // namespace

void write_header(protozero::pbf_writer& tensor, const StoredTensor& stored) {
  for (const Dim& extent : shape_of(stored)) tensor.add_int64(schema::TensorProto::kDims, extent.number().value_or(0));
  tensor.add_int32(schema::TensorProto::kDataType, static_cast<std::int32_t>(stored.dtype));
}

void write_tensor(protozero::pbf_writer& tensor, const StoredTensor& stored, const ValuePointer& content) {
  write_header(tensor, stored);
  const std::int64_t elements = shape_of(stored).elements().number().value_or(0);
  if (stored.dtype == DataType::string) {
    const Texts* texts = content ? content->texts() : nullptr;
    for (std::int64_t element = 0; element < elements; ++element)
      tensor.add_string(schema::TensorProto::kStringData, texts != nullptr ? (*texts)[static_cast<std::size_t>(element)] : "");
    return;
  }
  const std::int64_t length = bytes_of(stored.dtype, elements).number().value_or(0);
  std::string bytes = raw_content(stored.dtype, content);
  bytes.resize(static_cast<std::size_t>(length), '\0');
  tensor.add_bytes(schema::TensorProto::kRawData, bytes);
}

void write_taps(protozero::pbf_writer& tensor, const StoredTensor& stored) {
  const Shape shape = shape_of(stored);
  std::int64_t taps = 1;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t extent = axis < 2 ? 1 : shape[axis].number().value_or(0);
    tensor.add_int64(schema::TensorProto::kDims, extent);
    taps *= extent;
  }
  tensor.add_int32(schema::TensorProto::kDataType, static_cast<std::int32_t>(DataType::uint8));
  std::string bytes(static_cast<std::size_t>(taps), '\0');
  const std::int64_t kept = taps / 2 + (stored.mask == TapMask::through_centre ? 1 : 0);
  for (std::int64_t tap = 0; tap < kept; ++tap) bytes[static_cast<std::size_t>(tap)] = 1;
  tensor.add_bytes(schema::TensorProto::kRawData, bytes);
}

}  // namespace macroscope::onnx
