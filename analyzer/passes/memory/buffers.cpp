#include "analyzer/passes/memory/buffers.h"

#include <algorithm>

#include "analyzer/network/large_table.h"
#include "analyzer/network/readers.h"
#include "analyzer/passes/cost/storage.h"

namespace macroscope {
namespace {

class BufferSearch {
 public:
  BufferSearch(const Network& network, const Shapes& shapes, const Parameters& parameters, ScopeId id)
      : network_(network),
        parameters_(parameters),
        id_(id),
        scope_(shapes.scopes[id]),
        graph_(network.graphs[scope_.graph]),
        is_elsewhere_(graph_.tensors.size(), false) {}

  Buffers found() {
    leave_out();
    for (const TensorId input : graph_.inputs) add(input, kNone);
    for (const NodeId node : graph_.order) add_results(node);
    if (id_ == 0)
      for (const TensorId output : graph_.outputs)
        if (Buffer* buffer = buffer_of(output)) buffer->is_output = true;
    add_readers();
    return std::move(buffers_);
  }

 private:
  /// Marks what has its memory elsewhere: weights, tensors of the enclosing graph, and what the caller provides.
  void leave_out() {
    buffers_.of_tensor.assign(graph_.tensors.size(), kNone);
    reserve_large(buffers_.all, graph_.tensors.size() - graph_.stored.size());
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor)
      if (graph_.tensors[tensor].stored != kNone || graph_.tensors[tensor].outer != kAbsent) is_elsewhere_[tensor] = true;
    for (const Parameter& parameter : parameters_.rows)
      if (parameter.graph == scope_.graph) is_elsewhere_[parameter.tensor] = true;
    if (id_ == 0) return;
    const bool is_function = graph_.parent == kNone;
    if (is_function)
      for (const TensorId input : graph_.inputs) leave_out(input);
    for (const TensorId output : graph_.outputs) leave_out(output);
  }

  /// With what it is a view of.
  void leave_out(TensorId tensor) {
    while (tensor != kAbsent && !is_elsewhere_[tensor]) {
      is_elsewhere_[tensor] = true;
      const NodeId producer = graph_.tensors[tensor].producer;
      if (producer == kNone || !shares_first(producer) || graph_.nodes[producer].outputs[0] != tensor) return;
      tensor = graph_.nodes[producer].inputs[0];
    }
  }

  [[nodiscard]] bool shares_first(NodeId id) const {
    const Node& node = graph_.nodes[id];
    return is_view(scope_.operators[id]) && !node.inputs.empty() && node.inputs[0] != kAbsent && !node.outputs.empty();
  }

  void add_results(NodeId id) {
    const Node& node = graph_.nodes[id];
    if (is_constant(scope_.operators[id])) return;
    for (std::size_t index = 0; index < node.outputs.size(); ++index) {
      const TensorId output = node.outputs[index];
      if (output == kAbsent || is_elsewhere_[output]) continue;
      if (index == 0 && shares_first(id)) {
        is_elsewhere_[output] = is_elsewhere_[node.inputs[0]];
        buffers_.of_tensor[output] = buffers_.of_tensor[node.inputs[0]];
      } else {
        add(output, id);
      }
    }
  }

  void add(TensorId tensor, NodeId producer) {
    if (tensor == kAbsent || is_elsewhere_[tensor] || buffers_.of_tensor[tensor] != kNone) return;
    const Fact& fact = scope_.facts[tensor];
    const bool is_shape_value = fact.value != nullptr && !is_floating(fact.type.dtype);
    if (is_shape_value || fact.type.kind == Kind::absent) return;
    Buffer buffer;
    if (const Buffer* of_class = buffer_of_class(tensor, producer)) {
      buffer.bytes = of_class->bytes;
      buffer.is_known = of_class->is_known;
    } else {
      measure(buffer, fact.type);
    }
    buffer.tensor = tensor;
    buffer.producer = producer;
    buffers_.of_tensor[tensor] = static_cast<std::uint32_t>(buffers_.all.size());
    buffers_.all.push_back(std::move(buffer));
  }

  static void measure(Buffer& buffer, const Type& type) {
    try {
      buffer.bytes = bytes_of(type);
    } catch (const Unknown&) {
      buffer.is_known = false;
    } catch (const AlgebraError&) {
      buffer.is_known = false;
    }
  }

  /// What the first node of the producer's class makes in this place has as many bytes; null where there is none, or it has no buffer.
  const Buffer* buffer_of_class(TensorId tensor, NodeId producer) {
    if (producer == kNone || scope_.classes.is_first(producer)) return nullptr;
    const std::span<const TensorId> own = graph_.nodes[producer].outputs;
    const std::span<const TensorId> of_first = graph_.nodes[scope_.classes.first_of(producer)].outputs;
    return buffer_of(of_first[static_cast<std::size_t>(std::find(own.begin(), own.end(), tensor) - own.begin())]);
  }

  Buffer* buffer_of(TensorId tensor) {
    if (tensor == kAbsent || buffers_.of_tensor[tensor] == kNone) return nullptr;
    return &buffers_.all[buffers_.of_tensor[tensor]];
  }

  void add_readers() {
    const Readers readers(network_, graph_);
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor)
      if (Buffer* buffer = buffer_of(tensor)) buffer->reader_count += static_cast<std::uint32_t>(readers.of(tensor).size());
    std::uint32_t next = 0;
    for (Buffer& buffer : buffers_.all) {
      buffer.first_reader = next;
      next += std::exchange(buffer.reader_count, 0);
    }
    buffers_.readers.resize(next);
    for (TensorId tensor = 0; tensor < graph_.tensors.size(); ++tensor) {
      Buffer* buffer = buffer_of(tensor);
      if (buffer == nullptr) continue;
      for (const Reader& reader : readers.of(tensor))
        buffers_.readers[buffer->first_reader + buffer->reader_count++] = reader.node;
    }
  }

  const Network& network_;
  const Parameters& parameters_;
  ScopeId id_;
  const Scope& scope_;
  const Graph& graph_;
  /// By tensor: it has its memory elsewhere.
  std::vector<bool> is_elsewhere_;
  Buffers buffers_;
};

}  // namespace

Buffers buffers_of(const Network& network, const Shapes& shapes, const Parameters& parameters, ScopeId scope) {
  return BufferSearch(network, shapes, parameters, scope).found();
}

bool is_element_wise(const Shapes& shapes, const Scope& scope, NodeId node) {
  const Operator* row = scope.operators[node];
  if (row == nullptr || !scope.inferred[node]) return false;
  if (is_elementwise(row)) return true;
  if (!std::holds_alternative<Body>(row->meaning)) return false;
  const auto call = std::lower_bound(scope.calls.begin(), scope.calls.end(), node,
                                     [](const Call& candidate, NodeId wanted) { return candidate.node < wanted; });
  if (call == scope.calls.end() || call->node != node) return false;
  // A body names operators of the catalogue; those that have bodies themselves nest no deeper than the catalogue does.
  const Scope& body = shapes.scopes[call->scope];
  for (NodeId inner = 0; inner < body.operators.size(); ++inner)
    if (!is_element_wise(shapes, body, inner)) return false;
  return true;
}

}  // namespace macroscope
