#include "frontends/onnx/wire/wire.h"

#include <fmt/format.h>

#include <new>
#include <protozero/varint.hpp>

namespace macroscope::onnx {
namespace {

constexpr std::uint64_t kMaxTagBytes = 5;
constexpr std::uint64_t kMaxVarintBytes = 10;
/// A length that fits five bytes must not take more; those past 32 GiB, which need more, are beyond protobuf.
constexpr std::uint64_t kShortLengthBytes = 5;
constexpr std::uint64_t kShortLengthEnd = std::uint64_t{1} << 35U;
/// Wire types of which protozero knows nothing.
constexpr unsigned kStartGroup = 3;
constexpr unsigned kEndGroup = 4;
/// Packed lists that nobody reads are checked number by number up to this length; longer ones would have to be read for it.
constexpr std::uint64_t kCheckedBytes = 4096;
constexpr std::uint64_t kPage = 4096;
/// Bytes read at once after a jump, doubled with every piece that follows on up to the second figure: a processor's first cache holds it, and
/// few pages of the buffer are ever touched.
constexpr std::uint64_t kFirstRead = 2 * kPage;
constexpr std::uint64_t kLargestRead = 8 * kPage;
/// A gap up to this size is read rather than jumped over: copying it costs less than another call.
constexpr std::uint64_t kSmallGap = 2 * kPage;

}  // namespace

void Wire::Release::operator()(char* buffer) const noexcept { ::operator delete(buffer, std::align_val_t(kPage)); }

/// Makes the position, or the end of what was read before it if the gap is small, the first byte that is kept.  It stays at its place in
/// a page: between different places some processors copy the file's bytes ten times as slowly.
void Wire::slide() {
  const bool is_jump = position_ > readable_ + kSmallGap;
  const std::uint64_t from = is_jump ? position_ : std::min(position_, readable_);
  const std::uint64_t kept = readable_ - std::min(from, readable_);
  const std::uint64_t start = from / kPage * kPage;
  if (kept != 0) std::memmove(buffer_.get() + (from - start), buffer_.get() + (from - start_), static_cast<std::size_t>(kept));
  start_ = start;
  readable_ = from + kept;
  ahead_ = is_jump || ahead_ == 0 ? kFirstRead : std::min(2 * ahead_, kLargestRead);
}

void Wire::make_room(std::size_t filled, std::size_t wanted) {
  if (buffer_size_ >= filled + wanted) return;
  const std::size_t size = std::max<std::size_t>(filled + wanted, kLargestRead + 2 * kPage);
  Buffer larger(static_cast<char*>(::operator new(size, std::align_val_t(kPage))));
  if (filled != 0) std::memcpy(larger.get(), buffer_.get(), filled);
  buffer_ = std::move(larger);
  buffer_size_ = size;
}

std::uint64_t Wire::read_more(std::uint64_t until) {
  slide();
  while (readable_ < until) {
    const auto filled = static_cast<std::size_t>(readable_ - start_);
    // A long text makes the buffer grow as its bytes arrive, not by what its length claims.
    const auto wanted =
        static_cast<std::size_t>(std::min(std::max(until - readable_, ahead_), std::max<std::uint64_t>(filled, ahead_)));
    make_room(filled, wanted);
    const std::size_t count = source_.read_on(readable_, std::span(buffer_.get() + filled, wanted));
    if (count == 0) break;
    readable_ += count;
  }
  return readable_;
}

std::string_view Wire::peek(std::size_t length) {
  const std::uint64_t until = std::min(fill(position_ + length), position_ + length);
  return {buffer_.get() + (position_ - start_), static_cast<std::size_t>(until - position_)};
}

Tag Wire::next_at_top() {
  if (fill(position_ + 1) > position_) return next(source_.size());
  if (readable_ < position_) throw ReadError(readable_, "the input ends inside a field");
  return 0;
}

Tag Wire::long_tag(std::uint64_t end) {
  const std::uint64_t wanted = std::min(end, position_ + kMaxTagBytes);
  const std::uint64_t until = std::min(fill(wanted), wanted);
  Tag tag = 0;
  for (unsigned shift = 0; position_ < until; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at(position_++));
    tag |= static_cast<Tag>(byte & 0x7FU) << shift;
    if (byte < 0x80U) return tag;
    if (shift == 7U * (kMaxTagBytes - 1)) fail("a tag takes more than five bytes");
  }
  fail("the tag of a field is cut off");
}

std::uint64_t Wire::long_varint(std::uint64_t end) {
  const std::uint64_t wanted = std::min(end, position_ + kMaxVarintBytes);
  const std::uint64_t until = std::min(fill(wanted), wanted);
  const char* begin = buffer_.get() + (position_ - start_);
  const char* cursor = begin;
  const std::uint64_t value = protozero::decode_varint(&cursor, begin + (until - position_));
  position_ += static_cast<std::uint64_t>(cursor - begin);
  return value;
}

Span Wire::long_bytes(std::uint64_t end) {
  const std::uint64_t begin = position_;
  const std::uint64_t length = varint(end);
  if (position_ - begin > kShortLengthBytes && length < kShortLengthEnd) fail("a length takes more than five bytes");
  return piece(length, end);
}

void Wire::skip_unknown(Tag tag, std::uint64_t end) {
  switch (type_of(tag)) {
    case WireType::varint:
      varint(end);
      return;
    case WireType::fixed64:
      position_ = piece(8, end).end;
      return;
    case WireType::fixed32:
      position_ = piece(4, end).end;
      return;
    case WireType::length_delimited:
      skip(bytes(end));
      return;
    default:
      break;
  }
  const auto type = static_cast<unsigned>(type_of(tag));
  if (type == kStartGroup) return skip_group(number_of(tag), end);
  if (type == kEndGroup) fail(fmt::format("group {} ends where none began", number_of(tag)));
  fail(fmt::format("wire type {} does not exist", type));
}

void Wire::skip_group(std::uint32_t number, std::uint64_t end) {
  const Nested nested(*this);
  while (const Tag tag = next(end)) {
    if (static_cast<unsigned>(type_of(tag)) != kEndGroup) {
      skip_unknown(tag, end);
    } else if (number_of(tag) == number) {
      return;
    } else {
      fail(fmt::format("group {} is closed as group {}", number, number_of(tag)));
    }
  }
  fail(fmt::format("group {} is not closed", number));
}

void Wire::skip_message(Span span, schema::Message message) {
  const Nested nested(*this);
  const auto forms = schema::fields_of(message);
  while (const Tag tag = next(span.end)) {
    const auto form =
        std::find_if(forms.begin(), forms.end(), [&](const schema::FieldForm& f) { return f.number == number_of(tag); });
    if (form == forms.end()) {
      skip_unknown(tag, span.end);
    } else {
      skip_known(*form, tag, span.end);
    }
  }
  expect_end(span);
}

void Wire::skip_known(const schema::FieldForm& form, Tag tag, std::uint64_t end) {
  using schema::Encoding;
  if (type_of(tag) != WireType::length_delimited)
    return skip_unknown(tag, end);  // a number, or of another type than the schema says
  const Span span = bytes(end);
  switch (form.encoding) {
    case Encoding::message:
      return skip_message(span, form.message);
    case Encoding::packed_varint:
      if (span.length() <= kCheckedBytes) count_varints(span);
      break;
    case Encoding::packed_fixed32:
      if (span.length() % 4 != 0) fail("a packed list of 4-byte numbers has another length");
      break;
    case Encoding::packed_fixed64:
      if (span.length() % 8 != 0) fail("a packed list of 8-byte numbers has another length");
      break;
    default:
      break;
  }
  skip(span);
}

std::uint64_t Wire::count_varints(Span span) {
  const std::string_view list = view(span);
  const char* const end = list.data() + list.size();
  std::uint64_t count = 0;
  for (const char* cursor = list.data(); cursor < end; ++count) protozero::decode_varint(&cursor, end);
  return count;
}

void Wire::fail_length(std::uint64_t length, std::uint64_t end) const {
  fail(fmt::format("a field claims {} bytes where its message has {} left", length, end - position_));
}

void Wire::fail_depth() const {
  throw ReadError(Diagnostic{
      Severity::error, "nested-too-deep", fmt::format("messages are nested more than {} deep", kMaxDepth), ByteOrigin{position_},
      "other readers of ONNX refuse this file as well: a graph inside a graph takes three levels, so at most 33 may be nested"});
}

}  // namespace macroscope::onnx
