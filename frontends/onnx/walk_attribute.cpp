// The message that holds an attribute's value, and which of its fields that is.
#include <bit>
#include <optional>
#include <variant>

#include "frontends/onnx/walker.h"

namespace macroscope::onnx {
namespace {

using Type = schema::AttributeType;

/// A text longer than this tells an analysis nothing: it is left unread.
constexpr std::uint64_t kLongestText = std::uint64_t{1} << 20;

static_assert(std::endian::native == std::endian::little, "numbers of fixed size are read as they stand");

}  // namespace

/// Everything that an attribute may hold, until its type is known.
struct Walker::AttributeFields {
  explicit AttributeFields(Walker& walker)
      : floats(walker.floats_),
        integers(walker.integers_),
        texts(walker.texts_),
        tensors(walker.tensors_),
        graphs(walker.graphs_),
        sparse_tensors(walker.sparse_tensors_),
        types(walker.types_) {}

  Text name;
  Text reference;
  Type type = Type::kUndefined;
  std::optional<float> real;
  std::optional<std::int64_t> integer;
  std::optional<std::variant<Text, LongTextView>> text;
  TensorView* tensor = nullptr;
  GraphView* graph = nullptr;
  SparseTensorView* sparse_tensor = nullptr;
  TypeView* type_value = nullptr;
  Collector<float> floats;
  Collector<std::int64_t> integers;
  Collector<Text> texts;
  Collector<const TensorView*> tensors;
  Collector<const GraphView*> graphs;
  Collector<const SparseTensorView*> sparse_tensors;
  Collector<const TypeView*> types;

  [[nodiscard]] std::uint32_t filled() const;
  [[nodiscard]] Type told_type() const;
  [[nodiscard]] AttributeView::Content content(Arena& arena) const;
};

/// A bit for each type whose field is there.
std::uint32_t Walker::AttributeFields::filled() const {
  const auto bit = [](bool is_there, Type t) { return is_there ? 1U << static_cast<unsigned>(t) : 0U; };
  return bit(real.has_value(), Type::kFloat) | bit(integer.has_value(), Type::kInt) | bit(text.has_value(), Type::kString) |
         bit(tensor != nullptr, Type::kTensor) | bit(graph != nullptr, Type::kGraph) |
         bit(sparse_tensor != nullptr, Type::kSparseTensor) | bit(type_value != nullptr, Type::kTypeProto) |
         bit(!floats.empty(), Type::kFloats) | bit(!integers.empty(), Type::kInts) | bit(!texts.empty(), Type::kStrings) |
         bit(!tensors.empty(), Type::kTensors) | bit(!graphs.empty(), Type::kGraphs) |
         bit(!sparse_tensors.empty(), Type::kSparseTensors) | bit(!types.empty(), Type::kTypeProtos);
}

/// The type that is said; files older than the field `type` have exactly one of the others.
Type Walker::AttributeFields::told_type() const {
  if (type != Type::kUndefined) return type;
  const std::uint32_t there = filled();
  return std::has_single_bit(there) ? static_cast<Type>(std::countr_zero(there)) : Type::kUndefined;
}

AttributeView::Content Walker::AttributeFields::content(Arena& arena) const {
  if (!reference.empty()) return ReferenceView{reference};
  const auto there = [](const auto* message) {
    return message == nullptr ? AttributeView::Content{} : AttributeView::Content{message};
  };
  switch (told_type()) {
    // A number or text that is left out has the schema's default; so has a list.
    case Type::kFloat:
      return real.value_or(0.0F);
    case Type::kInt:
      return integer.value_or(0);
    case Type::kString:
      if (!text) return Text{};
      return std::visit([](const auto& t) -> AttributeView::Content { return t; }, *text);
    case Type::kTensor:
      return there(static_cast<const TensorView*>(tensor));
    case Type::kGraph:
      return there(static_cast<const GraphView*>(graph));
    case Type::kSparseTensor:
      return there(static_cast<const SparseTensorView*>(sparse_tensor));
    case Type::kTypeProto:
      return there(static_cast<const TypeView*>(type_value));
    case Type::kFloats:
      return floats.take(arena);
    case Type::kInts:
      return integers.take(arena);
    case Type::kStrings:
      return texts.take(arena);
    case Type::kTensors:
      return tensors.take(arena);
    case Type::kGraphs:
      return graphs.take(arena);
    case Type::kSparseTensors:
      return sparse_tensors.take(arena);
    case Type::kTypeProtos:
      return types.take(arena);
    case Type::kUndefined:
      break;
  }
  return {};
}

AttributeView Walker::read_attribute(Span span) {
  using namespace schema::AttributeProto;
  const Wire::Nested nested(wire_);
  AttributeFields fields(*this);
  for (Field field; wire_.next(span.end, field);) {
    if (field.is_varint() && field.number == kI) {
      fields.integer = wire_.int64(span.end);
    } else if (field.is_varint() && field.number == kType) {
      const std::int32_t type = wire_.int32(span.end);
      if (schema::is_attribute_type(type)) fields.type = static_cast<Type>(type);
    } else if (field.is_fixed32() && field.number == kF) {
      fields.real = wire_.fixed<float>(span.end);
    } else if (field.number == kInts) {
      read_integers(field, span.end, fields.integers);
    } else if (field.number == kFloats) {
      read_floats(field, span.end, fields.floats);
    } else if (!field.is_bytes()) {
      wire_.skip_unknown(field, span.end);
    } else {
      read_attribute_value(field, wire_.bytes(span.end), fields);
    }
  }
  wire_.expect_end(span);
  return {fields.name, fields.content(lists_)};
}

void Walker::read_attribute_value(Field field, Span value, AttributeFields& fields) {
  using namespace schema::AttributeProto;
  const auto once = [this]<typename T>(T*& message) -> T& { return message == nullptr ? *(message = make<T>(tree_)) : *message; };
  const auto one_more = [this]<typename T>(Collector<const T*>& list) -> T& {
    T* message = make<T>(tree_);
    list.add(message);
    return *message;
  };
  switch (field.number) {
    case kName:
      fields.name = text(value);
      break;
    case kRefAttrName:
      fields.reference = text(value);
      break;
    case kS:
      if (value.length() <= kLongestText) {
        fields.text = text(value);
      } else {
        fields.text = LongTextView{value.length()};
        wire_.skip(value);
      }
      break;
    case kStrings:
      fields.texts.add(text(value));
      break;
    case kT:
      read_tensor(value, once(fields.tensor));
      break;
    case kG:
      read_graph(value, once(fields.graph));
      break;
    case kSparseTensor:
      read_sparse_tensor(value, once(fields.sparse_tensor));
      break;
    case kTp:
      read_type(value, once(fields.type_value));
      break;
    case kTensors:
      read_tensor(value, one_more(fields.tensors));
      break;
    case kGraphs:
      read_graph(value, one_more(fields.graphs));
      break;
    case kSparseTensors:
      read_sparse_tensor(value, one_more(fields.sparse_tensors));
      break;
    case kTypeProtos:
      read_type(value, one_more(fields.types));
      break;
    default:
      wire_.skip(value);
      break;
  }
}

void Walker::read_floats(Field field, std::uint64_t end, Collector<float>& floats) {
  if (field.is_fixed32()) return floats.add(wire_.fixed<float>(end));
  if (!field.is_bytes()) return wire_.skip_unknown(field, end);
  const Span packed = wire_.bytes(end);
  while (!wire_.is_at(packed.end)) floats.add(wire_.fixed<float>(packed.end));
}

void Walker::read_integers(Field field, std::uint64_t end, Collector<std::int64_t>& integers) {
  if (field.is_varint()) return integers.add(wire_.int64(end));
  if (!field.is_bytes()) return wire_.skip_unknown(field, end);
  const Span packed = wire_.bytes(end);
  while (!wire_.is_at(packed.end)) integers.add(wire_.int64(packed.end));
}

}  // namespace macroscope::onnx
