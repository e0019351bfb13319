// Problem list: what is wrong with a text of the language?  Diagnostics up to a limit, each with its line and a mark below the span.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/diagnostics/diagnostic.h"
#include "frontends/dsl/syntax/source_text.h"

namespace macroscope::dsl {

class Problems {
 public:
  /// What comes after this many errors is mostly a consequence of them.
  static constexpr std::size_t kMaxErrors = 20;

  explicit Problems(const SourceText& source) noexcept : source_(&source) {}

  /// One error a place: a second one there follows from the first.
  void error(std::string_view code, Span span, std::string message, std::string help = {}, std::vector<Note> notes = {});
  void warning(std::string_view code, Span span, std::string message, std::string help = {});
  void add(Diagnostic diagnostic);
  [[nodiscard]] Note note(Span span, std::string message) const { return {std::move(message), source_->origin(span)}; }

  [[nodiscard]] bool has_errors() const noexcept { return errors_ > 0; }
  [[nodiscard]] bool is_full() const noexcept { return errors_ >= kMaxErrors; }
  [[nodiscard]] const SourceText& source() const noexcept { return *source_; }
  [[nodiscard]] const Diagnostics& all() const noexcept { return diagnostics_; }
  [[nodiscard]] Diagnostics take() noexcept { return std::move(diagnostics_); }

 private:
  const SourceText* source_;
  Diagnostics diagnostics_;
  std::size_t errors_ = 0;
};

}  // namespace macroscope::dsl
