#include "frontends/onnx/reader/reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace macroscope::onnx {

void Reporter::error(std::string_view code, std::string message, Origin origin, std::string help) {
  add({Severity::error, code, std::move(message), std::move(origin), std::move(help)});
}

void Reporter::warning(std::string_view code, std::string message, Origin origin, std::string help) {
  add({Severity::warning, code, std::move(message), std::move(origin), std::move(help)});
}

void Reporter::note(std::string_view code, std::string message, Origin origin, std::string help) {
  add({Severity::note, code, std::move(message), std::move(origin), std::move(help)});
}

void Reporter::add(Diagnostic diagnostic) {
  if (++counts_[static_cast<std::size_t>(diagnostic.severity)] <= kMost) diagnostics_.push_back(std::move(diagnostic));
}

Diagnostics Reporter::take() {
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const std::size_t count = counts_[static_cast<std::size_t>(severity)];
    if (count > kMost)
      diagnostics_.push_back({severity,
                              "more-diagnostics",
                              fmt::format("and {} more like these", count - kMost),
                              {},
                              "correct the first ones and run again"});
  }
  return std::move(diagnostics_);
}

}  // namespace macroscope::onnx
