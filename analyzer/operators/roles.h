// Operand roles: what is an operator's operand to it, a weight, a bias, a constant, or data?
//
//   "data weight bias"                       one word an operand; the last stands for all further ones
//   "data quantisation*2 weight"             a word for several operands
//   "quantisation*2 [data quantisation*2]"   what is in brackets is repeated for all further ones
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace macroscope {

enum class OperandRole : std::uint8_t {
  data,          // anything; an activation where it is computed
  weight,        // learned, multiplied with data or looked up
  bias,          // learned, added
  statistic,     // measured in training: a running mean or variance
  quantisation,  // a scale or zero point
  constant,      // says what is done: axes, pads, a shape
  view,          // passed on to output 0, so that its consumers decide what it is
  elements,      // elements of it are passed on
  type,          // looked at for its type or its shape alone
  packed         // a weight of which several elements share a byte
};

/// The name of a role as it is in a row; `weight`.
[[nodiscard]] constexpr std::string_view name_of(OperandRole role) noexcept {
  constexpr std::array<std::string_view, 10> kNames{"data",     "weight", "bias",     "statistic", "quantisation",
                                                    "constant", "view",   "elements", "type",      "packed"};
  return kNames[static_cast<std::size_t>(role)];
}

[[nodiscard]] constexpr std::optional<OperandRole> role_named(std::string_view name) noexcept {
  for (std::size_t role = 0; role <= static_cast<std::size_t>(OperandRole::packed); ++role)
    if (name == name_of(static_cast<OperandRole>(role))) return static_cast<OperandRole>(role);
  return std::nullopt;
}

/// Whether an operand of this role is stored, and only its shape and bytes matter: its content is never asked for.
[[nodiscard]] constexpr bool is_only_stored(OperandRole role) noexcept {
  return role == OperandRole::weight || role == OperandRole::bias || role == OperandRole::statistic ||
         role == OperandRole::packed;
}

/// The roles of all operands.  Read from words when the program is compiled, so that a wrong word is no program.
class Roles {
 public:
  static constexpr std::size_t kMost = 28;

  /// \throws std::invalid_argument for what is no list of roles
  constexpr Roles(std::string_view words) {  // NOLINT(google-explicit-constructor): rows say "data weight"
    while (!words.empty()) {
      const std::size_t end = words.find(' ');
      add(words.substr(0, end));
      words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    if (count_ == 0 || is_open_)
      throw std::invalid_argument("roles are words, the last or those in brackets for all further ones");
    if (repeated_from_ == kMost) repeated_from_ = count_ - 1;
  }
  constexpr Roles(const char* words) : Roles(std::string_view(words)) {}  // NOLINT(google-explicit-constructor): as above

  [[nodiscard]] constexpr OperandRole of(std::size_t operand) const noexcept {
    if (operand < count_) return roles_[operand];
    return roles_[repeated_from_ + (operand - repeated_from_) % (count_ - repeated_from_)];
  }
  /// The first operand of a role; empty if none of those that are named has it.
  [[nodiscard]] constexpr std::optional<std::size_t> first(OperandRole role) const noexcept {
    for (std::size_t operand = 0; operand < count_; ++operand)
      if (roles_[operand] == role) return operand;
    return std::nullopt;
  }

  friend constexpr bool operator==(const Roles&, const Roles&) = default;

 private:
  constexpr void add(std::string_view word) {
    if (word.starts_with('[')) {
      repeated_from_ = count_;
      is_open_ = true;
      word.remove_prefix(1);
    }
    const bool closes = word.ends_with(']');
    if (closes) word.remove_suffix(1);
    std::size_t copies = 1;
    if (const std::size_t star = word.find('*'); star != std::string_view::npos) {
      copies = 0;
      for (const char digit : word.substr(star + 1)) copies = copies * 10 + digit_of(digit);
      word = word.substr(0, star);
    }
    const std::optional<OperandRole> role = role_named(word);
    if (!role || copies == 0 || copies > kMost - count_ || (repeated_from_ != kMost && !is_open_))
      throw std::invalid_argument("no list of operand roles");
    for (; copies > 0; --copies) roles_[count_++] = *role;
    if (closes) is_open_ = false;
  }
  static constexpr std::size_t digit_of(char digit) {
    if (digit < '0' || digit > '9') throw std::invalid_argument("a role is repeated by a number");
    return static_cast<std::size_t>(digit - '0');
  }

  std::array<OperandRole, kMost> roles_{};
  std::uint8_t count_ = 0;
  std::uint8_t repeated_from_ = kMost;
  bool is_open_ = false;
};

}  // namespace macroscope
