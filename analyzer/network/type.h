// Value types: what kind of thing flows along an edge of the network?
#pragma once

#include <cstdint>
#include <memory>

#include "analyzer/algebra/shape.h"
#include "analyzer/network/data_type.h"
#include "analyzer/network/value.h"

namespace macroscope {

/// `absent` is what an operand is that a function's caller leaves out.
enum class Kind : std::uint8_t { unknown, tensor, sparse, sequence, optional, map, absent };

/// A type as far as it is known.  Tensors and sparse tensors have a dtype and a shape (either may be unknown); sequences, optionals
/// and maps have an element type, maps a key type.
struct Type {
  Kind kind = Kind::unknown;
  DataType dtype = DataType::unknown;
  DataType key = DataType::unknown;
  Shape shape = Shape::unknown();
  std::shared_ptr<const Type> element{};

  static Type tensor(DataType dtype, Shape shape = Shape::unknown()) {
    return {Kind::tensor, dtype, DataType::unknown, std::move(shape), {}};
  }
  static Type sequence_of(Type element);
  static Type optional_of(Type element);
  [[nodiscard]] bool is_tensor() const noexcept { return kind == Kind::tensor; }
  friend bool operator==(const Type& a, const Type& b) noexcept;
};

/// What is known of one tensor of the network: its type and, where shapes depend on it, its content.
struct Fact {
  Type type{};
  ValuePointer value{};

  static Fact tensor(DataType dtype, Shape shape = Shape::unknown(), ValuePointer value = {}) {
    return {Type::tensor(dtype, std::move(shape)), std::move(value)};
  }
  friend bool operator==(const Fact& a, const Fact& b) noexcept;
};

}  // namespace macroscope
