#include "frontends/dsl/graph/graph_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <span>
#include <utility>

#include "analyzer/operators/catalogue.h"
#include "analyzer/passes/shapes/representable_size.h"
#include "frontends/dsl/graph/used_graphs.h"

namespace macroscope::dsl {
namespace {

/// Bytes of the names of nodes and tensors: each has the names of all blocks around it before its own.
constexpr std::size_t kMaxNameBytes = 400'000'000;

bool is_plain(const Dim& dim) { return dim.number().has_value(); }

}  // namespace

void require_representable(std::string_view name, const Type& type) {
  if (!has_representable_bytes(type))
    throw BuildError("tensor-too-large",
                     fmt::format("'{}' would have the shape {}, of more bytes than can be numbered", name, type.shape.text()));
}

/// What the views of a network point into, beside its arena.
struct GraphWriter::Storage {
  std::deque<Shape> shapes;
  std::deque<std::vector<Dim>> lists;
};

class GraphWriter::GivenContents : public ContentReader {
 public:
  [[nodiscard]] ValuePointer read(const StoredTensor& tensor) const override {
    return tensor.handle == 0 ? nullptr : contents_[static_cast<std::size_t>(tensor.handle - 1)];
  }
  std::uint64_t add(Value value) {
    contents_.push_back(std::make_shared<const Value>(std::move(value)));
    return contents_.size();
  }

 private:
  std::deque<ValuePointer> contents_;
};

GraphWriter::GraphWriter(std::string_view name)
    : network_(std::make_unique<Network>()), contents_(std::make_shared<GivenContents>()), storage_(std::make_shared<Storage>()) {
  network_->information = {"net", network_->keep(name), "macroscope", {}, 0};
  network_->operator_sets.push_back({"", GraphBuilder::kOperatorSet});
  network_->content_reader = contents_;
  network_->storage = storage_;
  shapes_ = std::make_unique<GrowingShapes>(*network_);
  open(kNone);
}

void GraphWriter::open(GraphId parent) {
  const auto id = static_cast<GraphId>(network_->graphs.size());
  network_->graphs.emplace_back().parent = parent;
  scopes_[id] = shapes_->open(id);
  open_.push_back(id);
}

void GraphWriter::go_back(const Mark& mark) {
  names_.give_back_since(mark.tensor_names);
  layers_.give_back_since(mark.node_names);
  node_count_ = mark.nodes;
}

Diagnostics GraphWriter::take_warnings() { return std::exchange(warnings_, {}); }

Network GraphWriter::take() {
  complete(*network_, 0);
  keep_used_graphs(*network_);
  network_->symbols = std::move(symbols_);
  return std::move(*network_);
}

// Symbols.

Dim GraphWriter::symbol(std::string_view name) {
  network_->symbols.named(name);
  return symbols_.named(name);
}

Dim GraphWriter::index_symbol() {
  std::string name;
  do {
    ++index_count_;
    name = index_count_ == 1 ? "i" : fmt::format("i_{}", index_count_);
  } while (symbols_.find_id(name) != nullptr || network_->symbols.find_id(name) != nullptr);
  network_->symbols.named(name, SymbolOrigin::loop);
  return symbols_.named(name, SymbolOrigin::loop);
}

// Tensors.

std::string_view GraphWriter::keep_name(std::string_view name) {
  name_bytes_ += name.size();
  if (name_bytes_ > kMaxNameBytes)
    throw BuildError("too-large", fmt::format("the names of nodes and tensors take more than {} bytes", kMaxNameBytes),
                     "shorter names, or fewer blocks within blocks");
  return network_->keep(name);
}

TensorId GraphWriter::add_tensor(GraphId graph, std::string_view name) {
  Tensor tensor;
  tensor.name = keep_name(name);
  network_->graphs[graph].tensors.push_back(tensor);
  return static_cast<TensorId>(network_->graphs[graph].tensors.size() - 1);
}

Handle GraphWriter::input(GraphId graph_id, const std::string& name, Type type) {
  const TensorId id = add_tensor(graph_id, names_.take(name));
  Graph& graph = network_->graphs[graph_id];
  graph.inputs.push_back(id);
  graph.declared.push_back({id, type});
  shapes_->state(scopes_[graph_id], id, {std::move(type), nullptr});
  return {graph_id, id};
}

Handle GraphWriter::store(GraphId graph_id, const std::string& name, DataType dtype, const std::vector<Dim>& dims, TapMask mask,
                          std::uint64_t content) {
  for (const Dim& dim : dims)
    if (at_least(dim, 0) == Certainty::never)
      throw BuildError("bad-size", fmt::format("'{}' would have an extent of {}", name, dim.text()));
  require_representable(name, Type::tensor(dtype, Shape(dims)));
  StoredTensor stored;
  stored.dtype = dtype;
  stored.mask = mask;
  stored.handle = content;
  if (std::all_of(dims.begin(), dims.end(), is_plain)) {
    std::vector<std::int64_t> extents;
    extents.reserve(dims.size());
    for (const Dim& dim : dims) extents.push_back(*dim.number());
    stored.dims = network_->keep(std::span<const std::int64_t>(extents));
  } else {
    stored.symbolic_shape = &storage_->shapes.emplace_back(dims);
  }
  const TensorId id = add_tensor(graph_id, names_.take(name));
  Graph& graph = network_->graphs[graph_id];
  stored.name = graph.tensors[id].name;
  graph.tensors[id].stored = static_cast<std::uint32_t>(graph.stored.size());
  graph.stored.push_back(stored);
  shapes_->state_stored(scopes_[graph_id], id);
  return {graph_id, id};
}

std::uint64_t GraphWriter::keep_content(Value value) { return contents_->add(std::move(value)); }

const Fact& GraphWriter::fact_of(Handle tensor) const { return shapes_->fact(scopes_.at(tensor.graph), tensor.tensor); }

const Shape& GraphWriter::shape_of(Handle tensor) const {
  const Shape& shape = fact_of(tensor).type.shape;
  if (!shape.known()) throw BuildError("unknown-shape", fmt::format("the shape of '{}' is not known", name_of(tensor)));
  return shape;
}

std::string_view GraphWriter::name_of(Handle tensor) const { return network_->graphs[tensor.graph].tensors[tensor.tensor].name; }

void GraphWriter::rename(Handle handle, std::string_view name) {
  if (handle.is_absent() || names_.contains(std::string(name))) return;
  Tensor& tensor = network_->graphs[handle.graph].tensors[handle.tensor];
  tensor.name = network_->keep(names_.take(std::string(name)));
  if (tensor.stored != kNone) network_->graphs[handle.graph].stored[tensor.stored].name = tensor.name;
}

TensorId GraphWriter::local(Handle handle) {
  if (handle.is_absent()) return kAbsent;
  if (handle.graph == current()) return handle.tensor;
  const auto depth = std::find(open_.begin(), open_.end(), handle.graph);
  if (depth == open_.end())
    throw BuildError("out-of-reach", fmt::format("'{}' was made in a repeat, and is used outside of it", name_of(handle)));
  TensorId outer = handle.tensor;
  for (auto inner = depth + 1; inner != open_.end(); ++inner) {
    auto& links = links_[*inner];
    const auto [link, is_new] = links.try_emplace(outer, kAbsent);
    if (is_new) {
      const GraphId outside = *(inner - 1);
      link->second = add_tensor(*inner, network_->graphs[outside].tensors[outer].name);
      network_->graphs[*inner].tensors[link->second].outer = outer;
      shapes_->state(scopes_[*inner], link->second, shapes_->fact(scopes_[outside], outer));
    }
    outer = link->second;
  }
  return outer;
}

// Attributes.

Attribute GraphWriter::size(std::string_view name, const Dim& value) {
  if (const auto number = value.number()) return {network_->keep(name), *number};
  return {network_->keep(name), static_cast<const Dim*>(&storage_->lists.emplace_back(1, value).front())};
}

Attribute GraphWriter::sizes(std::string_view name, const std::vector<Dim>& values) {
  if (!std::all_of(values.begin(), values.end(), is_plain))
    return {network_->keep(name), std::span<const Dim>(storage_->lists.emplace_back(values))};
  std::vector<std::int64_t> numbers;
  numbers.reserve(values.size());
  for (const Dim& value : values) numbers.push_back(*value.number());
  return {network_->keep(name), network_->keep(std::span<const std::int64_t>(numbers))};
}

// Nodes.

std::vector<Handle> GraphWriter::node(std::string_view op, const std::vector<Handle>& inputs,
                                      const std::vector<Attribute>& attributes, std::size_t outputs, std::string_view domain) {
  if (find_operator(domain, op, version_in(network_->operator_sets, domain)) == nullptr)
    throw BuildError("unknown-operator", fmt::format("there is no operator '{}'", op));
  if (++node_count_ > GraphBuilder::kMaxNodes)
    throw BuildError("too-large", fmt::format("the net grows past {} nodes", GraphBuilder::kMaxNodes),
                     "a symbolic repeat count needs one node");
  std::vector<TensorId> operands;
  operands.reserve(inputs.size());
  for (const Handle& input : inputs) operands.push_back(local(input));
  Graph& graph = network_->graphs[current()];
  const std::size_t tensors = graph.tensors.size();
  const Mark mark = this->mark();
  Node node;
  node.op = network_->keep(op);
  node.domain = network_->keep(domain);
  node.name = keep_name(layers_.next_node());
  if (const std::size_t slash = node.name.rfind('/'); slash != std::string_view::npos) node.path = node.name.substr(0, slash);
  node.line = layers_.standing().line;
  node.column = layers_.standing().column;
  node.file_index = static_cast<std::uint32_t>(graph.nodes.size());
  node.inputs = network_->keep(std::span<const TensorId>(operands));
  node.attributes = network_->keep(std::span<const Attribute>(attributes));
  std::vector<TensorId> results;
  for (std::size_t index = 0; index < outputs; ++index)
    results.push_back(
        add_tensor(current(), names_.take(index == 0 ? std::string(node.name) : fmt::format("{}.{}", node.name, index))));
  node.outputs = network_->keep(std::span<const TensorId>(results));
  graph.nodes.push_back(node);
  infer(graph, tensors, mark);
  std::vector<Handle> handles;
  handles.reserve(results.size());
  for (const TensorId result : results) handles.push_back({current(), result});
  return handles;
}

void GraphWriter::infer(Graph& graph, std::size_t tensors, const Mark& mark) {
  const auto node = static_cast<NodeId>(graph.nodes.size() - 1);
  std::optional<Diagnostic> refusal;
  for (Diagnostic& diagnostic : shapes_->infer(scopes_[current()], node)) {
    if (diagnostic.severity != Severity::error) {
      warnings_.push_back(std::move(diagnostic));
    } else if (!refusal) {
      refusal = std::move(diagnostic);
    }
  }
  if (!refusal) return;
  graph.nodes.pop_back();
  graph.tensors.resize(tensors);
  shapes_->shorten(scopes_[current()], tensors, node);
  go_back(mark);
  throw BuildError(refusal->code, refusal->message, refusal->help);
}

void GraphWriter::use_domain(std::string_view domain) {
  auto& sets = network_->operator_sets;
  const auto is_it = [&](const OperatorSet& set) { return set.domain == domain; };
  if (std::none_of(sets.begin(), sets.end(), is_it)) sets.push_back({network_->keep(domain), 1});
}

}  // namespace macroscope::dsl
