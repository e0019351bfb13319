#include "analyzer/operators/op_context.h"

#include <algorithm>

namespace macroscope {
namespace {

const Fact kNothing{};

/// The attribute's content as a T; null where the attribute is absent. \throws RuleError where it is something else
template <typename T>
const T* content_as(const OpContext& context, std::string_view name, std::string_view wanted) {
  const Attribute* attribute = context.attribute(name);
  if (attribute == nullptr) return nullptr;
  const T* content = std::get_if<T>(&attribute->content);
  const bool is_symbolic =
      std::holds_alternative<const Dim*>(attribute->content) || std::holds_alternative<std::span<const Dim>>(attribute->content);
  require(content != nullptr || !is_symbolic, "bad-attribute", "attribute '{}' depends on a symbol, and must be known here",
          name);
  require(content != nullptr, "bad-attribute", "attribute '{}' is not {}", name, wanted);
  return content;
}

template <typename T>
std::optional<T> copied(const T* content) {
  return content == nullptr ? std::nullopt : std::optional<T>(*content);
}

}  // namespace

bool OpContext::has_input(std::size_t index) const noexcept {
  return index < node_->inputs.size() && node_->inputs[index] != kAbsent &&
         facts_[node_->inputs[index]].type.kind != Kind::absent;
}

const Fact& OpContext::input(std::size_t index) const noexcept {
  return has_input(index) ? facts_[node_->inputs[index]] : kNothing;
}

std::string_view OpContext::input_name(std::size_t index) const noexcept {
  return has_input(index) ? graph_->tensors[node_->inputs[index]].name : std::string_view{};
}

const Shape& OpContext::known_shape(std::size_t index) const {
  require(has_input(index), "missing-input", "operand {} is left out", index);
  const Shape& shape = input(index).type.shape;
  if (!shape.known()) throw Unknown();
  return shape;
}

const Integers* OpContext::integers(std::size_t index) const noexcept {
  const ValuePointer& value = input(index).value;
  return value ? value->integers() : nullptr;
}

std::optional<std::vector<std::int64_t>> OpContext::numbers(std::size_t index) const {
  const Integers* known = integers(index);
  if (known == nullptr) return std::nullopt;
  std::vector<std::int64_t> numbers;
  numbers.reserve(known->size());
  for (const auto& element : *known) {
    const std::optional<std::int64_t> number = element ? element->number() : std::nullopt;
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<Dim> OpContext::scalar(std::size_t index) const {
  const Integers* known = integers(index);
  if (known == nullptr || known->size() != 1) return std::nullopt;
  return known->front();
}

TapMask OpContext::mask_of(std::size_t index) const noexcept {
  if (!has_input(index)) return TapMask::none;
  const std::uint32_t stored = graph_->tensors[node_->inputs[index]].stored;
  return stored == kNone ? TapMask::none : graph_->stored[stored].mask;
}

bool OpContext::has_output(std::size_t index) const noexcept {
  return index < node_->outputs.size() && node_->outputs[index] != kAbsent;
}

std::string_view OpContext::output_name(std::size_t index) const noexcept {
  return has_output(index) ? graph_->tensors[node_->outputs[index]].name : std::string_view{};
}

const Fact& OpContext::output(std::size_t index) const noexcept {
  return has_output(index) ? facts_[node_->outputs[index]] : kNothing;
}

const Dim& OpContext::remembered(std::size_t index) const {
  if (index >= remembered_.size()) throw Unknown();
  return remembered_[index];
}

std::optional<std::int64_t> OpContext::integer(std::string_view name) const {
  return copied(content_as<std::int64_t>(*this, name, "an integer"));
}

std::optional<Dim> OpContext::size(std::string_view name) const {
  const Attribute* attribute = this->attribute(name);
  const auto* symbolic = attribute == nullptr ? nullptr : std::get_if<const Dim*>(&attribute->content);
  if (symbolic != nullptr) return **symbolic;
  const std::optional<std::int64_t> number = integer(name);
  return number ? std::optional<Dim>(*number) : std::nullopt;
}

std::optional<Sizes> OpContext::size_list(std::string_view name) const {
  const Attribute* attribute = this->attribute(name);
  const auto* symbolic = attribute == nullptr ? nullptr : std::get_if<std::span<const Dim>>(&attribute->content);
  std::optional<Sizes> sizes;
  if (symbolic != nullptr) {
    sizes.emplace(symbolic->begin(), symbolic->end());
  } else if (const auto numbers = integer_list(name)) {
    sizes.emplace(numbers->begin(), numbers->end());
  }
  return sizes;
}

double OpContext::real(std::string_view name, double otherwise) const {
  const double* content = content_as<double>(*this, name, "a number");
  return content == nullptr ? otherwise : *content;
}

std::string_view OpContext::text(std::string_view name, std::string_view otherwise) const {
  const std::string_view* content = content_as<std::string_view>(*this, name, "a string");
  return content == nullptr ? otherwise : *content;
}

std::optional<std::span<const std::int64_t>> OpContext::integer_list(std::string_view name) const {
  return copied(content_as<std::span<const std::int64_t>>(*this, name, "a list of integers"));
}

std::optional<std::span<const float>> OpContext::real_list(std::string_view name) const {
  return copied(content_as<std::span<const float>>(*this, name, "a list of numbers"));
}

std::optional<std::span<const std::string_view>> OpContext::text_list(std::string_view name) const {
  return copied(content_as<std::span<const std::string_view>>(*this, name, "a list of strings"));
}

const StoredTensor* OpContext::tensor(std::string_view name) const {
  const auto* content = content_as<const StoredTensor*>(*this, name, "a tensor");
  return content == nullptr ? nullptr : *content;
}

std::optional<GraphId> OpContext::nested_graph(std::string_view name) const {
  return copied(content_as<GraphId>(*this, name, "a graph"));
}

std::vector<Attribute> OpContext::resolved_attributes() const {
  std::vector<Attribute> resolved;
  resolved.reserve(node_->attributes.size());
  for (const Attribute& own : node_->attributes)
    if (const Attribute* attribute = this->attribute(own.name)) resolved.push_back({own.name, attribute->content});
  return resolved;
}

Dim OpContext::fresh(std::size_t index, std::string_view suffix, SymbolOrigin origin) const {
  std::string name(output_name(index));
  if (name.empty()) name = node_->op;
  return fresh_named(name.append(suffix), origin);
}

Dim OpContext::fresh_named(std::string_view name, SymbolOrigin origin) const {
  if (hooks_ == nullptr) throw Unknown();
  return hooks_->fresh(name, origin);
}

std::vector<Fact> OpContext::enter(GraphId graph, std::vector<Fact> inputs, std::string_view role, Dim iterations,
                                   Nesting nesting) const {
  if (hooks_ == nullptr) throw Unknown();
  return hooks_->enter(*this, graph, std::move(inputs), role, std::move(iterations), nesting);
}

void OpContext::must_equal(const Dim& a, const Dim& b, std::string_view what) const {
  if (a == b) return;
  const Certainty certainty = equal(a, b);
  require(certainty != Certainty::never, "shape-mismatch", "{}: {} and {} differ", what, a, b);
  if (certainty == Certainty::unknown) assume(Assumption::equal(a, b));
}

std::size_t OpContext::axis_of(std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  require(axis >= -signed_rank && axis < signed_rank, "bad-axis", "axis {} is not within rank {}", axis, rank);
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Dim elements_of(const Fact& fact) {
  if (!fact.type.shape.known()) throw Unknown();
  return fact.type.shape.elements();
}

}  // namespace macroscope
