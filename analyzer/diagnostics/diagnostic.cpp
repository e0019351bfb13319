#include "analyzer/diagnostics/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

namespace macroscope {

bool has_errors(const Diagnostics& diagnostics) noexcept {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
}

namespace {

struct OriginText {
  std::string operator()(std::monostate /*nowhere*/) const { return {}; }
  std::string operator()(const NodeOrigin& node) const {
    const std::string name = node.name.empty() ? "" : fmt::format(" '{}'", node.name);
    const std::string scope = node.scope.empty() ? "" : fmt::format(" in {}", node.scope);
    return fmt::format("node {}{} ({}){}", node.index, name, node.op, scope);
  }
  std::string operator()(const TextOrigin& text) const { return fmt::format("{}:{}", text.line, text.column); }
  std::string operator()(const ByteOrigin& byte) const { return fmt::format("byte {}", byte.offset); }
};

}  // namespace

std::string text_of(const Origin& origin) { return std::visit(OriginText{}, origin); }

}  // namespace macroscope
