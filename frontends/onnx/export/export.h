// ONNX export: what is a network as an ONNX file?
//
// Written with protozero's writer and the field numbers of onnx_fields.h: protobuf's generated classes would make the program start
// slower and copy every weight once more.
#pragma once

#include <optional>
#include <string>

#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/network/network.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope::onnx {

struct ExportOptions {
  /// Contents that are not known are written as zeros; or else they are said to be in this file, which nobody writes.
  std::optional<std::string> absent_weights_file{};
};

struct Exported {
  /// The file's bytes; absent after an error.
  std::optional<std::string> bytes;
  Diagnostics diagnostics;
};

/// Writes what inference needs of a network whose shapes were inferred.  Symbols of inputs and outputs become dim_params; one that a
/// stored tensor or an attribute depends on must have a number.  A mask becomes a constant that multiplies its weight.
Exported export_model(const Network& network, const Shapes& shapes, const ExportOptions& options = {});

}  // namespace macroscope::onnx
