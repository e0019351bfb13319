// Nodes that hold a constant: is a node's result one of its attributes, or one number laid out in a shape, whichever version it has?
#pragma once

#include "analyzer/network/network.h"

namespace macroscope {

/// Its result is an attribute.
[[nodiscard]] bool holds_constant(const Node& node) noexcept;
/// Its result is one number in every place of a shape.
[[nodiscard]] bool fills_shape(const Node& node) noexcept;

}  // namespace macroscope
