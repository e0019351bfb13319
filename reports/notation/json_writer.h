// JSON writer: how does JSON come out piece by piece?  Nothing of the document is kept but the names that its quantities refer to; every text passes one
// escaping function.
//
// All files that write a part of a document take the writer alone: `json.member(key, value)` for what the value's type says how to write, and
// key() with a value of its own for the rest.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/named_parts.h"
#include "analyzer/algebra/quantity.h"
#include "reports/notation/sink.h"

namespace macroscope {

class JsonWriter {
 public:
  /// How the members of an object or array stand: each on a line of its own, or all on the line of their parent.
  enum class Layout : std::uint8_t { lines, inline_ };

  explicit JsonWriter(Sink& sink) : sink_(sink) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  ~JsonWriter() { flush(); }

  void begin_object(Layout layout = Layout::inline_) { begin('{', layout); }
  void end_object() { end('}'); }
  void begin_array(Layout layout = Layout::inline_) { begin('[', layout); }
  void end_array() { end(']'); }
  /// The key of the next value; keys of one object must differ.
  void key(std::string_view key);

  void string(std::string_view text);
  void integer(std::int64_t number);
  /// A finite number; null for any other.
  void real(double number);
  void boolean(bool value);
  void null();
  /// A number up to 2^53, otherwise a string: decimal digits or an expression.
  void quantity(const Dim& quantity);

  void member(std::string_view name, std::string_view text) { key(name), string(text); }
  void member(std::string_view name, const Dim& value) { key(name), quantity(value); }
  /// What is not known is null, never 0.
  void member(std::string_view name, const std::optional<Quantity>& value);
  void member(std::string_view name, const std::optional<double>& value);
  template <std::same_as<bool> Boolean>  // no other type, a pointer to letters least of all, becomes one
  void member(std::string_view name, Boolean value) {
    key(name), boolean(value);
  }

  /// Members for all named expressions that were written since the last call, and for the names in them: what a document ends in.
  void write_definitions();

  void flush();

 private:
  struct Level {
    Layout layout;
    bool is_empty = true;
  };

  void begin(char bracket, Layout layout);
  void end(char bracket);
  void before_value();
  void separate();
  void new_line();

  Sink& sink_;
  std::string buffer_;
  std::vector<Level> levels_;
  NamedParts named_parts_;
  bool has_key_ = false;
};

}  // namespace macroscope
