#include "frontends/onnx/import/stored_tensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "frontends/onnx/reader/external_data.h"

namespace macroscope::onnx {
namespace {

using Held = PayloadView::Field;

std::string_view name_of_list(Held field) {
  switch (field) {
    case Held::raw:
      return "raw_data";
    case Held::floats:
      return "float_data";
    case Held::int32s:
      return "int32_data";
    case Held::int64s:
      return "int64_data";
    case Held::doubles:
      return "double_data";
    case Held::uint64s:
      return "uint64_data";
    case Held::strings:
      return "string_data";
    case Held::none:
      break;
  }
  return "nothing";
}

/// The list that holds elements of this type where they are not raw.
Held list_for(DataType dtype) {
  switch (dtype) {
    case DataType::float32:
    case DataType::complex64:
      return Held::floats;
    case DataType::float64:
    case DataType::complex128:
      return Held::doubles;
    case DataType::int64:
      return Held::int64s;
    case DataType::uint32:
    case DataType::uint64:
      return Held::uint64s;
    case DataType::string:
      return Held::strings;
    case DataType::unknown:
      return Held::none;
    default:
      return Held::int32s;
  }
}

/// How many numbers of its list a tensor takes: complex elements take two, those of less than a byte share one.
std::uint64_t length_in(Held field, DataType dtype, std::uint64_t elements) {
  const auto bits = static_cast<std::uint64_t>(bits_of(dtype).value_or(8));
  if (field == Held::raw) return elements / 8 * bits + (elements % 8 * bits + 7) / 8;
  if (dtype == DataType::complex64 || dtype == DataType::complex128) return 2 * elements;
  return bits < 8 ? elements / 8 * bits + (elements % 8 * bits + 7) / 8 : elements;
}

}  // namespace

std::optional<StoredTensor> StoredTensors::import(const TensorView& tensor, const Origin& origin) {
  StoredTensor stored;
  stored.name = tensor.name;
  stored.dims = tensor.dims.span();
  stored.dtype = data_type_of(tensor.data_type);
  const auto elements = elements_of(stored.name, stored.dims, origin);
  if (!elements) return std::nullopt;
  if (stored.dtype == DataType::unknown)
    reporter_.error("unknown-type",
                    fmt::format("the elements of '{}' have the type {}, which ONNX does not know", stored.name, tensor.data_type),
                    origin);
  if (tensor.is_external) {
    const ExternalPlace place = external_place(tensor, origin, reporter_);
    stored.external_location = place.location;
    stored.external_offset = place.offset;
    const std::uint64_t expected = length_in(Held::raw, stored.dtype, *elements);
    stored.external_length = place.length.value_or(expected);
    if (place.length && bits_of(stored.dtype) && *place.length != expected)
      reporter_.error(
          "payload-size",
          fmt::format("'{}' takes {} bytes by its shape, but {} bytes of external data", stored.name, expected, *place.length),
          origin);
    return stored;
  }
  check_payload(tensor, stored.dtype, *elements, origin);
  if (!tensor.is_segment && !tensor.payload.is_ambiguous) stored.handle = contents_.add(tensor.payload, stored.dtype, *elements);
  return stored;
}

std::optional<StoredTensor> StoredTensors::import(const SparseTensorView& tensor, const Origin& origin) {
  auto stored = import(tensor.values, origin);
  if (!stored) return std::nullopt;
  stored->sparse = true;
  stored->handle = 0;
  stored->dims = tensor.dims.span();
  if (!elements_of(stored->name, stored->dims, origin)) return std::nullopt;
  return stored;
}

std::optional<std::uint64_t> StoredTensors::elements_of(std::string_view name, std::span<const std::int64_t> dims,
                                                        const Origin& origin) {
  std::uint64_t elements = 1;
  bool is_empty = false;
  bool is_past_any_memory = false;
  for (const std::int64_t dim : dims) {
    if (dim < 0) {
      reporter_.error("negative-dim", fmt::format("'{}' is stored with the extent {}", name, dim), origin);
      return std::nullopt;
    }
    is_empty = is_empty || dim == 0;
    // Complex elements take 16 bytes: the size in bytes is to fit 63 bits as well.
    constexpr std::uint64_t kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 16;
    is_past_any_memory =
        is_past_any_memory || __builtin_mul_overflow(elements, static_cast<std::uint64_t>(dim), &elements) || elements > kMost;
  }
  if (is_empty) return 0;
  if (!is_past_any_memory) return elements;
  reporter_.error(
      "tensor-too-large",
      fmt::format("'{}' is stored with the shape [{}], of more bytes than can be numbered", name, fmt::join(dims, ", ")), origin);
  return std::nullopt;
}

/// A payload that is absent is fine: models are passed around without their weights.
void StoredTensors::check_payload(const TensorView& tensor, DataType dtype, std::uint64_t elements, const Origin& origin) {
  const PayloadView& payload = tensor.payload;
  const std::string_view name = tensor.name;
  if (payload.most == 0 || tensor.is_segment || dtype == DataType::unknown) return;
  if (payload.is_ambiguous) {
    reporter_.error("ambiguous-payload", fmt::format("'{}' stores its elements in more than one field", name), origin);
    return;
  }
  const bool is_raw = payload.field == Held::raw && dtype != DataType::string;
  if (!is_raw && payload.field != list_for(dtype)) {
    reporter_.error("payload-field",
                    fmt::format("'{}' stores elements of type {} in {}", name, name_of(dtype), name_of_list(payload.field)),
                    origin);
    return;
  }
  const std::uint64_t expected = length_in(payload.field, dtype, elements);
  if (payload.fewest <= expected && expected <= payload.most) return;
  const std::string_view unit = is_raw ? "bytes" : "numbers";
  const std::string found =
      payload.fewest == payload.most ? fmt::format("{}", payload.most) : fmt::format("{} to {}", payload.fewest, payload.most);
  reporter_.error("payload-size",
                  fmt::format("'{}' takes {} {} by its shape [{}], but {} holds {}", name, expected, unit,
                              fmt::join(tensor.dims.span(), ", "), name_of_list(payload.field), found),
                  origin, "the file may be damaged: export the model again");
}

}  // namespace macroscope::onnx
