#include "frontends/dsl/syntax/problems.h"

#include <algorithm>
#include <utility>

namespace macroscope::dsl {

void Problems::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) {
    if (is_full()) return;
    const auto* place = std::get_if<TextOrigin>(&diagnostic.origin);
    const auto is_same = [&](const Diagnostic& other) {
      const auto* at = std::get_if<TextOrigin>(&other.origin);
      return other.severity == Severity::error && place != nullptr && at != nullptr && at->line == place->line &&
             at->column == place->column;
    };
    // What a sign that is none does to the rest of its line is no further mistake.
    const auto explains = [&](const Diagnostic& other) {
      const auto* at = std::get_if<TextOrigin>(&other.origin);
      return other.code == "unknown-sign" && place != nullptr && at != nullptr && at->line == place->line;
    };
    if (diagnostic.code == "syntax" && std::any_of(diagnostics_.begin(), diagnostics_.end(), explains)) return;
    if (std::any_of(diagnostics_.begin(), diagnostics_.end(), is_same)) return;
    ++errors_;
  } else if (diagnostics_.size() >= 2 * kMaxErrors) {
    return;
  }
  diagnostics_.push_back(std::move(diagnostic));
}

void Problems::error(std::string_view code, Span span, std::string message, std::string help, std::vector<Note> notes) {
  if (is_full()) return;
  add({Severity::error, code, std::move(message), source_->origin(span), std::move(help), std::move(notes)});
}

void Problems::warning(std::string_view code, Span span, std::string message, std::string help) {
  add({Severity::warning, code, std::move(message), source_->origin(span), std::move(help), {}});
}

}  // namespace macroscope::dsl
