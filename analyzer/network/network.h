// Network: what is the model, as one structure that every front end builds and every pass reads?
//
// A front end builds it.  The shapes pass then adds to it, and to nothing that is there: symbols for sizes that only the data can tell, and
// graphs for the bodies of operators that are other operators.  Passes behind that one take it as const.
//
// A Network holds graphs: the main graph, the bodies of control-flow operators and the bodies of functions.  Nodes and tensors are
// numbered densely within their graph; results of passes are tables beside them, indexed by these numbers.  All string views and
// spans point into storage that the Network owns or keeps alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/algebra/dim.h"
#include "analyzer/diagnostics/diagnostic.h"
#include "analyzer/network/graph_order.h"
#include "analyzer/network/symbols.h"
#include "analyzer/network/type.h"

namespace macroscope {

using TensorId = std::uint32_t;
using GraphId = std::uint32_t;
/// An optional operand that is left out.
inline constexpr TensorId kAbsent = std::numeric_limits<TensorId>::max();
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Which taps of a convolution's kernel are known to be zero, of those in row-major order around the one in the middle.
enum class TapMask : std::uint8_t {
  none,
  before_centre,   // PixelCNN's type A: the middle and all behind it are zero
  through_centre,  // PixelCNN's type B, and the causal mask of one axis: all behind the middle are zero
};

/// A tensor whose content is stored with the model: an initializer, or the tensor of a Constant node.
/// What the program that a file was exported from said of a stored tensor.
enum class Declared : std::uint8_t { nothing, parameter, other };

struct StoredTensor {
  std::string_view name;
  DataType dtype = DataType::unknown;
  bool sparse = false;
  std::span<const std::int64_t> dims;  // each >= 0: front ends refuse others
  /// Its extents where some are no plain numbers, and `dims` is empty; null otherwise.
  const Shape* symbolic_shape = nullptr;
  TapMask mask = TapMask::none;
  Declared declared = Declared::nothing;
  /// Where the content stands, for Network::content(): opaque to everyone but the front end.
  std::uint64_t handle = 0;
  /// Where external content stands: bytes [offset, offset + length) of a file.  Two tensors of one place are one parameter.
  std::string_view external_location;
  std::uint64_t external_offset = 0;
  std::uint64_t external_length = 0;
};

[[nodiscard]] Shape shape_of(const StoredTensor& tensor);

/// Reads the content of small stored tensors when a rule asks for it; front ends implement it.
class ContentReader {
 public:
  virtual ~ContentReader() = default;
  /// Null where the content is absent, external or has more than Value::kMaxElements elements.
  [[nodiscard]] virtual ValuePointer read(const StoredTensor& tensor) const = 0;
};

/// An attribute of a function body that takes the value of the caller's attribute of this name.
struct AttributeReference {
  std::string_view name;
};

/// Anything ONNX has that no rule reads; it is only known to be there.
struct OpaqueAttribute {};

struct Attribute {
  using Content =
      std::variant<OpaqueAttribute, std::int64_t, double, std::string_view, std::span<const std::int64_t>, std::span<const float>,
                   std::span<const std::string_view>, const StoredTensor*, GraphId, const Type*, AttributeReference, const Dim*,
                   std::span<const Dim>>;  // the last two: integers of which some are no plain numbers
  std::string_view name;
  Content content;
};

struct Node {
  std::string_view op;
  /// Empty for ONNX's own domain (`ai.onnx` is spelled empty as well).
  std::string_view domain;
  std::string_view overload;
  std::string_view name;
  /// Module path, outermost first, parts separated by '/': from names or metadata; empty where there is none.
  std::string_view path;
  std::span<const TensorId> inputs;  // kAbsent for an operand left out
  std::span<const TensorId> outputs;
  std::span<const Attribute> attributes;
  /// Its number in the user's own file, before any sorting.
  std::uint32_t file_index = 0;
  /// Where it is in a text, for front ends that read one; line 0 otherwise.
  std::uint32_t line = 0, column = 0;
};

struct Tensor {
  std::string_view name;
  /// Index into Graph::stored, or kNone.
  std::uint32_t stored = kNone;
  /// The tensor of the enclosing graph that this one is, or kAbsent.
  TensorId outer = kAbsent;
  /// The node that makes it, or kNone.
  NodeId producer = kNone;
};

/// What a model says of a tensor by itself.
struct Declaration {
  TensorId tensor = kAbsent;
  Type type;
};

/// What a graph is that stands for several copies of itself, one behind the other: the body of a `repeat`.
struct Repetition {
  /// The symbol that counts the copies, 0 .. count - 1; types and attributes of the body may depend on it.
  std::string index;
  Dim count;
};

/// One graph: a model's main graph, a branch or body, or the body of a function.
struct Graph {
  std::string_view name;
  std::vector<Node> nodes;
  std::vector<Tensor> tensors;
  std::vector<StoredTensor> stored;
  /// Inputs without those that only give an initializer a name; a body's or function's in their order.
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  /// Results that are used in training alone, as the heads of auxiliary classifiers are; none of them is among `outputs`.
  std::vector<TensorId> auxiliary_outputs;
  /// By NodeId: what no output needs and a side output does, which inference leaves out; empty where there is no such node.
  std::vector<bool> auxiliary_nodes;
  /// Types that inputs, intermediate values and outputs are declared to have; inputs come first, in order of `inputs`.
  std::vector<Declaration> declared;
  /// Order in which nodes can be evaluated.
  std::vector<NodeId> order;
  /// The graph this one is nested in, or kNone; outer tensors are looked up there.
  GraphId parent = kNone;
  /// Each copy has stored tensors of its own.
  std::optional<Repetition> repetition{};

  [[nodiscard]] bool is_side(NodeId node) const noexcept { return !auxiliary_nodes.empty() && auxiliary_nodes[node]; }
};

/// Version of an operator set that a graph was written against.
struct OperatorSet {
  std::string_view domain;  // empty for ONNX's own
  std::int64_t version = 0;
};

/// The version of a domain's set; that of its newest operators where it is not among them.
[[nodiscard]] std::int64_t version_in(std::span<const OperatorSet> sets, std::string_view domain) noexcept;

/// A function that the model brings with it.
struct Function {
  std::string_view domain;
  std::string_view name;
  std::string_view overload;
  GraphId body = 0;
  std::vector<std::string_view> attributes;  // names the caller may give
  std::vector<Attribute> defaults;           // and those that have a value otherwise
  std::vector<OperatorSet> operator_sets;
};

struct ModelInformation {
  std::string_view format;  // "onnx" or "net"
  std::string_view name;
  std::string_view producer;
  std::string_view producer_version;
  std::int64_t ir_version = 0;
};

class Network {
 public:
  ModelInformation information;
  std::vector<OperatorSet> operator_sets;
  /// graphs[0] is the main graph.  A deque: graphs do not move while others are added.
  std::deque<Graph> graphs;
  std::vector<Function> functions;
  SymbolTable symbols;

  [[nodiscard]] const Graph& main() const { return graphs.front(); }
  [[nodiscard]] const Function* find_function(std::string_view domain, std::string_view name,
                                              std::string_view overload) const noexcept;
  /// Content of a stored tensor where it is small and at hand, otherwise null.
  [[nodiscard]] ValuePointer content(const StoredTensor& tensor) const {
    return content_reader ? content_reader->read(tensor) : nullptr;
  }

  /// Storage for spans and strings made while building; lives as long as the network.
  std::unique_ptr<std::pmr::memory_resource> arena = std::make_unique<std::pmr::monotonic_buffer_resource>();
  std::shared_ptr<const ContentReader> content_reader;
  /// Keeps alive what the views point into.
  std::shared_ptr<const void> storage;

  /// A copy of `elements` in the arena.
  template <typename T>
  std::span<const T> keep(std::span<const T> elements);
  std::string_view keep(std::string_view text);
};

template <typename T>
std::span<const T> Network::keep(std::span<const T> elements) {
  static_assert(std::is_trivially_destructible_v<T>);
  if (elements.empty()) return {};
  auto* copy = static_cast<T*>(arena->allocate(elements.size_bytes(), alignof(T)));
  std::uninitialized_copy(elements.begin(), elements.end(), copy);
  return {copy, elements.size()};
}

/// Completes a graph whose nodes, tensors, inputs and outputs stand, and whose nested graphs are complete: producers, order, side nodes.  A node
/// comes after the producers of what its nested graphs take from this one, too.
/// \return an empty vector, or the nodes of one cycle, in which case the order is left empty.
std::vector<NodeId> complete(Network& network, GraphId graph);

}  // namespace macroscope
