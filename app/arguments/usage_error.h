// Usage error: what was wrong with how the program was called?
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace macroscope {

/// Ends the command with exit code 2.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& message, std::string help = {}) : std::runtime_error(message), help_(std::move(help)) {}
  [[nodiscard]] const std::string& help() const noexcept { return help_; }

 private:
  std::string help_;
};

}  // namespace macroscope
