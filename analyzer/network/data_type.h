// Element types: what are the elements of a tensor, how are they called, and how many bits does each take?
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace macroscope {

/// Numbered as ONNX's TensorProto.DataType numbers them, so that a front end converts by a range check.
enum class DataType : std::uint8_t {
  unknown = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
  float8_e4m3fn = 17,
  float8_e4m3fnuz = 18,
  float8_e5m2 = 19,
  float8_e5m2fnuz = 20,
  uint4 = 21,
  int4 = 22,
  float4_e2m1fn = 23,
  float8_e8m0fnu = 24,
  uint2 = 25,
  int2 = 26,
};

inline constexpr int kDataTypeCount = 27;

/// The type with ONNX's number; `unknown` for numbers that name none.
[[nodiscard]] DataType data_type_of(std::int64_t onnx_number) noexcept;
/// numpy's and ml_dtypes' name: `float32`, `bool`, `float8_e4m3fn`; empty for unknown.
[[nodiscard]] std::string_view name_of(DataType type) noexcept;
[[nodiscard]] std::optional<DataType> data_type_named(std::string_view name) noexcept;
/// Bits an element takes when stored; empty for string and unknown.
[[nodiscard]] std::optional<int> bits_of(DataType type) noexcept;
/// float, float16, bfloat16, double, float8, float4, and complex: work on them is a FLOP.
[[nodiscard]] bool is_floating(DataType type) noexcept;
[[nodiscard]] bool is_integer(DataType type) noexcept;

}  // namespace macroscope
