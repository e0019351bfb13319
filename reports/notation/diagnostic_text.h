// Diagnostics as text: how do they read on standard error and in a text report?
#pragma once

#include <string>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "reports/notation/text_style.h"

namespace macroscope {

/// `error`, `warning`, `note`.
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

/// A line with code and message, one with the place, the line of the source with a caret where there is one, and the help.
///
///     error[shape-mismatch]: ...
///       --> model.onnx: node 17 'layer1.0.conv1' (Conv)
///     help: ...
[[nodiscard]] std::string text_of(const Diagnostic& diagnostic, std::string_view file, const TextOptions& options);

}  // namespace macroscope
