// Text reader: steps through the text of a notation, and keeps the first mistake in it.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "analyzer/algebra/characters.h"
#include "analyzer/operators/notation/formula.h"

namespace macroscope {

/// Steps through a text; the first mistake is kept, and every step after it fails without an effect.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  [[nodiscard]] const FormulaError& error() const noexcept { return error_; }
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  void back_to(std::size_t position) { position_ = error_.message.empty() ? position : text_.size(); }
  [[nodiscard]] bool at_end() {
    skip_space();
    return position_ == text_.size();
  }
  void refuse(std::string message) {
    if (error_.message.empty()) error_ = {position_, std::move(message)};
    position_ = text_.size();
  }
  bool accept(std::string_view token) {
    skip_space();
    if (!text_.substr(position_).starts_with(token)) return false;
    position_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) refuse("expected `" + std::string(token) + "`");
  }
  [[nodiscard]] char next() {
    skip_space();
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool accept_word(std::string_view token) {
    const std::size_t start = position_;
    skip_space();
    if (is_letter(next()) && word() == token) return true;
    back_to(start);
    return false;
  }
  std::string_view word() {
    skip_space();
    const std::size_t start = position_;
    if (position_ < text_.size() && is_letter(text_[position_]))
      while (position_ < text_.size() && is_word(text_[position_])) ++position_;
    if (position_ == start) refuse("expected a name");
    return text_.substr(start, position_ - start);
  }
  std::int64_t integer() {
    skip_space();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), number);
    if (error != std::errc()) {
      refuse("expected an integer");
      return 0;
    }
    position_ = static_cast<std::size_t>(end - text_.data());
    return number;
  }
  void number() {
    while (position_ < text_.size() && (is_digit(text_[position_]) || text_[position_] == '.')) ++position_;
  }
  std::string_view quoted() {
    expect("'");
    const std::size_t end = text_.find('\'', position_);
    if (end == std::string_view::npos) {
      refuse("expected `'`");
      return {};
    }
    const std::string_view text = text_.substr(position_, end - position_);
    position_ = end + 1;
    return text;
  }

 private:
  void skip_space() {
    while (position_ < text_.size() && text_[position_] == ' ') ++position_;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  FormulaError error_;
};

}  // namespace macroscope
