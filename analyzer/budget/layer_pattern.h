// Patterns of budgets: which layers and operators does a line of a budget mean?
#pragma once

#include <string_view>

namespace macroscope {

/// Layers of a budget: the pattern is compared with the layer's name, with its module's path, and with the name below that path, each
/// without a slash in front.
[[nodiscard]] bool matches_layer(std::string_view pattern, std::string_view name, std::string_view path);

/// Operators of a budget: `Loop` is the operator of any domain, `com.microsoft:*` all of a domain, `ai.onnx:Loop` only ONNX's own.
/// \param op as records have it: `Conv`, `com.microsoft:FusedConv`
[[nodiscard]] bool matches_operator(std::string_view pattern, std::string_view op);

}  // namespace macroscope
