// Scaled dot-product attention: what does it cost, and how much of it is certainly masked?
#pragma once

#include <optional>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/op_context.h"
#include "analyzer/operators/work.h"

namespace macroscope {

/// Extents of an attention; `keys` with the past.
struct AttentionExtents {
  Dim batch;
  Dim heads;  // of the queries
  Dim queries;
  Dim keys;
  Dim width;        // of a query and a key
  Dim value_width;  // of a value
};

/// Which keys a query may see, counted from its own position: all of them, unless a bound is set.
struct AttentionWindow {
  std::optional<std::int64_t> left;
  std::optional<std::int64_t> right;  // 0: causal
};

/// How many pairs of a query and a key are not masked: query i is at key `keys - queries + i`.
Dim visible_pairs(const Dim& queries, const Dim& keys, const AttentionWindow& window);

/// Which of `keys` keys the query reads that `axis` counts.
AccessMap visible_keys(const Dim& queries, const Dim& keys, const AttentionWindow& window, std::size_t axis);

/// Operands 0, 1, 2 are queries, keys and values [batch, length, features]; without keys the first holds all three.  The first output has a
/// place for each query; it reads everything else whole. \throws Unknown for operands of another form
AxisMap attention_over_tokens(const OpContext& context, const AttentionWindow& window);

/// How many of `per_pair` products for each pair of a query and a key are not masked.
Dim visible_products(const Dim& per_pair, const Dim& queries, const Dim& keys, const AttentionWindow& window);

/// batch * heads * queries * keys * (width + value_width) MACs; per score 1 mul for the scale, and a softmax.
void add_attention(Work& work, const AttentionExtents& extents, const AttentionWindow& window, DataType dtype);

}  // namespace macroscope
