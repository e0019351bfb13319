// The message that holds an attribute's value, and which of its fields that is.
#include <bit>
#include <memory>
#include <optional>
#include <vector>

#include "frontends/onnx/reader/walker.h"

namespace macroscope::onnx {
namespace {

using Type = schema::AttributeType;

/// A text longer than this tells an analysis nothing: it is left unread.
constexpr std::uint64_t kLongestText = std::uint64_t{1} << 20;

static_assert(std::endian::native == std::endian::little, "numbers of fixed size are read as they stand");

}  // namespace

/// Everything that an attribute may hold, until its type is known.
struct Walker::AttributeFields {
  explicit AttributeFields(Walker& walker) : integers(walker.integers_) {}

  /// What few attributes hold; no operator of ONNX has one of the last four lists.
  struct Rare {
    std::vector<float> floats;
    std::vector<Text> texts;
    std::optional<LongTextView> long_text;
    TensorView* tensor = nullptr;
    GraphView* graph = nullptr;
    SparseTensorView* sparse_tensor = nullptr;
    TypeView* type = nullptr;
    std::vector<const TensorView*> tensors;
    std::vector<const GraphView*> graphs;
    std::vector<const SparseTensorView*> sparse_tensors;
    std::vector<const TypeView*> types;
  };

  Text name;
  Text reference;
  Type type = Type::kUndefined;
  /// A bit for each type whose field is there.
  std::uint32_t filled = 0;
  float real = 0;
  std::int64_t integer = 0;
  Text text;
  Collector<std::int64_t> integers;
  std::unique_ptr<Rare> rare;

  void note(Type there) noexcept { filled |= 1U << static_cast<unsigned>(there); }
  [[nodiscard]] Rare& others() { return *(rare ? rare : rare = std::make_unique<Rare>()); }
  [[nodiscard]] Type known_type() const;
  [[nodiscard]] AttributeView::Content content(ListPool& kept, Arena& arena) const;
};

/// The type that is said; files older than the field `type` have exactly one of the others.
Type Walker::AttributeFields::known_type() const {
  if (type != Type::kUndefined) return type;
  return std::has_single_bit(filled) ? static_cast<Type>(std::countr_zero(filled)) : Type::kUndefined;
}

AttributeView::Content Walker::AttributeFields::content(ListPool& kept, Arena& arena) const {
  if (!reference.empty()) return ReferenceView{reference};
  const auto there = [&]<typename T>(T* Rare::*field) {
    const T* const message = rare ? (*rare).*field : nullptr;
    return message == nullptr ? AttributeView::Content{} : AttributeView::Content{message};
  };
  const auto list = [&]<typename T>(std::vector<T> Rare::*field) { return rare ? Array<T>(arena, (*rare).*field) : Array<T>(); };
  switch (known_type()) {
    // A number or text that is left out has the schema's default; so has a list.
    case Type::kFloat:
      return real;
    case Type::kInt:
      return integer;
    case Type::kString:
      if (rare && rare->long_text) return *rare->long_text;
      return text;
    case Type::kTensor:
      return there(&Rare::tensor);
    case Type::kGraph:
      return there(&Rare::graph);
    case Type::kSparseTensor:
      return there(&Rare::sparse_tensor);
    case Type::kTypeProto:
      return there(&Rare::type);
    case Type::kFloats:
      return list(&Rare::floats);
    case Type::kInts:
      return kept.keep(integers.elements());
    case Type::kStrings:
      return list(&Rare::texts);
    case Type::kTensors:
      return list(&Rare::tensors);
    case Type::kGraphs:
      return list(&Rare::graphs);
    case Type::kSparseTensors:
      return list(&Rare::sparse_tensors);
    case Type::kTypeProtos:
      return list(&Rare::types);
    case Type::kUndefined:
      break;
  }
  return {};
}

AttributeView Walker::read_attribute(Span span) {
  const Wire::Nested nested(wire_);
  const bool is_short = span.length() <= AttributePool::kLongest;
  // Stays valid while no more than the message is read.
  const std::string_view message = is_short ? wire_.view(span) : std::string_view();
  if (const AttributeView* known = is_short ? kept_attributes_.find(message) : nullptr) {
    wire_.skip(span);
    return *known;
  }
  AttributeFields fields(*this);
  read_fields(span, fields);
  wire_.expect_end(span);
  const AttributeView attribute{fields.name, fields.content(kept_lists_, lists_)};
  // Messages inside of others nest deeper in one place than in another, and may be too deep there.
  if (is_short && !fields.rare) kept_attributes_.keep(message, attribute);
  return attribute;
}

void Walker::read_fields(Span span, AttributeFields& fields) {
  using namespace schema::AttributeProto;
  const auto once = [this]<typename T>(T*& message) -> T& { return message == nullptr ? *(message = make<T>(tree_)) : *message; };
  const auto one_more = [this]<typename T>(std::vector<const T*>& list) -> T& {
    T* message = make<T>(tree_);
    list.push_back(message);
    return *message;
  };
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case bytes_tag(kName):
        fields.name = text(span.end);
        break;
      case bytes_tag(kRefAttrName):
        fields.reference = text(span.end);
        break;
      case varint_tag(kType): {
        const std::int32_t type = wire_.int32(span.end);
        if (schema::is_attribute_type(type)) fields.type = static_cast<Type>(type);
        break;
      }
      case varint_tag(kI):
        fields.note(Type::kInt);
        fields.integer = wire_.int64(span.end);
        break;
      case fixed32_tag(kF):
        fields.note(Type::kFloat);
        fields.real = wire_.fixed<float>(span.end);
        break;
      case bytes_tag(kS):
        fields.note(Type::kString);
        read_text(wire_.bytes(span.end), fields);
        break;
      case varint_tag(kInts):
      case bytes_tag(kInts):
        read_integers(tag, span.end, fields.integers);
        if (!fields.integers.empty()) fields.note(Type::kInts);
        break;
      case fixed32_tag(kFloats):
      case bytes_tag(kFloats):
        read_floats(tag, span.end, fields.others().floats);
        if (!fields.others().floats.empty()) fields.note(Type::kFloats);
        break;
      case bytes_tag(kStrings):
        fields.note(Type::kStrings);
        fields.others().texts.push_back(text(span.end));
        break;
      case bytes_tag(kT):
        fields.note(Type::kTensor);
        read_tensor(wire_.bytes(span.end), once(fields.others().tensor));
        break;
      case bytes_tag(kG):
        fields.note(Type::kGraph);
        read_graph(wire_.bytes(span.end), once(fields.others().graph));
        break;
      case bytes_tag(kSparseTensor):
        fields.note(Type::kSparseTensor);
        read_sparse_tensor(wire_.bytes(span.end), once(fields.others().sparse_tensor));
        break;
      case bytes_tag(kTp):
        fields.note(Type::kTypeProto);
        read_type(wire_.bytes(span.end), once(fields.others().type));
        break;
      case bytes_tag(kTensors):
        fields.note(Type::kTensors);
        read_tensor(wire_.bytes(span.end), one_more(fields.others().tensors));
        break;
      case bytes_tag(kGraphs):
        fields.note(Type::kGraphs);
        read_graph(wire_.bytes(span.end), one_more(fields.others().graphs));
        break;
      case bytes_tag(kSparseTensors):
        fields.note(Type::kSparseTensors);
        read_sparse_tensor(wire_.bytes(span.end), one_more(fields.others().sparse_tensors));
        break;
      case bytes_tag(kTypeProtos):
        fields.note(Type::kTypeProtos);
        read_type(wire_.bytes(span.end), one_more(fields.others().types));
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
}

/// Of several the last one holds.
void Walker::read_text(Span value, AttributeFields& fields) {
  if (value.length() <= kLongestText) {
    if (fields.rare) fields.rare->long_text.reset();
    fields.text = keep_text(value);
  } else {
    fields.others().long_text = LongTextView{value.length()};
    wire_.skip(value);
  }
}

void Walker::read_floats(Tag tag, std::uint64_t end, std::vector<float>& floats) {
  if (type_of(tag) == WireType::fixed32) return floats.push_back(wire_.fixed<float>(end));
  const Span packed = wire_.bytes(end);
  while (!wire_.is_at(packed.end)) floats.push_back(wire_.fixed<float>(packed.end));
}

void Walker::read_integers(Tag tag, std::uint64_t end, Collector<std::int64_t>& integers) {
  if (type_of(tag) == WireType::varint) return integers.add(wire_.int64(end));
  const Span packed = wire_.bytes(end);
  while (!wire_.is_at(packed.end)) integers.add(wire_.int64(packed.end));
}

}  // namespace macroscope::onnx
