// Model reading: which front end reads a model?
#pragma once

#include <optional>
#include <string>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/network/network.h"

namespace macroscope {

struct ReadModel {
  /// Absent if nothing of it could be read.
  std::optional<Network> network;
  Diagnostics diagnostics;
};

/// \param path a file, or `-` for ONNX on standard input
ReadModel read_model(const std::string& path);

}  // namespace macroscope
