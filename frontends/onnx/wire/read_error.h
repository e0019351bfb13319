// Read errors: why can a model file not be read?  Thrown inside the reader only; its public entries return the diagnostic.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope::onnx {

class ReadError : public std::exception {
 public:
  explicit ReadError(Diagnostic diagnostic) : diagnostic_(std::move(diagnostic)) {}
  /// The bytes at `offset` are no ONNX.
  ReadError(std::uint64_t offset, std::string message)
      : ReadError(Diagnostic{Severity::error, "malformed-model", std::move(message), ByteOrigin{offset},
                             "the file may be cut off or damaged: compare its size with the original, or export it again"}) {}

  [[nodiscard]] const char* what() const noexcept override { return diagnostic_.message.c_str(); }
  [[nodiscard]] const Diagnostic& diagnostic() const noexcept { return diagnostic_; }

 private:
  Diagnostic diagnostic_;
};

}  // namespace macroscope::onnx
