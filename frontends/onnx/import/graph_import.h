// Graph import: how do the graphs of a file, nested ones and functions' bodies among them, become graphs of a network?
//
// Names become numbers: within a graph every value is made once, by an input, an initializer or a node; a name that a nested graph does
// not make itself is one of the graph around it.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "analyzer/network/network.h"
#include "frontends/onnx/import/attribute_lists.h"
#include "frontends/onnx/import/extents.h"
#include "frontends/onnx/import/stored_tensors.h"
#include "frontends/onnx/import/tensor_names.h"
#include "frontends/onnx/reader/model_view.h"
#include "frontends/onnx/reader/reporter.h"

namespace macroscope::onnx {

class GraphImport {
 public:
  /// `types` keeps the types that attributes hold; like the contents it must live as long as the network.
  GraphImport(Network& network, std::deque<Type>& types, Contents& contents, Extents& extents, Reporter& reporter) noexcept
      : network_(network),
        attribute_lists_(network),
        types_(types),
        stored_(contents, reporter),
        extents_(extents),
        reporter_(reporter) {}

  /// Adds the graph and those nested in it; the model's own graph first of all.
  GraphId import_main(const GraphView& graph) { return import_graph(graph, nullptr, {}); }
  void import_function(const FunctionView& function);

 private:
  /// A graph while it is being built.
  struct GraphDraft {
    GraphId id;
    Graph& graph;
    GraphDraft* outer;
    std::string scope;  // as diagnostics name it: `node[3].then`
    TensorNames names;
  };

  GraphId import_graph(const GraphView& view, GraphDraft* outer, std::string scope);
  void add_inputs(const GraphView& view, GraphDraft& draft);
  void add_initializers(const GraphView& view, GraphDraft& draft);
  void add_stored(GraphDraft& draft, std::optional<StoredTensor> stored, std::string_view name);
  void add_nodes(const List<NodeView>& nodes, GraphDraft& draft);
  Node start_node(const NodeView& view, std::uint32_t index, GraphDraft& draft);
  void finish_node(const NodeView& view, GraphDraft& draft, Node& node);
  void add_declarations(const List<ValueInfoView>& values, GraphDraft& draft);
  static void declare_stored(const ValueInfoView& value, Graph& graph, TensorId tensor);
  void add_outputs(const GraphView& view, GraphDraft& draft);
  void finish(GraphDraft& draft);
  void report_order(const Graph& graph, const GraphDraft& draft);

  Attribute attribute_of(const AttributeView& view, const Node& node, GraphDraft* draft);
  template <typename View>
  Attribute::Content stored_content(const View& tensor, const Origin& origin);
  std::span<const Attribute> attributes_of(const NodeView& view, const Node& node, GraphDraft& draft);

  /// A new tensor, and whether it is the first of its name, which is the one that the name means: others are errors.
  static std::pair<TensorId, bool> insert_tensor(GraphDraft& draft, std::string_view name);
  static TensorId add_tensor(GraphDraft& draft, std::string_view name) { return insert_tensor(draft, name).first; }
  /// The tensor of a name: made here, or taken from the graph around; nothing if no graph makes it.
  static std::optional<TensorId> find(GraphDraft& draft, std::string_view name);
  [[nodiscard]] static bool is_made_around(const GraphDraft& draft, std::string_view name);
  TensorId find_or_report(GraphDraft& draft, std::string_view name, std::string_view what, const Origin& origin);
  [[nodiscard]] static NodeOrigin origin_of(const GraphDraft& draft, const Node& node);

  Network& network_;
  AttributeLists attribute_lists_;
  std::deque<Type>& types_;
  StoredTensors stored_;
  Extents& extents_;
  Reporter& reporter_;
  /// Domain, name and overload of those so far.
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> functions_;
  // Lists of one node while it is read; nested graphs are read between, so these are taken before.
  std::vector<TensorId> operands_;
};

/// `ai.onnx` is another spelling of ONNX's own, empty domain.
std::string_view domain_of(std::string_view domain);

}  // namespace macroscope::onnx
