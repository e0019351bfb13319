// The messages that hold elements: tensor, sparse tensor.  Elements are located, not read.
#include <algorithm>

#include "frontends/onnx/reader/walker.h"

namespace macroscope::onnx {
namespace {

/// Lists of varints up to this length are read and counted, longer ones are bounded by their length.
constexpr std::uint64_t kCountedBytes = 4096;
constexpr std::uint64_t kLongestVarint = 10;
/// Short contents of integers, which shapes often depend on, and of single numbers are kept; others are read when they are asked for.
constexpr std::uint64_t kKeptIntegerBytes = 1024;
constexpr std::uint64_t kKeptBytes = 64;
/// Of a stream, which cannot go back, all that may be asked for: the content of the largest tensor that shapes may depend on.
constexpr std::uint64_t kKeptStreamBytes = std::uint64_t{40} << 10U;

struct ListForm {
  PayloadView::Field list;
  std::uint64_t size;  // bytes of an element; 0 of a varint
};

/// The list of elements that a field of TensorProto holds.
ListForm form_of(Tag tag) {
  using namespace schema::TensorProto;
  using List = PayloadView::Field;
  switch (number_of(tag)) {
    case kFloatData:
      return {List::floats, 4};
    case kDoubleData:
      return {List::doubles, 8};
    case kInt32Data:
      return {List::int32s, 0};
    case kInt64Data:
      return {List::int64s, 0};
    default:
      return {List::uint64s, 0};
  }
}

/// Counts what is of another field than before as a contradiction, not as a continuation.
void enter(PayloadView::Field field, PayloadView& payload) {
  if (payload.field != PayloadView::Field::none && payload.field != field) payload.is_ambiguous = true;
  payload.field = field;
}

std::uint64_t kept_length(const TensorView& tensor, bool is_seekable) {
  using Type = schema::DataType;
  if (!is_seekable) return kKeptStreamBytes;
  const auto type = static_cast<Type>(tensor.data_type);
  return type == Type::kInt64 || type == Type::kInt32 || type == Type::kBool ? kKeptIntegerBytes : kKeptBytes;
}

const char* copy(std::string_view bytes, Arena& arena) {
  auto* to = static_cast<char*>(arena.allocate(std::max<std::size_t>(bytes.size(), 1), 1));
  std::copy(bytes.begin(), bytes.end(), to);
  return to;
}

}  // namespace

void Walker::read_tensor(Span span, TensorView& tensor) {
  using namespace schema::TensorProto;
  const Wire::Nested nested(wire_);
  Collector dims(integers_);
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case varint_tag(kDims):
      case bytes_tag(kDims):
        read_integers(tag, span.end, dims);
        break;
      case varint_tag(kDataType):
        tensor.data_type = wire_.int32(span.end);
        break;
      case bytes_tag(kName):
        tensor.name = lone_text(span.end);
        break;
      case bytes_tag(kRawData):
        read_raw(wire_.bytes(span.end), tensor);
        break;
      case fixed32_tag(kFloatData):
      case fixed64_tag(kDoubleData):
      case varint_tag(kInt32Data):
      case varint_tag(kInt64Data):
      case varint_tag(kUint64Data):
        read_element(tag, span.end, tensor);
        break;
      case bytes_tag(kFloatData):
      case bytes_tag(kDoubleData):
      case bytes_tag(kInt32Data):
      case bytes_tag(kInt64Data):
      case bytes_tag(kUint64Data):
        read_packed(tag, wire_.bytes(span.end), tensor);
        break;
      case bytes_tag(kStringData):
        enter(PayloadView::Field::strings, tensor.payload);
        add_piece(wire_.bytes(span.end), 1, 1, tensor);
        break;
      case varint_tag(kDataLocation): {
        const std::int32_t location = wire_.int32(span.end);
        if (schema::is_data_location(location))
          tensor.is_external = static_cast<schema::DataLocation>(location) == schema::DataLocation::kExternal;
        break;
      }
      case bytes_tag(kExternalData):
        tensor.external.add(tree_, read_entry(wire_.bytes(span.end)));
        break;
      case bytes_tag(kSegment):
        tensor.is_segment = true;
        wire_.skip_message(wire_.bytes(span.end), schema::Message::kTensorProto_Segment);
        break;
      case bytes_tag(kMetadataProps):
        wire_.skip_message(wire_.bytes(span.end), schema::Message::kStringStringEntryProto);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
  if (tensor.dims.empty()) {
    tensor.dims = kept_lists_.keep(dims.elements());
  } else {
    tensor.dims.append(lists_, dims.elements());
  }
}

void Walker::read_sparse_tensor(Span span, SparseTensorView& tensor) {
  using namespace schema::SparseTensorProto;
  const Wire::Nested nested(wire_);
  Collector dims(integers_);
  while (const Tag tag = wire_.next(span.end)) {
    switch (tag) {
      case varint_tag(kDims):
      case bytes_tag(kDims):
        read_integers(tag, span.end, dims);
        break;
      case bytes_tag(kValues):
        read_tensor(wire_.bytes(span.end), tensor.values);
        break;
      case bytes_tag(kIndices):
        read_tensor(wire_.bytes(span.end), tensor.indices);
        break;
      default:
        wire_.skip_unknown(tag, span.end);
        break;
    }
  }
  wire_.expect_end(span);
  tensor.dims.append(lists_, dims.elements());
}

/// Of several the last one holds.
void Walker::read_raw(Span value, TensorView& tensor) {
  PayloadView& payload = tensor.payload;
  enter(PayloadView::Field::raw, tensor.payload);
  payload.fewest = payload.most = 0;
  payload.more = {};
  add_piece(value, value.length(), value.length(), tensor);
}

/// One element of a list that is not packed.
void Walker::read_element(Tag tag, std::uint64_t end, TensorView& tensor) {
  enter(form_of(tag).list, tensor.payload);
  add_piece(wire_.number(tag, end), 1, 1, tensor);
}

void Walker::read_packed(Tag tag, Span value, TensorView& tensor) {
  if (value.length() == 0) return;
  const ListForm form = form_of(tag);
  enter(form.list, tensor.payload);
  if (form.size != 0) {
    if (value.length() % form.size != 0) wire_.fail("a packed list of numbers ends inside one");
    add_piece(value, value.length() / form.size, value.length() / form.size, tensor);
  } else if (value.length() <= kCountedBytes) {
    const std::uint64_t elements = wire_.count_varints(value);
    add_piece(value, elements, elements, tensor);
  } else {
    add_piece(value, (value.length() + kLongestVarint - 1) / kLongestVarint, value.length(), tensor);
  }
}

void Walker::add_piece(Span value, std::uint64_t fewest, std::uint64_t most, TensorView& tensor) {
  PayloadView& payload = tensor.payload;
  PieceView piece{value.begin, value.length(), nullptr};
  if (value.length() <= kept_length(tensor, wire_.is_seekable())) piece.bytes = copy(wire_.view(value), lists_);
  if (payload.most == 0) {
    payload.first = piece;
  } else if (payload.more.size() < PayloadView::kMaxPieces) {
    payload.more.append(lists_, {&piece, 1});
  } else {
    payload.is_in_too_many_pieces = true;
  }
  payload.fewest += fewest;
  payload.most += most;
  wire_.skip(value);
}

}  // namespace macroscope::onnx
