#include "analyzer/network/data_type.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace macroscope {
namespace {

enum class Family : std::uint8_t { other, floating, integer };

struct Row {
  std::string_view name;
  int bits;
  Family family;
};

constexpr std::array<Row, kDataTypeCount> kRows{{
    {"", 0, Family::other},
    {"float32", 32, Family::floating},
    {"uint8", 8, Family::integer},
    {"int8", 8, Family::integer},
    {"uint16", 16, Family::integer},
    {"int16", 16, Family::integer},
    {"int32", 32, Family::integer},
    {"int64", 64, Family::integer},
    {"string", 0, Family::other},
    {"bool", 8, Family::other},
    {"float16", 16, Family::floating},
    {"float64", 64, Family::floating},
    {"uint32", 32, Family::integer},
    {"uint64", 64, Family::integer},
    {"complex64", 64, Family::floating},
    {"complex128", 128, Family::floating},
    {"bfloat16", 16, Family::floating},
    {"float8_e4m3fn", 8, Family::floating},
    {"float8_e4m3fnuz", 8, Family::floating},
    {"float8_e5m2", 8, Family::floating},
    {"float8_e5m2fnuz", 8, Family::floating},
    {"uint4", 4, Family::integer},
    {"int4", 4, Family::integer},
    {"float4_e2m1fn", 4, Family::floating},
    {"float8_e8m0fnu", 8, Family::floating},
    {"uint2", 2, Family::integer},
    {"int2", 2, Family::integer},
}};

const Row& row_of(DataType type) noexcept {
  const auto index = static_cast<std::size_t>(type);
  return kRows[index < kRows.size() ? index : 0];
}

}  // namespace

DataType data_type_of(std::int64_t onnx_number) noexcept {
  return onnx_number > 0 && onnx_number < kDataTypeCount ? static_cast<DataType>(onnx_number) : DataType::unknown;
}

std::string_view name_of(DataType type) noexcept { return row_of(type).name; }

std::optional<DataType> data_type_named(std::string_view name) noexcept {
  const auto found = std::find_if(kRows.begin() + 1, kRows.end(), [name](const Row& row) { return row.name == name; });
  if (found == kRows.end()) return std::nullopt;
  return static_cast<DataType>(found - kRows.begin());
}

std::optional<int> bits_of(DataType type) noexcept {
  const int bits = row_of(type).bits;
  return bits == 0 ? std::nullopt : std::optional<int>(bits);
}

bool is_floating(DataType type) noexcept { return row_of(type).family == Family::floating; }
bool is_integer(DataType type) noexcept { return row_of(type).family == Family::integer; }

}  // namespace macroscope
