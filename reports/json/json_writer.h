// JSON writer: how does JSON come out piece by piece?  Nothing of the document is kept; every text passes one escaping function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "reports/document/sink.h"

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
  bool has_key_ = false;
};

}  // namespace macroscope
