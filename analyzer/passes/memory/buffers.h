// Buffers: which does a graph need while it runs, who writes each, and who reads it?
//
// A buffer is the memory of one tensor and of the tensors that are other views of it.  Stored tensors have none: they are weights.  Neither
// have Shape and Size and integers that were followed because they say how large other tensors are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analyzer/passes/cost/parameters.h"
#include "analyzer/passes/shapes/shapes.h"

namespace macroscope {

struct Buffer {
  /// The tensor that it is made for; views of it share the buffer.
  TensorId tensor = kAbsent;
  /// The node that makes it; kNone for an input, which is there from the start.
  NodeId producer = kNone;
  /// Its readers are readers[first_reader .. first_reader + reader_count) of Buffers, a node perhaps several times.
  std::uint32_t first_reader = 0;
  std::uint32_t reader_count = 0;
  /// Outputs of the graph stay until its end.
  bool is_output = false;
  /// False where the tensor has no size that is known; bytes are 0 then.
  bool is_known = true;
  Dim bytes;
};

struct Buffers {
  /// Those of inputs first, then in order of evaluation.
  std::vector<Buffer> all;
  std::vector<NodeId> readers;
  /// By TensorId: an index into `all`, or kNone.
  std::vector<std::uint32_t> of_tensor;

  [[nodiscard]] std::span<const NodeId> readers_of(const Buffer& buffer) const noexcept {
    return std::span(readers).subspan(buffer.first_reader, buffer.reader_count);
  }
};

/// Inputs and outputs of a function's body are its caller's and have no buffer here; so are outputs of branches and of loop bodies.
Buffers buffers_of(const Network& network, const Shapes& shapes, const Parameters& parameters, ScopeId scope);

/// May the node write its first output over an operand of the same size?  True where each element of the output depends on the same element
/// of the operands alone.
bool is_element_wise(const Shapes& shapes, const Scope& scope, NodeId node);

}  // namespace macroscope
