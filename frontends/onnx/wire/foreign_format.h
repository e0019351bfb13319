// Foreign formats: what is a file that is not ONNX, and how does its owner get an ONNX file instead?
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope::onnx {

/// Bytes at the begin of a file that tell what it is.
inline constexpr std::size_t kHeadBytes = 264;

/// The refusal of a file that begins like one of another format (or is empty); nothing if it may be ONNX.
std::optional<Diagnostic> refuse_by_content(std::string_view head);
/// The refusal of bytes that turned out not to be a model, if the name's ending or plain text says what they are instead.
std::optional<Diagnostic> refuse_by_name_or_text(std::string_view head, std::string_view path);

}  // namespace macroscope::onnx
