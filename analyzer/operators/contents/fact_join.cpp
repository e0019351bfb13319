#include "analyzer/operators/contents/fact_join.h"

namespace macroscope {
namespace {

Shape join_shapes(const Shape& a, const Shape& b, Differing& differing) {
  if (!a.known() || !b.known() || a.rank() != b.rank()) return Shape::unknown();
  if (a == b) return a;
  std::vector<Dim> dims;
  for (std::size_t axis = 0; axis < a.rank(); ++axis)
    dims.push_back(a[axis] == b[axis] ? a[axis] : differing.extent(a[axis], b[axis]));
  return Shape(dims);
}

/// Elements known in both and equal stay known.
ValuePointer join_contents(const ValuePointer& a, const ValuePointer& b) {
  if (!a || !b) return nullptr;
  if (a == b || *a == *b) return a;
  const Integers* first = a->integers();
  const Integers* second = b->integers();
  if (first == nullptr || second == nullptr || first->size() != second->size()) return nullptr;
  Integers joined(first->size());
  for (std::size_t index = 0; index < joined.size(); ++index)
    if ((*first)[index] == (*second)[index]) joined[index] = (*first)[index];
  return std::make_shared<const Value>(std::move(joined));
}

bool is_empty_sequence(const Fact& fact) {
  const std::optional<Dim> length = length_of(fact);
  return length && length->is(0);
}

}  // namespace

Type join(const Type& a, const Type& b, Differing& differing) {
  // Something that may be absent, and something that is there.
  if (a.kind == Kind::optional && b.kind != Kind::optional && a.element) return Type::optional_of(join(*a.element, b, differing));
  if (b.kind == Kind::optional && a.kind != Kind::optional && b.element) return Type::optional_of(join(a, *b.element, differing));
  if (a.kind == Kind::unknown || b.kind == Kind::unknown || a.kind != b.kind) return {};
  Type joined = a;
  if (a.dtype != b.dtype) joined.dtype = DataType::unknown;
  if (a.key != b.key) joined.key = DataType::unknown;
  joined.shape = join_shapes(a.shape, b.shape, differing);
  joined.element = a.element && b.element ? std::make_shared<const Type>(join(*a.element, *b.element, differing)) : nullptr;
  return joined;
}

Fact join(const Fact& a, const Fact& b, Differing& differing) {
  if (a.type.kind == Kind::sequence && b.type.kind == Kind::sequence) {
    const std::optional<Dim> length = length_of(a) == length_of(b) ? length_of(a) : std::nullopt;
    const bool first_says_nothing = is_empty_sequence(a) && a.type.element && b.type.element && !a.type.element->shape.known();
    const bool second_says_nothing = is_empty_sequence(b) && a.type.element && b.type.element && !b.type.element->shape.known();
    if (a == b) return a;
    if (first_says_nothing) return sequence_fact(*b.type.element, length);
    if (second_says_nothing) return sequence_fact(*a.type.element, length);
    Fact joined{join(a.type, b.type, differing), nullptr};
    if (length) joined.value = std::make_shared<const Value>(Integers{*length});
    return joined;
  }
  return {join(a.type, b.type, differing), join_contents(a.value, b.value)};
}

std::optional<Dim> length_of(const Fact& sequence) {
  if (sequence.type.kind != Kind::sequence || !sequence.value) return std::nullopt;
  if (const ElementShapes* shapes = sequence.value->element_shapes()) return Dim::of_size(shapes->size());
  const Integers* length = sequence.value->integers();
  return length == nullptr ? std::nullopt : length->front();
}

const ElementShapes* element_shapes_of(const Fact& sequence) {
  return sequence.type.kind == Kind::sequence && sequence.value ? sequence.value->element_shapes() : nullptr;
}

Fact sequence_fact(Type element, ElementShapes shapes) {
  return {Type::sequence_of(std::move(element)), std::make_shared<const Value>(std::move(shapes))};
}

Fact sequence_fact(Type element, std::optional<Dim> length) {
  Fact fact{Type::sequence_of(std::move(element)), nullptr};
  if (length) fact.value = std::make_shared<const Value>(Integers{std::move(length)});
  return fact;
}

}  // namespace macroscope
