#include "analyzer/operators/attention_work.h"

namespace macroscope {
namespace {

/// Twice the sum of t between 0 and `keys` over all t from 1 to n, a t above `keys` counting as `keys`.
Dim twice_sum_to(const Dim& n, const Dim& keys) {
  const Dim climbing = max(min(n, keys), 0);
  return climbing * (climbing + 1) + max(n - keys, 0) * keys * 2;
}

/// Twice as many, so that halves need no rounding.  The query at p sees the keys below p + right + 1 that are not below p - left; p runs
/// from keys - queries to keys - 1.
Dim twice_visible_pairs(const Dim& queries, const Dim& keys, const AttentionWindow& window) {
  Dim visible = queries * keys * 2;
  if (window.right) visible = twice_sum_to(keys + *window.right, keys) - twice_sum_to(keys - queries + *window.right, keys);
  if (window.left) visible -= twice_sum_to(keys - 1 - *window.left, keys) - twice_sum_to(keys - queries - *window.left - 1, keys);
  return visible;
}

Dim half(const Dim& twice) {
  if (const auto exact = exact_quotient(twice, 2)) return *exact;
  return floor_div(twice, 2);
}

}  // namespace

Dim visible_pairs(const Dim& queries, const Dim& keys, const AttentionWindow& window) {
  return half(twice_visible_pairs(queries, keys, window));
}

void add_attention(Work& work, const AttentionExtents& extents, const AttentionWindow& window, DataType dtype) {
  const Dim scores = extents.batch * extents.heads * extents.queries * extents.keys;
  const Dim per_pair = extents.batch * extents.heads * (extents.width + extents.value_width);
  const bool is_masked = window.left || window.right;
  const Dim macs = scores * (extents.width + extents.value_width);
  work.add_macs(macs, is_masked ? half(per_pair * twice_visible_pairs(extents.queries, extents.keys, window)) : macs, dtype);
  work.add({.add = 2, .mul = 1, .div = 1, .compare = 1, .special = 1}, scores);
}

}  // namespace macroscope
