#include "frontends/dsl/graph/graph_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "frontends/dsl/graph/graph_writer.h"
#include "frontends/dsl/graph/repeated_graph.h"

namespace macroscope::dsl {
namespace {

bool is_interface(const Graph& graph, TensorId tensor) {
  for (const std::vector<TensorId>* list : {&graph.inputs, &graph.outputs, &graph.auxiliary_outputs})
    if (std::find(list->begin(), list->end(), tensor) != list->end()) return true;
  return false;
}

}  // namespace

struct GraphBuilder::Implementation {
  /// A use of a shared instance, and how many of its weights were asked for in it.
  struct Use {
    SharedWeights* shared = nullptr;
    std::size_t next = 0;
  };

  explicit Implementation(std::string_view name) : writer(name) {}

  Handle constant(std::string_view name, DataType dtype, const std::vector<Dim>& dims, Value value) {
    const std::uint64_t content = writer.keep_content(std::move(value));
    return writer.store(writer.current(), writer.layers().of_weight(name), dtype, dims, TapMask::none, content);
  }

  GraphWriter writer;
  /// Innermost last.
  std::vector<Use> uses;
};

GraphBuilder::GraphBuilder(std::string_view name) : implementation_(std::make_unique<Implementation>(name)) {}
GraphBuilder::GraphBuilder(GraphBuilder&&) noexcept = default;
GraphBuilder& GraphBuilder::operator=(GraphBuilder&&) noexcept = default;
GraphBuilder::~GraphBuilder() = default;

Dim GraphBuilder::symbol(std::string_view name) { return implementation_->writer.symbol(name); }

// Tensors.

Handle GraphBuilder::input(std::string_view name, DataType dtype, const std::vector<Dim>& dims) {
  Type type = Type::tensor(dtype, Shape(dims));
  require_representable(name, type);
  return implementation_->writer.input(0, std::string(name), std::move(type));
}

Handle GraphBuilder::weight(std::string_view name, const std::vector<Dim>& dims, TapMask mask, DataType dtype) {
  GraphWriter& writer = implementation_->writer;
  if (implementation_->uses.empty()) return writer.store(writer.current(), writer.layers().of_weight(name), dtype, dims, mask);
  Implementation::Use& use = implementation_->uses.back();
  std::vector<Handle>& weights = use.shared->weights;
  if (use.next == weights.size())
    weights.push_back(writer.store(use.shared->home, writer.layers().of_weight(name), dtype, dims, mask));
  const Handle known = weights[use.next++];
  const Shape wanted(dims);
  const Shape& there = writer.fact_of(known).type.shape;
  if (there != wanted)
    throw BuildError("shared-weights",
                     fmt::format("the weight '{}' of shared '{}' is {} at its first use and {} here", name, use.shared->name,
                                 there.text(), wanted.text()),
                     "a shared instance needs inputs of one shape, as far as its weights depend on it");
  return known;
}

Handle GraphBuilder::parameter(std::string_view name, const std::vector<Dim>& dims, DataType dtype) {
  GraphWriter& writer = implementation_->writer;
  return writer.store(writer.current(), writer.layers().beside(name), dtype, dims);
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

// Attributes.

Attribute GraphBuilder::size(std::string_view name, const Dim& value) { return implementation_->writer.size(name, value); }
Attribute GraphBuilder::sizes(std::string_view name, const std::vector<Dim>& values) {
  return implementation_->writer.sizes(name, values);
}
Attribute GraphBuilder::real(std::string_view name, double value) {
  return {implementation_->writer.network().keep(name), value};
}
Attribute GraphBuilder::reals_attribute(std::string_view name, const std::vector<double>& values) {
  Network& network = implementation_->writer.network();
  const std::vector<float> narrowed(values.begin(), values.end());
  return {network.keep(name), network.keep(std::span<const float>(narrowed))};
}
Attribute GraphBuilder::text(std::string_view name, std::string_view value) {
  Network& network = implementation_->writer.network();
  return {network.keep(name), network.keep(value)};
}
Attribute GraphBuilder::texts(std::string_view name, const std::vector<std::string>& values) {
  Network& network = implementation_->writer.network();
  std::vector<std::string_view> kept;
  kept.reserve(values.size());
  for (const std::string& value : values) kept.push_back(network.keep(std::string_view(value)));
  return {network.keep(name), network.keep(std::span<const std::string_view>(kept))};
}

// Nodes.

void GraphBuilder::stand_at(Standing standing) { implementation_->writer.layers().stand_at(std::move(standing)); }
const Standing& GraphBuilder::standing() const noexcept { return implementation_->writer.layers().standing(); }
void GraphBuilder::stand_at_part(std::string_view name) { implementation_->writer.layers().stand_at_part(name); }

std::vector<Handle> GraphBuilder::node(std::string_view op, const std::vector<Handle>& inputs,
                                       const std::vector<Attribute>& attributes, std::size_t outputs, std::string_view domain) {
  return implementation_->writer.node(op, inputs, attributes, outputs, domain);
}
const Fact& GraphBuilder::fact_of(Handle tensor) const { return implementation_->writer.fact_of(tensor); }
const Shape& GraphBuilder::shape_of(Handle tensor) const { return implementation_->writer.shape_of(tensor); }
std::string_view GraphBuilder::name_of(Handle tensor) const { return implementation_->writer.name_of(tensor); }
void GraphBuilder::rename(Handle tensor, std::string_view name) { implementation_->writer.rename(tensor, name); }

void GraphBuilder::output(Handle handle, std::string_view name, bool is_side) {
  GraphWriter& writer = implementation_->writer;
  Graph& graph = writer.network().graphs.front();
  const Tensor& tensor = graph.tensors[handle.tensor];
  const bool is_taken = tensor.stored != kNone || is_interface(graph, handle.tensor);
  if (is_taken && tensor.name != name) {
    const Standing& last = standing();
    stand_at({{}, std::string(name), last.line, last.column});
    handle = node("Identity", {handle}).front();
  } else if (tensor.name != name) {
    rename(handle, name);
  }
  (is_side ? graph.auxiliary_outputs : graph.outputs).push_back(handle.tensor);
}

// Shared instances.

SharedWeights GraphBuilder::share(std::string_view name) const {
  return {std::string(name), implementation_->writer.current(), {}};
}
void GraphBuilder::begin_shared(SharedWeights& weights) { implementation_->uses.push_back({&weights, 0}); }
void GraphBuilder::end_shared() {
  const Implementation::Use use = implementation_->uses.back();
  implementation_->uses.pop_back();
  if (use.next != use.shared->weights.size())
    throw BuildError("shared-weights", fmt::format("shared '{}' has {} weights at its first use and {} here", use.shared->name,
                                                   use.shared->weights.size(), use.next));
}

std::vector<Handle> GraphBuilder::repeat(const Dim& count, const std::vector<Handle>& states, const RepeatBody& body) {
  return dsl::repeat(implementation_->writer, count, states, body);
}

const std::vector<Assumption>& GraphBuilder::assumptions() const { return implementation_->writer.assumptions(); }
Diagnostics GraphBuilder::take_warnings() { return implementation_->writer.take_warnings(); }
Network GraphBuilder::take() { return implementation_->writer.take(); }

}  // namespace macroscope::dsl
