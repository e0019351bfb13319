// Any bytes: the reader of ONNX files ends with a model or a refusal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <variant>
#include <vector>

#include "frontends/onnx/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace macroscope;
  const auto* bytes = reinterpret_cast<const char*>(data);
  const auto result = onnx::read_document(onnx::Source::of_bytes(std::vector<char>(bytes, bytes + size)));
  if (const auto* refusal = std::get_if<Diagnostic>(&result))
    if (refusal->message.empty() || refusal->severity != Severity::error) std::abort();
  return 0;
}
