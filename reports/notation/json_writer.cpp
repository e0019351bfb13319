#include "reports/notation/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "reports/notation/escape.h"

namespace macroscope {
namespace {

constexpr std::size_t kBufferBytes = 1U << 15U;
/// Whole numbers up to here are exact in every JSON reader.
constexpr std::int64_t kLargestNumber = std::int64_t{1} << 53U;

}  // namespace

void JsonWriter::flush() {
  sink_.write(buffer_);
  buffer_.clear();
}

void JsonWriter::new_line() {
  buffer_ += '\n';
  buffer_.append(2 * levels_.size(), ' ');
  if (buffer_.size() > kBufferBytes) flush();
}

void JsonWriter::separate() {
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.is_empty) buffer_ += ',';
  if (level.layout == Layout::lines) {
    new_line();
  } else if (!level.is_empty) {
    buffer_ += ' ';
  }
  level.is_empty = false;
}

void JsonWriter::before_value() {
  if (!has_key_) separate();
  has_key_ = false;
}

void JsonWriter::key(std::string_view key) {
  separate();
  buffer_ += '"';
  append_json(buffer_, key);
  buffer_ += "\": ";
  has_key_ = true;
}

void JsonWriter::begin(char bracket, Layout layout) {
  before_value();
  buffer_ += bracket;
  levels_.push_back({layout, true});
}

void JsonWriter::end(char bracket) {
  const Level level = levels_.back();
  levels_.pop_back();
  if (level.layout == Layout::lines && !level.is_empty) new_line();
  buffer_ += bracket;
  if (levels_.empty()) buffer_ += '\n';
}

void JsonWriter::string(std::string_view text) {
  before_value();
  buffer_ += '"';
  append_json(buffer_, text);
  buffer_ += '"';
}

void JsonWriter::integer(std::int64_t number) {
  before_value();
  const fmt::format_int digits(number);
  buffer_.append(digits.data(), digits.size());
}

void JsonWriter::real(double number) {
  if (!std::isfinite(number)) return null();
  before_value();
  fmt::format_to(std::back_inserter(buffer_), "{}", number);
}

void JsonWriter::boolean(bool value) {
  before_value();
  buffer_ += value ? "true" : "false";
}

void JsonWriter::null() {
  before_value();
  buffer_ += "null";
}

void JsonWriter::quantity(const Dim& quantity) {
  const std::optional<std::int64_t> number = quantity.number();
  if (number && *number <= kLargestNumber && *number >= -kLargestNumber) return integer(*number);
  if (!quantity.integer()) named_parts_.add(quantity);
  string(quantity.text());
}

void JsonWriter::member(std::string_view name, const std::optional<Quantity>& value) {
  key(name);
  if (!value) return null();
  quantity(value->value);
}

void JsonWriter::member(std::string_view name, const std::optional<double>& value) {
  key(name);
  if (!value) return null();
  real(*value);
}

void JsonWriter::write_definitions() {
  named_parts_.for_each([this](const std::string& name, const Dim& meaning) { member(name, meaning.text()); });
  named_parts_.clear();
}

}  // namespace macroscope
