// ONNX import: how does an ONNX file become a network?
#pragma once

#include <optional>
#include <string>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/network/network.h"
#include "frontends/onnx/reader/document.h"

namespace macroscope::onnx {

struct Import {
  /// Absent if the file cannot be read at all.  One that has errors is still a network: what they touch is unknown in it.
  std::optional<Network> network;
  Diagnostics diagnostics;
};

/// Reads the structure of the model at `path` (`-`: standard input); never a weight, never another file.
Import import_model(const std::string& path);
Import import_document(Document document);

}  // namespace macroscope::onnx
