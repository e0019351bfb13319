// Attributes: how is one written to a file?
#pragma once

#include <protozero/pbf_writer.hpp>
#include <string_view>

#include "analyzer/network/network.h"
#include "frontends/onnx/wire/onnx_fields.h"

namespace macroscope::onnx {

/// Nothing where the text is empty, as in protobuf's third syntax.
void add_text(protozero::pbf_writer& out, std::uint32_t field, std::string_view text);

/// False for contents that the network does not keep.
[[nodiscard]] bool is_writable(const Attribute& attribute) noexcept;
/// Name and type.
void write_header(protozero::pbf_writer& attribute_message, const Attribute& attribute);
/// A whole attribute of a node, of numbers or texts.
void write_attribute(protozero::pbf_writer& node, const Attribute& attribute);

}  // namespace macroscope::onnx
