// Stored tensors: how is one written to a file?
#pragma once

#include <protozero/pbf_writer.hpp>

#include "analyzer/network/network.h"

namespace macroscope::onnx {

/// Extents and dtype.  Extents that are no numbers were refused before.
void write_header(protozero::pbf_writer& tensor, const StoredTensor& stored);
/// Extents, dtype and content; zeros where that is not known.
void write_tensor(protozero::pbf_writer& tensor, const StoredTensor& stored, const ValuePointer& content);
/// The taps that the tensor's mask keeps, as bytes of 0 and 1 over its kernel's extents.
void write_taps(protozero::pbf_writer& tensor, const StoredTensor& stored);

}  // namespace macroscope::onnx
