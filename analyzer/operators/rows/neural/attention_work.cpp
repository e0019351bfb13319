#include "analyzer/operators/rows/neural/attention_work.h"

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

AccessMap visible_keys(const Dim& queries, const Dim& keys, const AttentionWindow& window, std::size_t axis) {
  if (!window.left && !window.right) return AccessMap::whole(keys);
  const Dim own = keys - queries;  // the key that the first query is at
  AccessMap access = AccessMap::along(axis, 1, own - window.left.value_or(0), own + window.right.value_or(0));
  access.before = !window.left.has_value();
  access.after = !window.right.has_value();
  return access;
}

AxisMap attention_over_tokens(const OpContext& context, const AttentionWindow& window) {
  const Shape& query = context.known_shape(0);
  const bool has_keys = context.has_input(1);
  if (query.rank() != 3) throw Unknown();
  AxisMap map;
  for (std::size_t operand = 0; operand < context.input_count(); ++operand) {
    if (!context.has_input(operand) || !context.shape(operand).known()) continue;
    const Shape& shape = context.shape(operand);
    std::vector<AccessMap> axes = axis_maps::whole_between(shape, 0, shape.rank());
    const bool is_projected = operand < (has_keys ? 3 : 1);
    if (is_projected && shape.rank() != 3) continue;
    if (shape.rank() > 1 && shape[0] == query[0]) axes[0] = AccessMap::along(0);
    if (is_projected && operand == 0 && has_keys) axes[1] = AccessMap::along(1);
    if (is_projected && (operand > 0 || !has_keys)) axes[1] = visible_keys(query[1], shape[1], window, 1);
    map.reads(0, operand, std::move(axes));
  }
  return map;
}

Dim visible_products(const Dim& per_pair, const Dim& queries, const Dim& keys, const AttentionWindow& window) {
  if (!window.left && !window.right) return per_pair * queries * keys;
  return half(per_pair * twice_visible_pairs(queries, keys, window));
}

void add_attention(Work& work, const AttentionExtents& extents, const AttentionWindow& window, DataType dtype) {
  const Dim scores = extents.batch * extents.heads * extents.queries * extents.keys;
  const Dim per_pair = extents.batch * extents.heads * (extents.width + extents.value_width);
  const Dim macs = scores * (extents.width + extents.value_width);
  work.add_macs(macs, visible_products(per_pair, extents.queries, extents.keys, window), dtype);
  work.add({.add = 2, .mul = 1, .div = 1, .compare = 1, .special = 1}, scores);
}

}  // namespace macroscope
