// Fused operators: what do they do around their main part (activations, quantisation, results shaped like an operand)?
#pragma once

#include <string_view>
#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// Per element of what QuantizeLinear and DequantizeLinear do.
inline constexpr Effort kQuantize{.add = 1, .div = 1, .compare = 2};
inline constexpr Effort kDequantize{.add = 1, .mul = 1};
/// x * sigmoid(x), and the gate of it: that times another.
inline constexpr Effort kSilu{.add = 1, .mul = 1, .div = 1, .special = 1};
inline constexpr Effort kGeluByErf{.add = 1, .mul = 3, .special = 1};
inline constexpr Effort kGeluByTanh{.add = 2, .mul = 6, .special = 1};
inline constexpr Effort kSoftmax{.add = 2, .div = 1, .compare = 1, .special = 1};

constexpr Effort operator+(const Effort& a, const Effort& b) {
  return {a.add + b.add, a.mul + b.mul, a.div + b.div, a.compare + b.compare, a.special + b.special};
}

/// Work per element of an activation that another operator applies to its result, by the name it has there: `Relu`, `silu`, `GELU`; none
/// for `none`. \throws RuleError `bad-attribute` for a name that is no activation
Effort effort_of_activation(std::string_view name);

/// One result with dtype and shape of the first operand. \throws RuleError `missing-input`
std::vector<Fact> like_first(const OpContext& context);

/// So much work per element of the first operand, if that is floating.
template <Effort effort>
Work per_element_of_first(const OpContext& context) {
  Work work;
  if (is_floating(context.dtype(0))) work.add(effort, elements_of(context.input(0)));
  return work;
}

/// The shape with another last extent; unknown if it is. \throws RuleError `bad-rank` for a scalar
Shape with_last(const Shape& shape, const Dim& extent);
/// The last extent. \throws RuleError `bad-rank` for a scalar
const Dim& last_of(const Shape& shape);
/// Number of rows: the product of all extents but the last. \throws RuleError `bad-rank` for a scalar
Dim rows_of(const Shape& shape);

/// An attribute that must be given and above 0. \throws RuleError `bad-attribute`
std::int64_t positive(const OpContext& context, std::string_view attribute);

}  // namespace macroscope
