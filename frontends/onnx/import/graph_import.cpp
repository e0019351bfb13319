#include "frontends/onnx/import/graph_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "analyzer/network/large_table.h"
#include "analyzer/network/long_lists.h"
#include "frontends/onnx/import/module_path.h"

namespace macroscope::onnx {

std::string_view domain_of(std::string_view domain) { return domain == "ai.onnx" ? std::string_view() : domain; }

NodeOrigin GraphImport::origin_of(const GraphDraft& draft, const Node& node) {
  return {draft.scope, node.file_index, std::string(node.name), std::string(node.op)};
}

std::pair<TensorId, bool> GraphImport::insert_tensor(GraphDraft& draft, std::string_view name) {
  std::vector<Tensor>& tensors = draft.graph.tensors;
  tensors.push_back({name});
  const auto id = static_cast<TensorId>(tensors.size() - 1);
  return {id, draft.names.add(id)};
}

std::optional<TensorId> GraphImport::find(GraphDraft& draft, std::string_view name) {
  std::optional<TensorId> id = draft.names.find(name);
  if (id) return id;
  // Outwards to the graph that makes it, and back in: each graph on the way has the tensor under a number of its own.
  std::vector<GraphDraft*> inner{&draft};
  for (GraphDraft* producer = draft.outer; producer != nullptr && !(id = producer->names.find(name)); producer = producer->outer)
    inner.push_back(producer);
  if (!id) return std::nullopt;
  for (auto next = inner.rbegin(); next != inner.rend(); ++next) {
    const TensorId outer = *id;
    id = add_tensor(**next, name);
    (*next)->graph.tensors[*id].outer = outer;
  }
  return id;
}

bool GraphImport::is_made_around(const GraphDraft& draft, std::string_view name) {
  for (const GraphDraft* outer = draft.outer; outer != nullptr; outer = outer->outer)
    if (outer->names.contains(name)) return true;
  return false;
}

TensorId GraphImport::find_or_report(GraphDraft& draft, std::string_view name, std::string_view what, const Origin& origin) {
  if (const auto id = find(draft, name)) return *id;
  reporter_.error("undefined-name", fmt::format("{} '{}' is made by no input, initializer or node", what, name), origin,
                  "the file may have been cut out of a larger one without its inputs");
  return add_tensor(draft, name);
}

GraphId GraphImport::import_graph(const GraphView& view, GraphDraft* outer, std::string scope) {
  const auto id = static_cast<GraphId>(network_.graphs.size());
  Graph& made = network_.graphs.emplace_back();
  GraphDraft draft{id, made, outer, std::move(scope), TensorNames(made.tensors)};
  made.name = view.name;
  if (outer != nullptr) made.parent = outer->id;
  const std::size_t tensors = view.inputs.size() + view.initializers.size() + view.nodes.size();
  reserve_large(made.tensors, tensors);
  reserve_large(made.stored, view.initializers.size() + view.sparse_initializers.size());
  made.declared.reserve(view.inputs.size() + view.value_infos.size() + view.outputs.size());
  draft.names.reserve(tensors);
  add_inputs(view, draft);
  add_initializers(view, draft);
  add_nodes(view.nodes, draft);
  add_declarations(view.value_infos, draft);
  add_outputs(view, draft);
  finish(draft);
  return draft.id;
}

void GraphImport::add_inputs(const GraphView& view, GraphDraft& draft) {
  for (const ValueInfoView& input : view.inputs) {
    if (draft.names.contains(input.name.view()))
      reporter_.error("duplicate-name", fmt::format("two inputs of the graph have the name '{}'", input.name.view()));
    draft.graph.inputs.push_back(add_tensor(draft, input.name));
  }
}

void GraphImport::add_initializers(const GraphView& view, GraphDraft& draft) {
  for (const TensorView& tensor : view.initializers) add_stored(draft, stored_.import(tensor, {}), tensor.name);
  for (const SparseTensorView& tensor : view.sparse_initializers)
    add_stored(draft, stored_.import(tensor, {}), tensor.values.name);
  Graph& made = draft.graph;
  const auto is_stored = [&](TensorId id) { return made.tensors[id].stored != kNone; };
  // An input that an initializer has the name of only has a default value: the file says how large it is.  The inputs of a branch or
  // body are known by their places and stay; what their extents are, the node around them tells.
  const bool is_main = draft.id == 0;
  std::vector<ValueInfoView> overridden;
  auto value = view.inputs.begin();
  for (const TensorId id : made.inputs) {
    if (is_main && is_stored(id)) {
      overridden.push_back(*value);
    } else {
      made.declared.push_back(
          {id, is_main ? extents_.input_type(value->type, value->name) : extents_.declared_type(value->type, value->name)});
    }
    ++value;
  }
  if (is_main) std::erase_if(made.inputs, is_stored);
  for (const ValueInfoView& input : overridden)
    made.declared.push_back({*draft.names.find(input.name), extents_.declared_type(input.type, input.name)});
}

void GraphImport::add_stored(GraphDraft& draft, std::optional<StoredTensor> stored, std::string_view name) {
  Graph& made = draft.graph;
  const std::optional<TensorId> known = draft.names.find(name);
  const bool is_taken = known && made.tensors[*known].stored != kNone;
  if (is_taken) reporter_.error("duplicate-name", fmt::format("two initializers have the name '{}'", name));
  const TensorId id = known && !is_taken ? *known : add_tensor(draft, name);
  if (!stored) return;
  made.tensors[id].stored = static_cast<std::uint32_t>(made.stored.size());
  made.stored.push_back(*stored);
}

/// All names first: a node may take what one behind it makes, and so may its nested graphs.
void GraphImport::add_nodes(const List<NodeView>& nodes, GraphDraft& draft) {
  reserve_large(draft.graph.nodes, nodes.size());
  std::uint32_t index = 0;
  for (const NodeView& view : nodes) draft.graph.nodes.push_back(start_node(view, index++, draft));
  index = 0;
  for (const NodeView& view : nodes) finish_node(view, draft, draft.graph.nodes[index++]);
}

Node GraphImport::start_node(const NodeView& view, std::uint32_t index, GraphDraft& draft) {
  Node node;
  node.op = view.op_type;
  node.domain = domain_of(view.domain);
  node.overload = view.overload;
  node.name = view.name;
  node.file_index = index;
  node.path = path_in_name(node.name);
  if (!view.metadata.empty())
    if (const std::string path = path_in_scopes(view); !path.empty()) node.path = network_.keep(std::string_view(path));
  if (node.op.empty()) reporter_.error("missing-operator", "the node names no operator", origin_of(draft, node));
  operands_.clear();
  for (const Text& output : view.outputs) {
    if (output.empty()) {
      operands_.push_back(kAbsent);
      continue;
    }
    const auto [id, is_first] = insert_tensor(draft, output);
    operands_.push_back(id);
    if (!is_first) {
      reporter_.error("duplicate-name", fmt::format("the node makes '{}', which is made already", output.view()),
                      origin_of(draft, node), "every value of a graph is made once; give this one a name of its own");
    } else if (is_made_around(draft, output)) {
      reporter_.warning(
          "shadowed-name",
          fmt::format("the node makes '{}', which the graph around it makes as well; the inner one is meant", output.view()),
          origin_of(draft, node));
    }
  }
  node.outputs = network_.keep(std::span<const TensorId>(operands_));
  return node;
}

void GraphImport::finish_node(const NodeView& view, GraphDraft& draft, Node& node) {
  operands_.clear();
  for (const Text& input : view.inputs) {
    if (input.empty()) {
      operands_.push_back(kAbsent);
    } else if (const auto id = find(draft, input)) {
      operands_.push_back(*id);
    } else {
      operands_.push_back(find_or_report(draft, input, "the node's input", origin_of(draft, node)));
    }
  }
  node.inputs = network_.keep(std::span<const TensorId>(operands_));
  if (!view.attributes.empty()) node.attributes = attributes_of(view, node, draft);
}

void GraphImport::declare_stored(const ValueInfoView& value, Graph& graph, TensorId tensor) {
  const std::uint32_t stored = graph.tensors[tensor].stored;
  if (stored == kNone || value.signature_kind.empty()) return;
  graph.stored[stored].declared = value.signature_kind == "PARAMETER" ? Declared::parameter : Declared::other;
}

void GraphImport::add_declarations(const List<ValueInfoView>& values, GraphDraft& draft) {
  Graph& made = draft.graph;
  for (const ValueInfoView& value : values) {
    const std::optional<TensorId> known = draft.names.find(value.name);
    if (known) declare_stored(value, made, *known);
    // Exporters leave behind what they knew of values that are gone.
    if (!known || value.type.kind == TypeView::Kind::none) continue;
    made.declared.push_back({*known, extents_.declared_type(value.type, value.name)});
  }
}

void GraphImport::add_outputs(const GraphView& view, GraphDraft& draft) {
  for (const ValueInfoView& output : view.outputs)
    draft.graph.outputs.push_back(find_or_report(draft, output.name, "the graph's output", {}));
  add_declarations(view.outputs, draft);
}

void GraphImport::finish(GraphDraft& draft) {
  const std::vector<NodeId> cycle = complete(network_, draft.id);
  Graph& made = draft.graph;
  if (cycle.empty()) return report_order(made, draft);
  constexpr std::size_t kShown = 8;
  std::string nodes;
  for (std::size_t i = 0; i < std::min(cycle.size(), kShown); ++i)
    nodes += fmt::format("{}{}", i == 0 ? "" : ", ", text_of(origin_of(draft, made.nodes[cycle[i]])));
  if (cycle.size() > kShown) nodes += fmt::format(" and {} more", cycle.size() - kShown);
  reporter_.error("cycle",
                  cycle.size() == 1 ? "the node takes its own output"
                                    : fmt::format("{} nodes take each other's outputs: {}", cycle.size(), nodes),
                  origin_of(draft, made.nodes[cycle.front()]));
  // What does not depend on the cycle can still be evaluated.
  made.order.resize(made.nodes.size());
  std::iota(made.order.begin(), made.order.end(), NodeId{0});
}

void GraphImport::report_order(const Graph& made, const GraphDraft& draft) {
  for (NodeId position = 0; position < made.order.size(); ++position) {
    if (made.order[position] == position) continue;
    const Node& node = made.nodes[position];
    return reporter_.warning("unsorted-nodes", "the nodes are not in an order in which they can be evaluated; they were sorted",
                             origin_of(draft, node), "ONNX demands that a node stands behind those whose outputs it takes");
  }
}

void GraphImport::import_function(const FunctionView& view) {
  const auto id = static_cast<GraphId>(network_.graphs.size());
  Graph& made = network_.graphs.emplace_back();
  made.name = view.name;
  GraphDraft draft{id, made, nullptr, std::string(view.name.view()), TensorNames(made.tensors)};
  Function function;
  function.domain = domain_of(view.domain);
  function.name = view.name;
  function.overload = view.overload;
  function.body = draft.id;
  for (const Text& input : view.inputs) {
    if (draft.names.contains(input.view()))
      reporter_.error("duplicate-name",
                      fmt::format("two inputs of function '{}' have the name '{}'", view.name.view(), input.view()));
    draft.graph.inputs.push_back(add_tensor(draft, input));
  }
  add_nodes(view.nodes, draft);
  add_declarations(view.value_infos, draft);
  for (const Text& output : view.outputs)
    draft.graph.outputs.push_back(
        find_or_report(draft, output, fmt::format("the output of function '{}',", view.name.view()), {}));
  finish(draft);
  for (const Text& name : view.attribute_names) function.attributes.push_back(name);
  for (const AttributeView& attribute : view.attribute_defaults)
    function.defaults.push_back(attribute_of(attribute, {}, nullptr));
  for (const OperatorSetView& set : view.operator_sets) function.operator_sets.push_back({domain_of(set.domain), set.version});
  sort_if_many(function.operator_sets);
  if (!functions_.emplace(function.domain, function.name, function.overload).second)
    reporter_.error("duplicate-function",
                    fmt::format("function '{}' of domain '{}' is defined twice", function.name, function.domain));
  network_.functions.push_back(std::move(function));
}

}  // namespace macroscope::onnx
