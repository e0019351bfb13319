#include "analyzer/passes/cost/storage.h"

#include <algorithm>

#include "analyzer/algebra/summation.h"

namespace macroscope {
namespace {

/// Nothing where it is not known: a count of bytes is only as complete as the shapes.
Dim bytes_or_nothing(const Type& type) {
  try {
    return bytes_of(type);
  } catch (const Unknown&) {
    return 0;
  }
}

bool is_as_large(const Type& a, const Type& b) { return a.kind == b.kind && a.dtype == b.dtype && a.shape == b.shape; }

/// Content that was followed through integer arithmetic only says how large other tensors are.
bool is_shape_value(const Fact& fact) { return fact.value != nullptr && !is_floating(fact.type.dtype); }

}  // namespace

Dim bytes_of(DataType dtype, const Dim& elements) {
  const std::optional<int> bits = bits_of(dtype);
  if (!bits) throw Unknown();
  return *bits % 8 == 0 ? elements * (*bits / 8) : ceil_div(elements * *bits, 8);
}

Dim bytes_of(const Type& type) {
  if ((type.kind != Kind::tensor && type.kind != Kind::sparse) || !type.shape.known()) throw Unknown();
  return bytes_of(type.dtype, type.shape.elements());
}

bool is_view(const Operator* row) noexcept { return has(row, Trait::view); }
bool is_constant(const Operator* row) noexcept { return has(row, Trait::holds_constant) || has(row, Trait::reads_shape); }

void add_traffic(Cost& cost, const Scope& scope, NodeId id, const Node& node) {
  const Operator* row = scope.operators[id];
  if (is_view(row) || is_constant(row)) return;
  Dim written;
  for (const TensorId output : node.outputs)
    if (output != kAbsent) written += bytes_or_nothing(scope.facts[output].type);
  cost.bytes_written += written;
  // Operands of element-wise work are as large as its result, whose expression serves for them too.
  const Type* made = node.outputs.size() == 1 && node.outputs[0] != kAbsent ? &scope.facts[node.outputs[0]].type : nullptr;
  for (std::size_t index = 0; index < node.inputs.size(); ++index) {
    if (node.inputs[index] == kAbsent) continue;
    const Type& read = scope.facts[node.inputs[index]].type;
    const bool is_picked_from = index == 0 && has(row, Trait::picks);
    const bool serves = is_picked_from || (made != nullptr && is_as_large(*made, read));
    cost.bytes_read += serves ? written : bytes_or_nothing(read);
  }
}

namespace {

/// Only bodies of repeats are entered, which nest a few levels deep.
Dim activation_bytes_of(const Network& network, const Shapes& shapes, const Scope& scope, bool& is_whole) {
  Dim bytes;
  const auto add = [&](const auto& more) {
    try {
      bytes += more();
    } catch (const AlgebraError&) {
      is_whole = false;
    }
  };
  const Graph& graph = network.graphs[scope.graph];
  auto call = scope.calls.begin();
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (is_view(scope.operators[id]) || is_constant(scope.operators[id]) || graph.is_side(id)) continue;
    while (call != scope.calls.end() && call->node < id) ++call;
    const auto* repetition =
        call == scope.calls.end() || call->node != id ? nullptr : &network.graphs[shapes.scopes[call->scope].graph].repetition;
    if (repetition != nullptr && repetition->has_value()) {
      const Dim once = activation_bytes_of(network, shapes, shapes.scopes[call->scope], is_whole);
      add([&] { return sum_over_repeats(once, (*repetition)->index, (*repetition)->count); });
      continue;
    }
    for (const TensorId output : node.outputs)
      if (output != kAbsent && !is_shape_value(scope.facts[output]))
        add([&] { return bytes_or_nothing(scope.facts[output].type); });
  }
  return bytes;
}

}  // namespace

ActivationBytes activation_bytes(const Network& network, const Shapes& shapes) {
  ActivationBytes result;
  result.bytes = activation_bytes_of(network, shapes, shapes.scopes.front(), result.is_whole);
  return result;
}

}  // namespace macroscope
