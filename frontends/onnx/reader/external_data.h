// External data: where outside of the model file are a tensor's elements?  Judged by its words alone: that file is never opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/reader/reporter.h"

namespace macroscope::onnx {

struct ExternalPlace {
  std::string_view location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

/// Reads location, offset and length; reports entries that are no such thing, and locations that lead out of the model's directory.
ExternalPlace external_place(const TensorView& tensor, const Origin& origin, Reporter& reporter);

}  // namespace macroscope::onnx
