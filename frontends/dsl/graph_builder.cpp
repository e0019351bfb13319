#include "frontends/dsl/graph_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "analyzer/operators/catalogue.h"
#include "analyzer/passes/countable.h"
#include "analyzer/passes/growing_shapes.h"
#include "frontends/dsl/round_shapes.h"
#include "frontends/dsl/unique_names.h"

namespace macroscope::dsl {
namespace {

/// What the views of a network point into, beside its arena.
struct Storage {
  std::deque<Shape> shapes;
  std::deque<std::vector<Dim>> lists;
};

class GivenContents : public ContentReader {
 public:
  [[nodiscard]] ValuePointer read(const StoredTensor& tensor) const override {
    return tensor.handle == 0 ? nullptr : contents_[tensor.handle - 1];
  }
  std::uint64_t add(Value value) {
    contents_.push_back(std::make_shared<const Value>(std::move(value)));
    return contents_.size();
  }

 private:
  std::deque<ValuePointer> contents_;
};

std::string joined(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}/{}", path, name);
}

bool is_plain(const Dim& dim) { return dim.number().has_value(); }

/// Repeats within repeats: each calls its body a few times.
constexpr std::size_t kMaxNestedRepeats = 6;

}  // namespace

class GraphBuilder::Implementation {
 public:
  explicit Implementation(std::string_view name) : network_(std::make_unique<Network>()) {
    network_->information = {"net", network_->keep(name), "macroscope", {}, 0};
    network_->operator_sets.push_back({"", kOperatorSet});
    network_->content_reader = contents_;
    network_->storage = storage_;
    shapes_ = std::make_unique<GrowingShapes>(*network_);
    open(kNone);
  }

  Network& network() { return *network_; }
  Graph& current() { return network_->graphs[open_.back()]; }
  GraphId current_id() const { return open_.back(); }
  const std::vector<std::string>& assumptions() const { return shapes_->assumptions(); }

  GraphId open(GraphId parent) {
    const auto id = static_cast<GraphId>(network_->graphs.size());
    network_->graphs.emplace_back().parent = parent;
    scopes_[id] = shapes_->open(id);
    open_.push_back(id);
    return id;
  }

  // Places and names.

  void stand_at(Standing standing) {
    standing_ = std::move(standing);
    claimed_.clear();
    part_.clear();
  }
  void stand_at_part(std::string_view name) {
    claim();
    part_ = joined(claimed_, name);
  }
  const Standing& standing() const { return standing_; }

  /// The name of the layer, with its path.
  const std::string& claim() {
    if (claimed_.empty()) {
      claimed_ = node_names_.take(joined(standing_.path, standing_.name.empty() ? "node" : standing_.name));
      is_name_free_ = true;
    }
    return claimed_;
  }

  std::string node_name() {
    if (!part_.empty()) return node_names_.take(part_);
    const std::string& layer = claim();
    return std::exchange(is_name_free_, false) ? layer : node_names_.take(layer);
  }

  // Tensors.

  TensorId add_tensor(GraphId graph, std::string_view name) {
    Tensor tensor;
    tensor.name = network_->keep(name);
    network_->graphs[graph].tensors.push_back(tensor);
    return static_cast<TensorId>(network_->graphs[graph].tensors.size() - 1);
  }

  Handle input(std::string_view name, DataType dtype, const std::vector<Dim>& dims) {
    Type type = Type::tensor(dtype, Shape(dims));
    check_bytes(name, type);
    const TensorId id = add_tensor(0, names_.take(std::string(name)));
    Graph& graph = network_->graphs.front();
    graph.inputs.push_back(id);
    graph.declared.push_back({id, type});
    shapes_->state(scopes_[0], id, {std::move(type), nullptr});
    return {0, id};
  }

  static void check_bytes(std::string_view name, const Type& type) {
    if (!has_countable_bytes(type))
      throw BuildError("tensor-too-large",
                       fmt::format("'{}' would have the shape {}, of more bytes than can be numbered", name, type.shape.text()));
  }

  Handle store(GraphId graph_id, const std::string& name, DataType dtype, const std::vector<Dim>& dims, TapMask mask,
               std::uint64_t handle) {
    for (const Dim& dim : dims)
      if (at_least(dim, 0) == Certainty::never)
        throw BuildError("bad-size", fmt::format("'{}' would have an extent of {}", name, dim.text()));
    check_bytes(name, Type::tensor(dtype, Shape(dims)));
    StoredTensor stored;
    stored.dtype = dtype;
    stored.mask = mask;
    stored.handle = handle;
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

  std::string name_of_weight(std::string_view name) {
    const std::string& layer = claim();
    return fmt::format("{}.{}", part_.empty() ? layer : part_, name);
  }

  Handle weight(std::string_view name, const std::vector<Dim>& dims, TapMask mask, DataType dtype) {
    if (sharing_.empty()) return store(current_id(), name_of_weight(name), dtype, dims, mask, 0);
    Sharing& sharing = sharing_.back();
    std::vector<Handle>& weights = sharing.weights->weights;
    if (sharing.next == weights.size())
      weights.push_back(store(sharing.weights->home, name_of_weight(name), dtype, dims, mask, 0));
    const Handle known = weights[sharing.next++];
    const Shape wanted(dims);
    const Shape& there = fact_of(known).type.shape;
    if (there != wanted)
      throw BuildError("shared-weights",
                       fmt::format("the weight '{}' of shared '{}' is {} at its first use and {} here", name,
                                   sharing.weights->name, there.text(), wanted.text()),
                       "a shared instance needs inputs of one shape, as far as its weights depend on it");
    return known;
  }

  Handle parameter(std::string_view name, const std::vector<Dim>& dims, DataType dtype) {
    return store(current_id(), joined(standing_.path, name), dtype, dims, TapMask::none, 0);
  }

  Handle constant(std::string_view name, DataType dtype, const std::vector<Dim>& dims, Value value) {
    return store(current_id(), name_of_weight(name), dtype, dims, TapMask::none, contents_->add(std::move(value)));
  }

  /// The tensor in the graph that is being written: itself, or the link to that of an enclosing one.
  TensorId local(Handle handle) {
    if (handle.is_absent()) return kAbsent;
    if (handle.graph == current_id()) return handle.tensor;
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

  const Fact& fact_of(Handle handle) const { return shapes_->fact(scopes_.at(handle.graph), handle.tensor); }
  std::string_view name_of(Handle handle) const { return network_->graphs[handle.graph].tensors[handle.tensor].name; }

  void rename(Handle handle, std::string_view name) {
    if (handle.is_absent() || names_.contains(std::string(name))) return;
    Tensor& tensor = network_->graphs[handle.graph].tensors[handle.tensor];
    tensor.name = network_->keep(names_.take(std::string(name)));
    if (tensor.stored != kNone) network_->graphs[handle.graph].stored[tensor.stored].name = tensor.name;
  }

  // Nodes.

  std::vector<Handle> node(std::string_view op, const std::vector<Handle>& inputs, const std::vector<Attribute>& attributes,
                           std::size_t outputs, std::string_view domain) {
    if (find_operator(domain, op, version_in(network_->operator_sets, domain)) == nullptr)
      throw BuildError("unknown-operator", fmt::format("there is no operator '{}'", op));
    if (++node_count_ > kMaxNodes)
      throw BuildError("too-large", fmt::format("the net grows past {} nodes", kMaxNodes),
                       "a symbolic repeat count needs one node");
    std::vector<TensorId> operands;
    operands.reserve(inputs.size());
    for (const Handle& input : inputs) operands.push_back(local(input));
    Graph& graph = current();
    const std::size_t tensors = graph.tensors.size();
    const Mark mark = this->mark();
    Node node;
    node.op = network_->keep(op);
    node.domain = network_->keep(domain);
    node.name = network_->keep(node_name());
    if (const std::size_t slash = node.name.rfind('/'); slash != std::string_view::npos) node.path = node.name.substr(0, slash);
    node.line = standing_.line;
    node.column = standing_.column;
    node.file_index = static_cast<std::uint32_t>(graph.nodes.size());
    node.inputs = network_->keep(std::span<const TensorId>(operands));
    node.attributes = network_->keep(std::span<const Attribute>(attributes));
    std::vector<TensorId> results;
    for (std::size_t index = 0; index < outputs; ++index)
      results.push_back(
          add_tensor(current_id(), names_.take(index == 0 ? std::string(node.name) : fmt::format("{}.{}", node.name, index))));
    node.outputs = network_->keep(std::span<const TensorId>(results));
    graph.nodes.push_back(node);
    infer(graph, tensors, mark);
    std::vector<Handle> handles;
    handles.reserve(results.size());
    for (const TensorId result : results) handles.push_back({current_id(), result});
    return handles;
  }

  // Outputs.

  void output(Handle handle, std::string_view name, bool is_side) {
    Graph& graph = network_->graphs.front();
    const Tensor& tensor = graph.tensors[handle.tensor];
    const bool is_taken = tensor.stored != kNone || is_interface(graph, handle.tensor);
    if (is_taken && tensor.name != name) {
      stand_at({{}, std::string(name), standing_.line, standing_.column});
      handle = node("Identity", {handle}, {}, 1, {}).front();
    } else if (tensor.name != name) {
      rename(handle, name);
    }
    (is_side ? graph.side_outputs : graph.outputs).push_back(handle.tensor);
  }

  // Shared instances.

  struct Sharing {
    SharedWeights* weights = nullptr;
    std::size_t next = 0;
  };
  void begin_shared(SharedWeights& weights) { sharing_.push_back({&weights, 0}); }
  void end_shared() {
    const Sharing sharing = sharing_.back();
    sharing_.pop_back();
    if (sharing.next != sharing.weights->weights.size())
      throw BuildError("shared-weights", fmt::format("shared '{}' has {} weights at its first use and {} here",
                                                     sharing.weights->name, sharing.weights->weights.size(), sharing.next));
  }

  // Repeats.

  std::vector<Handle> repeat(const Dim& count, const std::vector<Handle>& states, const RepeatBody& body) {
    if (open_.size() > kMaxNestedRepeats)
      throw BuildError("too-deep", fmt::format("symbolic repeats nest deeper than {}", kMaxNestedRepeats));
    const Standing standing = standing_;
    std::vector<Shape> before;
    before.reserve(states.size());
    for (const Handle& state : states) before.push_back(known_shape(state));
    const Mark mark = this->mark();
    Round round = run(states, before, body);
    std::string index;
    if (round.after != before) {
      Rounds rounds{before, round.after};
      while (rounds.size() <= kRoundsTried) {
        go_back(mark);
        rounds.push_back(run(states, rounds.back(), body).after);
      }
      go_back(mark);
      const Dim symbol = index_symbol();
      index = symbol.symbols().front();
      const std::vector<Shape> at = shapes_at(symbol, rounds);
      round = run(states, at, body);
      check_induction(index, at, round.after, rounds);
    }
    network_->graphs[round.graph].repetition = Repetition{index, count};
    use_domain("macroscope");
    stand_at(standing);
    return node("Repeat", states, {{"body", round.graph}, size("count", count)}, states.size(), "macroscope");
  }

  Attribute size(std::string_view name, const Dim& value) {
    if (const auto number = value.number()) return {network_->keep(name), *number};
    return {network_->keep(name), static_cast<const Dim*>(&storage_->lists.emplace_back(1, value).front())};
  }
  Attribute sizes(std::string_view name, const std::vector<Dim>& values) {
    if (!std::all_of(values.begin(), values.end(), is_plain))
      return {network_->keep(name), std::span<const Dim>(storage_->lists.emplace_back(values))};
    std::vector<std::int64_t> numbers;
    numbers.reserve(values.size());
    for (const Dim& value : values) numbers.push_back(*value.number());
    return {network_->keep(name), network_->keep(std::span<const std::int64_t>(numbers))};
  }

  Dim symbol(std::string_view name) {
    network_->symbols.named(name);
    return symbols_.named(name);
  }

  const Shape& known_shape(Handle handle) const {
    const Shape& shape = fact_of(handle).type.shape;
    if (!shape.known()) throw BuildError("unknown-shape", fmt::format("the shape of '{}' is not known", name_of(handle)));
    return shape;
  }

  Diagnostics take_warnings() { return std::exchange(warnings_, {}); }

  Network take() {
    complete(*network_, 0);
    drop_unused_graphs();
    network_->symbols = std::move(symbols_);
    return std::move(*network_);
  }

 private:
  struct Mark {
    std::size_t tensor_names = 0, node_names = 0, nodes = 0;
  };
  struct Round {
    GraphId graph = 0;
    std::vector<Shape> after;
  };

  Mark mark() const { return {names_.mark(), node_names_.mark(), node_count_}; }
  void go_back(const Mark& mark) {
    names_.give_back_since(mark.tensor_names);
    node_names_.give_back_since(mark.node_names);
    node_count_ = mark.nodes;
  }

  void infer(Graph& graph, std::size_t tensors, const Mark& mark) {
    const auto node = static_cast<NodeId>(graph.nodes.size() - 1);
    std::optional<Diagnostic> refusal;
    for (Diagnostic& diagnostic : shapes_->infer(scopes_[current_id()], node)) {
      if (diagnostic.severity != Severity::error) {
        warnings_.push_back(std::move(diagnostic));
      } else if (!refusal) {
        refusal = std::move(diagnostic);
      }
    }
    if (!refusal) return;
    graph.nodes.pop_back();
    graph.tensors.resize(tensors);
    shapes_->shorten(scopes_[current_id()], tensors, node);
    go_back(mark);
    throw BuildError(refusal->code, refusal->message, refusal->help);
  }

  /// Leaves the graph again, also where its body throws.
  class Nested {
   public:
    explicit Nested(Implementation& builder) : builder_(builder) { builder_.open(builder_.current_id()); }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    ~Nested() { builder_.open_.pop_back(); }

   private:
    Implementation& builder_;
  };

  /// Writes the body for one round as a graph of its own.
  Round run(const std::vector<Handle>& states, const std::vector<Shape>& at, const RepeatBody& body) {
    const Nested nested(*this);
    const GraphId id = current_id();
    std::vector<Handle> inputs;
    for (std::size_t state = 0; state < states.size(); ++state) {
      const DataType dtype = fact_of(states[state]).type.dtype;
      const std::string name = names_.take(fmt::format("{}.round", name_of(states[state])));
      const TensorId tensor = add_tensor(id, name);
      network_->graphs[id].inputs.push_back(tensor);
      network_->graphs[id].declared.push_back({tensor, Type::tensor(dtype, at[state])});
      shapes_->state(scopes_[id], tensor, Fact::tensor(dtype, at[state]));
      inputs.push_back({id, tensor});
    }
    Round round{id, {}};
    for (const Handle& result : body(inputs)) {
      const std::size_t state = round.after.size();
      const DataType before = fact_of(inputs[state]).type.dtype, after = fact_of(result).type.dtype;
      if (before != after)
        throw BuildError(
            "unsteady-repeat",
            fmt::format("a symbolic count needs a body that keeps its dtypes: '{}' is {} before a round and {} behind it",
                        name_of(states[state]), macroscope::name_of(before), macroscope::name_of(after)));
      round.after.push_back(known_shape(result));
      network_->graphs[id].outputs.push_back(local(result));
    }
    complete(*network_, id);
    return round;
  }

  Dim index_symbol() {
    std::string name;
    do {
      ++index_count_;
      name = index_count_ == 1 ? "i" : fmt::format("i_{}", index_count_);
    } while (symbols_.find_id(name) != nullptr || network_->symbols.find_id(name) != nullptr);
    network_->symbols.named(name, SymbolOrigin::loop);
    return symbols_.named(name, SymbolOrigin::loop);
  }

  void use_domain(std::string_view domain) {
    auto& sets = network_->operator_sets;
    const auto is_it = [&](const OperatorSet& set) { return set.domain == domain; };
    if (std::none_of(sets.begin(), sets.end(), is_it)) sets.push_back({network_->keep(domain), 1});
  }

  /// Graphs of rounds that were only tried, and of operators' own bodies, stay behind: the others are numbered anew.
  void drop_unused_graphs() {
    std::vector<GraphId> kept{0};
    std::map<GraphId, GraphId> numbers{{0, 0}};
    for (std::size_t next = 0; next < kept.size(); ++next)
      for (const Node& node : network_->graphs[kept[next]].nodes)
        for (const Attribute& attribute : node.attributes)
          if (const auto* nested = std::get_if<GraphId>(&attribute.content);
              nested != nullptr && numbers.try_emplace(*nested, static_cast<GraphId>(kept.size())).second)
            kept.push_back(*nested);
    std::deque<Graph> graphs;
    for (const GraphId id : kept) {
      Graph& graph = graphs.emplace_back(std::move(network_->graphs[id]));
      if (graph.parent != kNone) graph.parent = numbers.at(graph.parent);
      for (Node& node : graph.nodes) renumber_graphs(node, numbers);
    }
    network_->graphs = std::move(graphs);
  }

  void renumber_graphs(Node& node, const std::map<GraphId, GraphId>& numbers) {
    const auto is_graph = [](const Attribute& attribute) { return std::holds_alternative<GraphId>(attribute.content); };
    if (std::none_of(node.attributes.begin(), node.attributes.end(), is_graph)) return;
    std::vector<Attribute> attributes(node.attributes.begin(), node.attributes.end());
    for (Attribute& attribute : attributes)
      if (is_graph(attribute)) attribute.content = numbers.at(std::get<GraphId>(attribute.content));
    node.attributes = network_->keep(std::span<const Attribute>(attributes));
  }

  static bool is_interface(const Graph& graph, TensorId tensor) {
    for (const std::vector<TensorId>* list : {&graph.inputs, &graph.outputs, &graph.side_outputs})
      if (std::find(list->begin(), list->end(), tensor) != list->end()) return true;
    return false;
  }

  std::unique_ptr<Network> network_;
  std::unique_ptr<GrowingShapes> shapes_;
  std::shared_ptr<GivenContents> contents_ = std::make_shared<GivenContents>();
  std::shared_ptr<Storage> storage_ = std::make_shared<Storage>();
  /// Without those that inference makes for what only the data can tell; it makes them again.
  SymbolTable symbols_;
  Diagnostics warnings_;
  /// The graphs that are being written, outermost first.
  std::vector<GraphId> open_;
  std::unordered_map<GraphId, ScopeId> scopes_;
  /// By graph: its tensor for one of the graph around it.
  std::unordered_map<GraphId, std::unordered_map<TensorId, TensorId>> links_;
  std::vector<Sharing> sharing_;
  UniqueNames names_;
  UniqueNames node_names_;
  std::size_t node_count_ = 0;
  std::size_t index_count_ = 0;
  Standing standing_;
  /// The layer's name, once it is taken; whether a node may still have it; the part that the next nodes are.
  std::string claimed_;
  bool is_name_free_ = false;
  std::string part_;
};

GraphBuilder::GraphBuilder(std::string_view name) : implementation_(std::make_unique<Implementation>(name)) {}
GraphBuilder::GraphBuilder(GraphBuilder&&) noexcept = default;
GraphBuilder& GraphBuilder::operator=(GraphBuilder&&) noexcept = default;
GraphBuilder::~GraphBuilder() = default;

Dim GraphBuilder::symbol(std::string_view name) { return implementation_->symbol(name); }

Handle GraphBuilder::input(std::string_view name, DataType dtype, const std::vector<Dim>& dims) {
  return implementation_->input(name, dtype, dims);
}
Handle GraphBuilder::weight(std::string_view name, const std::vector<Dim>& dims, TapMask mask, DataType dtype) {
  return implementation_->weight(name, dims, mask, dtype);
}
Handle GraphBuilder::parameter(std::string_view name, const std::vector<Dim>& dims, DataType dtype) {
  return implementation_->parameter(name, dims, dtype);
}
Handle GraphBuilder::list(std::string_view name, const std::vector<Dim>& elements) {
  return implementation_->constant(name, DataType::int64, {Dim::of_size(elements.size())},
                                   Value(Integers(elements.begin(), elements.end())));
}
Handle GraphBuilder::scalar(std::string_view name, const Dim& element) {
  return implementation_->constant(name, DataType::int64, {}, Value(Integers{element}));
}
Handle GraphBuilder::reals(std::string_view name, const std::vector<Real>& elements, bool is_scalar) {
  const std::vector<Dim> dims = is_scalar ? std::vector<Dim>{} : std::vector<Dim>{Dim::of_size(elements.size())};
  return implementation_->constant(name, DataType::float32, dims, Value(Reals(elements.begin(), elements.end())));
}
Handle GraphBuilder::truth(std::string_view name, bool value) {
  return implementation_->constant(name, DataType::boolean, {}, Value(Integers{Dim(value ? 1 : 0)}));
}

Attribute GraphBuilder::size(std::string_view name, const Dim& value) { return implementation_->size(name, value); }
Attribute GraphBuilder::sizes(std::string_view name, const std::vector<Dim>& values) {
  return implementation_->sizes(name, values);
}
Attribute GraphBuilder::real(std::string_view name, double value) { return {implementation_->network().keep(name), value}; }
Attribute GraphBuilder::reals_attribute(std::string_view name, const std::vector<double>& values) {
  Network& network = implementation_->network();
  const std::vector<float> narrowed(values.begin(), values.end());
  return {network.keep(name), network.keep(std::span<const float>(narrowed))};
}
Attribute GraphBuilder::text(std::string_view name, std::string_view value) {
  Network& network = implementation_->network();
  return {network.keep(name), network.keep(value)};
}
Attribute GraphBuilder::texts(std::string_view name, const std::vector<std::string>& values) {
  Network& network = implementation_->network();
  std::vector<std::string_view> kept;
  kept.reserve(values.size());
  for (const std::string& value : values) kept.push_back(network.keep(std::string_view(value)));
  return {network.keep(name), network.keep(std::span<const std::string_view>(kept))};
}

void GraphBuilder::stand_at(Standing standing) { implementation_->stand_at(std::move(standing)); }
const Standing& GraphBuilder::standing() const noexcept { return implementation_->standing(); }
void GraphBuilder::stand_at_part(std::string_view name) { implementation_->stand_at_part(name); }

std::vector<Handle> GraphBuilder::node(std::string_view op, const std::vector<Handle>& inputs,
                                       const std::vector<Attribute>& attributes, std::size_t outputs, std::string_view domain) {
  return implementation_->node(op, inputs, attributes, outputs, domain);
}
const Fact& GraphBuilder::fact_of(Handle tensor) const { return implementation_->fact_of(tensor); }
const Shape& GraphBuilder::shape_of(Handle tensor) const { return implementation_->known_shape(tensor); }
std::string_view GraphBuilder::name_of(Handle tensor) const { return implementation_->name_of(tensor); }
void GraphBuilder::rename(Handle tensor, std::string_view name) { implementation_->rename(tensor, name); }
void GraphBuilder::output(Handle tensor, std::string_view name, bool is_side) { implementation_->output(tensor, name, is_side); }

SharedWeights GraphBuilder::share(std::string_view name) const { return {std::string(name), implementation_->current_id(), {}}; }
void GraphBuilder::begin_shared(SharedWeights& weights) { implementation_->begin_shared(weights); }
void GraphBuilder::end_shared() { implementation_->end_shared(); }

std::vector<Handle> GraphBuilder::repeat(const Dim& count, const std::vector<Handle>& states, const RepeatBody& body) {
  return implementation_->repeat(count, states, body);
}

const std::vector<std::string>& GraphBuilder::assumptions() const { return implementation_->assumptions(); }
Diagnostics GraphBuilder::take_warnings() { return implementation_->take_warnings(); }
Network GraphBuilder::take() { return implementation_->take(); }

}  // namespace macroscope::dsl
