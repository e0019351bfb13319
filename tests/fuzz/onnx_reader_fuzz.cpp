// Any bytes: the reader of ONNX files ends with a network or a refusal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <variant>
#include <vector>

#include "frontends/onnx/import/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace macroscope;
  const auto* bytes = reinterpret_cast<const char*>(data);
  auto result = onnx::read_document(onnx::Source::of_bytes(std::vector<char>(bytes, bytes + size)));
  if (const auto* refusal = std::get_if<Diagnostic>(&result)) {
    if (refusal->message.empty() || refusal->severity != Severity::error) std::abort();
    return 0;
  }
  const onnx::Import import = onnx::import_document(std::get<onnx::Document>(std::move(result)));
  for (const Graph& graph : import.network->graphs) {
    // Every node once in the order, every number within its graph.
    if (graph.order.size() != graph.nodes.size()) std::abort();
    for (const Node& node : graph.nodes)
      for (const TensorId tensor : node.inputs)
        if (tensor != kAbsent && tensor >= graph.tensors.size()) std::abort();
    for (const StoredTensor& stored : graph.stored) static_cast<void>(import.network->content(stored));
  }
  return 0;
}
