// Graph writer: how is one graph written, node by node, with what is known of each result at hand?
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/passes/shapes/growing_shapes.h"
#include "frontends/dsl/graph/graph_builder.h"
#include "frontends/dsl/graph/layer_names.h"
#include "frontends/dsl/graph/unique_names.h"

namespace macroscope::dsl {

/// \throws BuildError where the bytes of a tensor cannot be numbered
void require_representable(std::string_view name, const Type& type);

class GraphWriter {
 public:
  explicit GraphWriter(std::string_view name);

  [[nodiscard]] Network& network() noexcept { return *network_; }
  [[nodiscard]] LayerNames& layers() noexcept { return layers_; }
  /// The graph that is being written, and how many are: each but the first is within the one before.
  [[nodiscard]] GraphId current() const noexcept { return open_.back(); }
  [[nodiscard]] std::size_t depth() const noexcept { return open_.size(); }

  // Symbols.
  Dim symbol(std::string_view name);
  /// A new one that counts the iterations of a repeat.
  Dim index_symbol();

  // Tensors.
  Handle input(GraphId graph, const std::string& name, Type type);
  /// `content` is what keep_content() gave, or 0 where the content is not known.
  Handle store(GraphId graph, const std::string& name, DataType dtype, const std::vector<Dim>& dims, TapMask mask = TapMask::none,
               std::uint64_t content = 0);
  std::uint64_t keep_content(Value value);
  [[nodiscard]] const Fact& fact_of(Handle tensor) const;
  /// \throws BuildError `unknown-shape` where not even the rank is known
  [[nodiscard]] const Shape& shape_of(Handle tensor) const;
  [[nodiscard]] std::string_view name_of(Handle tensor) const;
  void rename(Handle tensor, std::string_view name);
  /// The tensor in the graph that is being written: itself, or the link to that of an enclosing one.
  TensorId local(Handle tensor);

  // Attributes.
  Attribute size(std::string_view name, const Dim& value);
  Attribute sizes(std::string_view name, const std::vector<Dim>& values);

  // Nodes.
  std::vector<Handle> node(std::string_view op, const std::vector<Handle>& inputs, const std::vector<Attribute>& attributes,
                           std::size_t outputs, std::string_view domain);
  /// Operators of the domain may be used.
  void use_domain(std::string_view domain);

  /// Begins a graph within the one that is being written, and leaves it with its life, also where what it holds throws.
  class Nested {
   public:
    [[nodiscard]] explicit Nested(GraphWriter& writer) : writer_(writer) { writer_.open(writer_.current()); }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    ~Nested() { writer_.open_.pop_back(); }

   private:
    GraphWriter& writer_;
  };

  /// Names and nodes so far.
  struct Mark {
    std::size_t tensor_names = 0, node_names = 0, nodes = 0;
  };
  [[nodiscard]] Mark mark() const noexcept { return {names_.mark(), layers_.mark(), node_count_}; }
  /// Names that were taken since are free again, and nodes of nested graphs are not counted.
  void go_back(const Mark& mark);

  [[nodiscard]] const std::vector<Assumption>& assumptions() const noexcept { return shapes_->assumptions(); }
  [[nodiscard]] Diagnostics take_warnings();
  /// The network, complete; nothing is written after that.
  Network take();

 private:
  struct Storage;
  class GivenContents;

  void open(GraphId parent);
  /// \throws BuildError `too-large`
  std::string_view keep_name(std::string_view name);
  TensorId add_tensor(GraphId graph, std::string_view name);
  void infer(Graph& graph, std::size_t tensors, const Mark& mark);

  std::unique_ptr<Network> network_;
  std::unique_ptr<GrowingShapes> shapes_;
  std::shared_ptr<GivenContents> contents_;
  std::shared_ptr<Storage> storage_;
  /// Without those that inference makes for what only the data can tell; it makes them again.
  SymbolTable symbols_;
  Diagnostics warnings_;
  /// The graphs that are being written, outermost first.
  std::vector<GraphId> open_;
  std::unordered_map<GraphId, ScopeId> scopes_;
  /// By graph: its tensor for one of the graph around it.
  std::unordered_map<GraphId, std::unordered_map<TensorId, TensorId>> links_;
  LayerNames layers_;
  UniqueNames names_;
  std::size_t node_count_ = 0;
  std::size_t name_bytes_ = 0;
  std::size_t index_count_ = 0;
};

}  // namespace macroscope::dsl
