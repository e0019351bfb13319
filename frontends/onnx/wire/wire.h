// Wire format: which fields does a message have?  protobuf's wire format, read forwards through a buffer that slides over a Source.
//
// Every rule of protobuf's own parser that decides whether bytes are a message is kept, because a file that other tools refuse must not
// be analysed as if it were sound, nor the reverse: tags of at most five bytes, no field number 0, wire types 0 to 5, groups closed by
// their own number, 100 nested messages, varints of at most ten bytes.  Known fields of another wire type than the schema's are unknown
// fields.  One rule is wider: lengths may pass 2 GiB.
//
// Only what is asked for is read: passing over a weight moves the position, and the next read goes there.  The file's bytes do not stay
// in memory; what is to stay, texts above all, is copied.  That costs less than keeping pages for everything in between.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <protozero/types.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "frontends/onnx/wire/onnx_fields.h"
#include "frontends/onnx/wire/read_error.h"
#include "frontends/onnx/wire/source.h"

namespace macroscope::onnx {

using WireType = protozero::pbf_wire_type;

/// The tag in front of a field: its number, and how its value is written.
using Tag = std::uint32_t;

constexpr Tag tag_of(std::uint32_t number, WireType type) noexcept { return number << 3U | static_cast<std::uint32_t>(type); }
constexpr Tag varint_tag(std::uint32_t number) noexcept { return tag_of(number, WireType::varint); }
constexpr Tag fixed32_tag(std::uint32_t number) noexcept { return tag_of(number, WireType::fixed32); }
constexpr Tag fixed64_tag(std::uint32_t number) noexcept { return tag_of(number, WireType::fixed64); }
constexpr Tag bytes_tag(std::uint32_t number) noexcept { return tag_of(number, WireType::length_delimited); }

constexpr std::uint32_t number_of(Tag tag) noexcept { return tag >> 3U; }
constexpr WireType type_of(Tag tag) noexcept { return static_cast<WireType>(tag & 7U); }

/// A message or a value, by the offsets of its begin and end in the input; its bytes may not have been read.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] std::uint64_t length() const noexcept { return end - begin; }
};

class Wire {
 public:
  explicit Wire(Source& source) : source_(source) {}

  [[nodiscard]] std::uint64_t offset() const noexcept { return position_; }
  [[nodiscard]] bool is_seekable() const noexcept { return source_.is_seekable(); }

  /// At most `length` bytes from the position on: fewer where the input ends.  Valid until anything else is read.
  std::string_view peek(std::size_t length);

  /// Reads the tag of the next field of a message that ends at `end`; 0, which is no tag, at its end.
  Tag next(std::uint64_t end) {
    if (position_ >= end) return 0;
    const Tag tag = read_tag(end);
    if (number_of(tag) == 0) fail("a field has the number 0");
    return tag;
  }
  /// The same for the whole input, whose end a stream knows only when it is reached.
  Tag next_at_top();
  [[nodiscard]] std::uint64_t input_end() const noexcept { return source_.size(); }

  std::uint64_t varint(std::uint64_t end) {
    if (position_ < readable_ && position_ < end && *at(position_) >= 0) return static_cast<std::uint64_t>(*at(position_++));
    return long_varint(end);
  }
  std::int64_t int64(std::uint64_t end) { return static_cast<std::int64_t>(varint(end)); }
  /// protobuf keeps the lower half of a longer number.
  std::int32_t int32(std::uint64_t end) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(varint(end))); }
  template <typename T>
  T fixed(std::uint64_t end) {
    const Span span = piece(sizeof(T), end);
    T value;
    std::memcpy(&value, view(span).data(), sizeof(T));
    position_ = span.end;
    return value;
  }
  /// Passes over a number and tells where it stood.
  Span number(Tag tag, std::uint64_t end) {
    const std::uint64_t begin = position_;
    skip_unknown(tag, end);
    return {begin, position_};
  }

  /// A length and what has that length; the position is at its begin.
  Span bytes(std::uint64_t end) {
    if (position_ < readable_ && position_ < end && *at(position_) >= 0) {
      const std::uint64_t length = static_cast<unsigned char>(*at(position_++));
      return piece(length, end);
    }
    return long_bytes(end);
  }
  /// The bytes from the position on; valid until anything else is read.
  std::string_view view(Span span) {
    need(span.end);
    return {buffer_.get() + (span.begin - start_), static_cast<std::size_t>(span.length())};
  }
  void skip(Span span) noexcept { position_ = span.end; }
  /// Passes over a field that the schema does not know, or knows by another wire type.
  void skip_unknown(Tag tag, std::uint64_t end);
  /// Passes over a message that nobody reads; it is refused where protobuf would.
  void skip_message(Span span, schema::Message message);
  /// Number of varints in a packed list, from the position on. \throws ReadError where protobuf would refuse it
  std::uint64_t count_varints(Span span);

  /// An error if a message was not left where it ends.
  void expect_end(Span span) const {
    if (position_ != span.end) fail("a field reaches past the end of its message");
  }
  [[nodiscard]] bool is_at(std::uint64_t end) const noexcept { return position_ == end; }
  [[noreturn]] void fail(std::string message) const { throw ReadError(position_, std::move(message)); }

  /// One more message or group around what is read while this lives.
  class Nested {
   public:
    [[nodiscard]] explicit Nested(Wire& wire) : wire_(wire) {
      if (++wire_.depth_ > kMaxDepth) wire_.fail_depth();
    }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    ~Nested() { --wire_.depth_; }

   private:
    Wire& wire_;
  };

  /// protobuf's own limit; a graph inside an attribute of a node takes three.
  static constexpr int kMaxDepth = 100;

 private:
  struct Release {
    void operator()(char* buffer) const noexcept;
  };
  /// Begins with a page.
  using Buffer = std::unique_ptr<char, Release>;

  [[nodiscard]] const signed char* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<const signed char*>(buffer_.get()) + (offset - start_);
  }
  /// Most tags take one byte, and those that do not take two.
  Tag read_tag(std::uint64_t end) {
    if (readable_ < position_ + 2) return long_tag(end);
    const signed char* const begin = at(position_);
    if (begin[0] >= 0) {
      ++position_;
      return static_cast<Tag>(begin[0]);
    }
    if (begin[1] < 0 || end < position_ + 2) return long_tag(end);
    position_ += 2;
    return static_cast<Tag>(begin[1]) << 7U | (static_cast<Tag>(begin[0]) & 0x7FU);
  }
  void need(std::uint64_t until) {
    if (fill(until) < until) throw ReadError(readable_, "the input ends inside a field");
  }
  /// Reads until [position, until) is in the buffer, or the input ends. \return the end of what is in the buffer
  std::uint64_t fill(std::uint64_t until) { return until <= readable_ ? readable_ : read_more(until); }
  std::uint64_t read_more(std::uint64_t until);
  void slide();
  void make_room(std::size_t filled, std::size_t wanted);
  Span piece(std::uint64_t length, std::uint64_t end) const {
    if (length > end - position_) fail_length(length, end);
    return {position_, position_ + length};
  }
  Tag long_tag(std::uint64_t end);
  std::uint64_t long_varint(std::uint64_t end);
  Span long_bytes(std::uint64_t end);
  void skip_group(std::uint32_t number, std::uint64_t end);
  void skip_known(const schema::FieldForm& form, Tag tag, std::uint64_t end);
  [[noreturn]] void fail_depth() const;
  [[noreturn]] void fail_length(std::uint64_t length, std::uint64_t end) const;

  Source& source_;
  Buffer buffer_;
  std::size_t buffer_size_ = 0;
  std::uint64_t start_ = 0;     // offset of the buffer's first byte: a multiple of a page's size
  std::uint64_t readable_ = 0;  // offset of the end of what is in the buffer; the position may lie behind it
  std::uint64_t position_ = 0;
  std::uint64_t ahead_ = 0;
  int depth_ = 0;
};

}  // namespace macroscope::onnx
