// Reader's oracle: does the reader see what protobuf's generated classes see?  The second source of the reader's tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "frontends/onnx/reader/document.h"

namespace macroscope::test {

/// The first thing that protobuf says differently of the same bytes, as `graph.node[3].input[0]: ...`; empty if there is none.
/// Nothing if protobuf refuses the bytes.
std::optional<std::string> difference_from_protobuf(std::string_view bytes, const onnx::Document& document);
bool protobuf_accepts(std::string_view bytes);

}  // namespace macroscope::test
