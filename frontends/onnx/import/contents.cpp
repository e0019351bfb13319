#include "frontends/onnx/import/contents.h"

#include <cmath>
#include <cstring>
#include <optional>
#include <protozero/exception.hpp>
#include <protozero/varint.hpp>
#include <span>
#include <string>
#include <utility>

namespace macroscope::onnx {
namespace {

using Held = PayloadView::Field;
/// The bits of one element, in the low end.
using Words = std::vector<std::uint64_t>;

std::optional<std::uint64_t> elements_of(const StoredTensor& tensor) {
  std::uint64_t elements = 1;
  for (const std::int64_t dim : tensor.dims)
    if (dim < 0 || __builtin_mul_overflow(elements, static_cast<std::uint64_t>(dim), &elements)) return std::nullopt;
  return elements;
}

/// All pieces, one after the other.
std::optional<std::string> bytes_of(const Source& source, const PayloadView& payload) {
  std::string bytes;
  const auto add = [&](const PieceView& piece) {
    const std::size_t before = bytes.size();
    if (piece.length > bytes.max_size() - before) return false;  // a length of a file may be more than there is memory for
    const auto length = static_cast<std::size_t>(piece.length);
    if (piece.bytes != nullptr) {
      bytes.append(piece.bytes, length);
      return true;
    }
    bytes.resize(before + length);
    return source.read(piece.offset, std::span(bytes).subspan(before));
  };
  if (!add(payload.first)) return std::nullopt;
  for (const PieceView& piece : payload.more)
    if (!add(piece)) return std::nullopt;
  return bytes;
}

/// Elements of `bits` bits each, little-endian; of several in a byte the lowest comes first.
Words fixed_size(std::string_view bytes, int bits) {
  Words words;
  if (bits < 8) {
    const unsigned mask = (1U << static_cast<unsigned>(bits)) - 1U;
    for (const char c : bytes)
      for (int shift = 0; shift < 8; shift += bits)
        words.push_back(static_cast<unsigned char>(c) >> static_cast<unsigned>(shift) & mask);
    return words;
  }
  const auto size = static_cast<std::size_t>(bits / 8);
  for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, size);
    words.push_back(word);
  }
  return words;
}

std::optional<Words> varints(std::string_view bytes) {
  Words words;
  const char* const end = bytes.data() + bytes.size();
  try {
    for (const char* cursor = bytes.data(); cursor < end;) words.push_back(protozero::decode_varint(&cursor, end));
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
  return words;
}

std::optional<Words> words_of(const Source& source, const PayloadView& payload, DataType dtype) {
  const auto bits = bits_of(dtype);
  if (!bits || *bits > 64) return std::nullopt;
  const auto bytes = bytes_of(source, payload);
  if (!bytes) return std::nullopt;
  switch (payload.field) {
    case Held::raw:
      return fixed_size(*bytes, *bits);
    case Held::floats:
      return fixed_size(*bytes, 32);
    case Held::doubles:
      return fixed_size(*bytes, 64);
    case Held::int32s: {
      auto words = varints(*bytes);
      if (!words || *bits >= 8) return words;
      // Several small elements share the low byte of each number.
      std::string low;
      for (const std::uint64_t word : *words) low += static_cast<char>(word & 0xffU);
      return fixed_size(low, *bits);
    }
    case Held::int64s:
    case Held::uint64s:
      return varints(*bytes);
    case Held::strings:
    case Held::none:
      break;
  }
  return std::nullopt;
}

Dim integer_of(std::uint64_t word, DataType dtype) {
  const auto bits = static_cast<unsigned>(*bits_of(dtype));
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  word &= mask;
  switch (dtype) {
    case DataType::boolean:
      return word != 0 ? 1 : 0;
    case DataType::uint64:
      return Dim::of_int128(static_cast<Int128>(word));
    case DataType::int2:
    case DataType::int4:
    case DataType::int8:
    case DataType::int16:
    case DataType::int32:
    case DataType::int64: {
      const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
      return static_cast<std::int64_t>((word ^ sign) - sign);
    }
    default:
      return static_cast<std::int64_t>(word);
  }
}

template <typename RealType, typename Word>
RealType real_with_bits(Word word) noexcept {
  static_assert(sizeof(RealType) == sizeof(Word));
  RealType real = 0;
  std::memcpy(&real, &word, sizeof real);
  return real;
}

double half_of(std::uint64_t word) {
  const auto mantissa = static_cast<double>(word & 0x3ffU);
  const int exponent = static_cast<int>(word >> 10U & 0x1fU);
  double size = 0;
  if (exponent == 31) {
    size = mantissa == 0 ? HUGE_VAL : std::nan("");
  } else {
    size = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  }
  return (word & 0x8000U) != 0 ? -size : size;
}

std::optional<double> real_of(std::uint64_t word, DataType dtype) {
  switch (dtype) {
    case DataType::float64:
      return real_with_bits<double>(word);
    case DataType::float32:
      return real_with_bits<float>(static_cast<std::uint32_t>(word));
    case DataType::bfloat16:
      return real_with_bits<float>(static_cast<std::uint32_t>(word) << 16U);
    case DataType::float16:
      return half_of(word);
    default:
      return std::nullopt;  // eight bits and fewer: never a scale or a size
  }
}

ValuePointer texts_of(const Source& source, const PayloadView& payload) {
  macroscope::Texts texts;
  const auto add = [&](const PieceView& piece) {
    PayloadView alone;
    alone.first = piece;
    auto text = bytes_of(source, alone);
    if (text) texts.push_back(std::move(*text));
    return text.has_value();
  };
  if (!add(payload.first)) return nullptr;
  for (const PieceView& piece : payload.more)
    if (!add(piece)) return nullptr;
  return std::make_shared<const Value>(std::move(texts));
}

}  // namespace

std::uint64_t Contents::add(const PayloadView& payload, DataType dtype, std::uint64_t elements) {
  constexpr std::uint64_t kLongestContent = std::uint64_t{1} << 20U;
  // Real numbers that shapes depend on are scales and bounds, a few at a time.
  constexpr std::uint64_t kMostReals = 64;
  const bool is_short =
      elements <= (is_floating(dtype) ? kMostReals : Value::kMaxElements) && payload.first.length <= kLongestContent;
  if (payload.most == 0 || !is_short || payload.is_in_too_many_pieces) return 0;
  payloads_.push_back(payload);
  return payloads_.size();
}

ValuePointer Contents::read(const StoredTensor& tensor) const {
  const auto elements = elements_of(tensor);
  if (!elements || *elements > Value::kMaxElements || tensor.sparse) return nullptr;
  const bool is_real = is_floating(tensor.dtype);
  if (*elements == 0 && tensor.dtype != DataType::string)
    return is_real ? std::make_shared<const Value>(Reals{}) : std::make_shared<const Value>(Integers{});
  if (tensor.handle == 0 || tensor.handle > payloads_.size()) return nullptr;
  const PayloadView& payload = payloads_[static_cast<std::size_t>(tensor.handle - 1)];
  if (tensor.dtype == DataType::string) return payload.field == Held::strings ? texts_of(*source_, payload) : nullptr;
  const auto words = words_of(*source_, payload, tensor.dtype);
  if (!words || words->size() < *elements) return nullptr;
  if (!is_real) {
    Integers integers;
    for (std::size_t i = 0; i < *elements; ++i) integers.emplace_back(integer_of((*words)[i], tensor.dtype));
    return std::make_shared<const Value>(std::move(integers));
  }
  Reals reals;
  for (std::size_t i = 0; i < *elements; ++i) {
    const auto real = real_of((*words)[i], tensor.dtype);
    if (!real) return nullptr;
    reals.emplace_back(*real);
  }
  return std::make_shared<const Value>(std::move(reals));
}

}  // namespace macroscope::onnx
