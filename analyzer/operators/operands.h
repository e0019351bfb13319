// Operand checks: what do many operators demand of their operands, and what do their axes, sizes and counts say?
//
// Over the versions of the operator set lists of integers moved from attributes to operands; both are read alike here.  An operand whose
// content is not known still tells how many integers it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/operators/op_context.h"

namespace macroscope {

/// Stands for an operand that no version has: only the attribute counts.
inline constexpr std::size_t kNoOperand = std::numeric_limits<std::size_t>::max();

/// \throws RuleError `missing-input` unless the first `count` operands are given
void require_inputs(const OpContext& context, std::size_t count);
/// The same, and \throws RuleError `operand-count` if there are more than `most`
void require_operands(const OpContext& context, std::size_t least, std::size_t most);
inline void require_operands(const OpContext& context, std::size_t count) { require_operands(context, count, count); }
/// \throws RuleError `dtype-mismatch` if two of these operands are known to differ
void require_same_dtype(const OpContext& context, std::initializer_list<std::size_t> indices);
/// \throws RuleError `bad-rank` if the operand's rank is known and another
void require_rank(const OpContext& context, std::size_t index, std::size_t rank);
/// \throws RuleError `bad-rank` if the operand's rank is known and less
void require_rank_at_least(const OpContext& context, std::size_t index, std::size_t rank);
/// \throws RuleError `bad-attribute` unless the attribute, or its default, is one of these
std::string_view choice(const OpContext& context, std::string_view name, std::string_view otherwise,
                        std::initializer_list<std::string_view> choices);

/// The dtype whose number the attribute holds. \throws RuleError `bad-attribute` where there is none of that number
DataType dtype_attribute(const OpContext& context, std::string_view name, DataType otherwise);

/// Whether either the operand or the attribute is there.
bool is_given(const OpContext& context, std::size_t index, std::string_view attribute);
/// The integers of an operand, or of the attribute where there is none.  Elements that are not known are empty; the whole is empty if not
/// even their number is known. \throws RuleError `bad-rank` if the operand has more than one axis
std::optional<Integers> list_of(const OpContext& context, std::size_t index, std::string_view attribute = {});
/// The same for one integer. \throws RuleError `bad-operand` if it holds more or less than one
std::optional<Dim> scalar_of(const OpContext& context, std::size_t index, std::string_view attribute = {});
/// The same for axes, counted from the front. \throws RuleError `bad-axis`, also for an axis named twice
std::optional<std::vector<std::size_t>> axes_of(const OpContext& context, std::size_t index, std::string_view attribute,
                                                std::size_t rank);

/// An extent that only the data can tell, named after the output and its axis.
Dim fresh_extent(const OpContext& context, std::size_t output, std::size_t axis);
/// A shape of such extents; of unknown rank where the rank is beyond all reason.
Shape fresh_shape(const OpContext& context, std::size_t output, std::size_t rank);
/// The shape of these extents. \throws RuleError `bad-extent` for a number that is negative or past 64 bits
Shape checked_shape(const std::vector<Dim>& extents);
/// The plainer of two extents that must be equal. \throws RuleError `shape-mismatch`
Dim agreed(const OpContext& context, const Dim& a, const Dim& b, std::string_view what);

/// max(0, extent), without the max where only an empty `axis` could make the extent negative: that it is not empty is assumed then.
Dim at_least_zero(const OpContext& context, const Dim& extent, const Dim& axis);
/// a / b where that must leave no remainder; that it leaves none is assumed where it is not certain. \throws RuleError `not-divisible`
Dim exact_share(const OpContext& context, const Dim& a, const Dim& b, std::string_view what);

}  // namespace macroscope
