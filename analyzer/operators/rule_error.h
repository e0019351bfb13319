// Errors of rules: how does a rule say that a node breaks its preconditions, or, by Unknown of shapes, that a result is unknown?
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/algebra/format.h"
#include "analyzer/algebra/shape.h"

namespace macroscope {

/// A precondition of an operator does not hold.  Thrown by rules, caught at one place that knows the node and adds where.
class RuleError : public std::runtime_error {
 public:
  RuleError(std::string_view code, const std::string& message, std::string help = {})
      : std::runtime_error(message), code_(code), help_(std::move(help)) {}
  [[nodiscard]] std::string_view code() const noexcept { return code_; }
  [[nodiscard]] const std::string& help() const noexcept { return help_; }

 private:
  std::string_view code_;
  std::string help_;
};

/// \throws RuleError `code` with the formatted message.
template <typename... Arguments>
[[noreturn]] void fail(std::string_view code, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw RuleError(code, fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// \throws RuleError `code` with the formatted message unless `condition` holds.  Quantities and shapes are handed over as they are: text of
/// theirs would be made for every node that keeps the rule.
template <typename... Arguments>
void require(bool condition, std::string_view code, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (!condition) fail(code, format, std::forward<Arguments>(arguments)...);
}

}  // namespace macroscope
