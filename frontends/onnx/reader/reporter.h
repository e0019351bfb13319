// Import diagnostics: what is wrong with a model?  Stops repeating itself on a file that is wrong everywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope::onnx {

class Reporter {
 public:
  void error(std::string_view code, std::string message, Origin origin = {}, std::string help = {});
  void warning(std::string_view code, std::string message, Origin origin = {}, std::string help = {});
  void note(std::string_view code, std::string message, Origin origin = {}, std::string help = {});
  /// All that was reported, and how much more there was.
  [[nodiscard]] Diagnostics take();

  /// Of each severity.
  static constexpr std::size_t kMost = 100;

 private:
  void add(Diagnostic diagnostic);

  Diagnostics diagnostics_;
  std::size_t counts_[3] = {0, 0, 0};
};

}  // namespace macroscope::onnx
