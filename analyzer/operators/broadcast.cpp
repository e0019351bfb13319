#include "analyzer/operators/broadcast.h"

#include <algorithm>

namespace macroscope {

const Dim& plainer(const Dim& a, const Dim& b) noexcept {
  if (a.is_number() || b.is_number()) return b.is_number() ? b : a;
  return b.size() < a.size() ? b : a;
}

Dim broadcast(const OpContext& context, const Dim& a, const Dim& b) {
  if (a == b || b.is(1)) return a;
  if (a.is(1)) return b;
  if (equal(a, b) == Certainty::never) {
    // A symbol may still be 1 and stretch, even where it cannot be equal: N + 1 against 1 was dealt with above, N against 2 * N may not.
    const bool may_stretch = equal(a, 1) != Certainty::never || equal(b, 1) != Certainty::never;
    require(may_stretch, "broadcast", "{} and {} do not broadcast", a, b);
    const bool first_is_one = equal(a, 1) != Certainty::never;
    context.assume(Assumption::equal(first_is_one ? a : b, 1));
    return first_is_one ? b : a;
  }
  context.assume(Assumption::equal(a, b));
  return plainer(a, b);
}

Shape broadcast(const OpContext& context, const Shape& a, const Shape& b) {
  if (!a.known() || !b.known()) return Shape::unknown();
  if (a == b) return a;
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  std::vector<Dim> dims(longer.begin(), longer.end());
  const std::size_t offset = longer.rank() - shorter.rank();
  for (std::size_t axis = 0; axis < shorter.rank(); ++axis)
    dims[offset + axis] = broadcast(context, dims[offset + axis], shorter[axis]);
  if (std::equal(dims.begin(), dims.end(), longer.begin())) return longer;
  return Shape(dims);
}

Shape broadcast_inputs(const OpContext& context, std::size_t first) {
  Shape shape;
  bool any = false;
  for (std::size_t index = first; index < context.input_count(); ++index) {
    if (!context.has_input(index)) continue;
    shape = any ? broadcast(context, shape, context.shape(index)) : context.shape(index);
    any = true;
  }
  return shape;
}

}  // namespace macroscope
