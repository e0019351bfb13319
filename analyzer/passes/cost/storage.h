// Storage of tensors: how many bytes does one take, which share theirs with another, and what does a node move?
#pragma once

#include <span>

#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

/// Bytes of `elements` elements, packed as they are stored: two int4 a byte. \throws Unknown for strings and unknown types
Dim bytes_of(DataType dtype, const Dim& elements);
/// Bytes of a tensor, dense or sparse (its dense extent). \throws Unknown
Dim bytes_of(const Type& type);

/// True for operators whose result is their first input's storage under another shape or name.
bool is_view(const Operator* row) noexcept;

/// True for operators whose result is stored with the model or stands for shapes alone: they move nothing.
bool is_constant(const Operator* row) noexcept;

/// Adds the bytes that a node reads (weights included) and writes.
void add_traffic(Cost& cost, const Scope& scope, NodeId id, const Node& node);

struct ActivationBytes {
  Dim bytes;
  /// False where some do not fit 128 bits and are left out.
  bool is_whole = true;
};

/// Bytes of all node outputs of the main graph, and of all copies of what is repeated there, without views, constants and integer shape
/// values; outputs whose size is not known are left out.
[[nodiscard]] ActivationBytes activation_bytes(const Network& network, const Shapes& shapes);

}  // namespace macroscope
