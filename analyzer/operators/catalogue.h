// Catalogue of operators: which operators are known?
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Operators of one family and domain.
struct Family {
  std::string_view domain;  // empty for ONNX's own
  std::string_view name;    // `convolution`
  std::span<const Operator> operators;
};

/// Every family, in the order of documentation, with completed rows.
[[nodiscard]] std::span<const Family> catalogue() noexcept;

/// The row that an operator of this domain and name has at this version of its operator set; null if there is none.
[[nodiscard]] const Operator* find_operator(std::string_view domain, std::string_view name, std::int64_t version) noexcept;

}  // namespace macroscope
