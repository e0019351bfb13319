#include "network_builder.h"

#include <fmt/format.h>

#include <utility>

#include "evidence.h"

namespace macroscope::testing {

ValuePointer GivenContents::read(const StoredTensor& tensor) const {
  const auto found = contents.find(tensor.handle);
  return found == contents.end() ? nullptr : found->second;
}

NetworkBuilder::NetworkBuilder(std::int64_t version, std::string_view domain) {
  network_.information.format = "onnx";
  network_.operator_sets.push_back({"", version});
  if (!domain.empty()) network_.operator_sets.push_back({network_.keep(domain), 1});
  network_.graphs.emplace_back();
  network_.content_reader = contents_;
}

NetworkBuilder::NetworkBuilder(NetworkBuilder&& other) noexcept = default;
NetworkBuilder::~NetworkBuilder() = default;

NetworkBuilder& NetworkBuilder::input(std::string_view name, const std::vector<Dim>& dims, DataType dtype) {
  return input(name, Type::tensor(dtype, Shape(dims)));
}

NetworkBuilder& NetworkBuilder::input(std::string_view name, Type type) {
  const TensorId id = tensor(name);
  const auto place = static_cast<std::ptrdiff_t>(graph().inputs.size());
  graph().inputs.push_back(id);
  graph().declared.insert(graph().declared.begin() + place, {id, std::move(type)});
  return *this;
}

NetworkBuilder& NetworkBuilder::weight(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype) {
  store(name, dims, dtype);
  return *this;
}

NetworkBuilder& NetworkBuilder::list(std::string_view name, const std::vector<std::int64_t>& numbers) {
  Integers elements(numbers.begin(), numbers.end());
  return stored(name, {static_cast<std::int64_t>(numbers.size())}, DataType::int64, Value(std::move(elements)));
}

NetworkBuilder& NetworkBuilder::scalar(std::string_view name, std::int64_t number) {
  return stored(name, {}, DataType::int64, Value(Integers{Dim(number)}));
}

NetworkBuilder& NetworkBuilder::stored(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype,
                                       Value value) {
  contents_->contents[store(name, dims, dtype)] = std::make_shared<const Value>(std::move(value));
  return *this;
}

NetworkBuilder& NetworkBuilder::node(std::string_view op, const std::vector<std::string>& inputs,
                                     const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes,
                                     std::string_view domain) {
  Node node;
  node.op = network_.keep(op);
  node.domain = network_.keep(domain);
  node.name = network_.keep(std::string_view(outputs.empty() ? std::string() : outputs.front()));
  node.inputs = ids(inputs);
  node.outputs = ids(outputs);
  node.attributes = network_.keep(std::span<const Attribute>(attributes));
  node.file_index = static_cast<std::uint32_t>(graph().nodes.size());
  graph().nodes.push_back(node);
  if (!outputs.empty()) last_output_ = outputs.front();
  return *this;
}

NetworkBuilder& NetworkBuilder::output(std::string_view name) {
  graph().outputs.push_back(tensor(name));
  return *this;
}

NetworkBuilder& NetworkBuilder::auxiliary_output(std::string_view name) {
  graph().auxiliary_outputs.push_back(tensor(name));
  return *this;
}

NetworkBuilder& NetworkBuilder::declare(std::string_view name, Type type) {
  graph().declared.push_back({tensor(name), std::move(type)});
  return *this;
}

Attribute NetworkBuilder::integer(std::string_view name, std::int64_t value) { return {network_.keep(name), value}; }

Attribute NetworkBuilder::real(std::string_view name, double value) { return {network_.keep(name), value}; }

Attribute NetworkBuilder::text(std::string_view name, std::string_view value) {
  return {network_.keep(name), network_.keep(value)};
}

Attribute NetworkBuilder::integers(std::string_view name, const std::vector<std::int64_t>& values) {
  return {network_.keep(name), network_.keep(std::span<const std::int64_t>(values))};
}

Attribute NetworkBuilder::reals(std::string_view name, const std::vector<float>& values) {
  return {network_.keep(name), network_.keep(std::span<const float>(values))};
}

Attribute NetworkBuilder::tensor(std::string_view name, DataType dtype, Value value, const std::vector<std::int64_t>& dims) {
  StoredTensor stored;
  stored.dtype = dtype;
  stored.dims = network_.keep(std::span<const std::int64_t>(dims));
  stored.handle = kFirstAttribute + contents_->contents.size();
  contents_->contents[stored.handle] = std::make_shared<const Value>(std::move(value));
  return {network_.keep(name), network_.keep(std::span<const StoredTensor>(&stored, 1)).data()};
}

Network NetworkBuilder::take() {
  if (graph().outputs.empty() && !last_output_.empty()) output(last_output_);
  complete(network_, 0);
  return std::move(network_);
}

TensorId NetworkBuilder::tensor(std::string_view name) {
  if (name.empty()) return kAbsent;
  const auto [found, is_new] = tensors_.try_emplace(std::string(name), static_cast<TensorId>(graph().tensors.size()));
  if (is_new) {
    Tensor made;
    made.name = network_.keep(name);
    graph().tensors.push_back(made);
  }
  return found->second;
}

std::span<const TensorId> NetworkBuilder::ids(const std::vector<std::string>& names) {
  std::vector<TensorId> ids;
  for (const std::string& name : names) ids.push_back(tensor(name));
  return network_.keep(std::span<const TensorId>(ids));
}

std::uint64_t NetworkBuilder::store(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype) {
  StoredTensor stored;
  stored.name = network_.keep(name);
  stored.dtype = dtype;
  stored.dims = network_.keep(std::span<const std::int64_t>(dims));
  stored.handle = graph().stored.size() + 1;
  graph().tensors[tensor(name)].stored = static_cast<std::uint32_t>(graph().stored.size());
  graph().stored.push_back(stored);
  return stored.handle;
}

Fact fact_of(const Analysis& analysis, std::string_view name) {
  const Graph& graph = analysis.network.main();
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    if (graph.tensors[id].name == name) {
      const Fact& fact = analysis.shapes.scopes.front().facts[id];
      if (fact.type.shape.known()) note_evidence(analysis, "shape");
      return fact;
    }
  return {};
}

std::string shape_of(const Analysis& analysis, std::string_view name) { return fact_of(analysis, name).type.shape.text(); }

std::string content_of(const Analysis& analysis, std::string_view name) {
  const ValuePointer value = fact_of(analysis, name).value;
  if (value == nullptr) return {};
  std::vector<std::string> elements;
  if (const Integers* integers = value->integers())
    for (const auto& element : *integers) elements.push_back(element ? element->text() : "?");
  if (const Reals* reals = value->reals())
    for (const auto& element : *reals)
      elements.push_back(!element            ? "?"
                         : element->number() ? fmt::format("{}", *element->number())
                                             : element->whole().value_or(Dim(-1)).text());
  if (const Texts* texts = value->texts()) elements = *texts;
  return fmt::format("[{}]", fmt::join(elements, ", "));
}

std::string errors_of(const Analysis& analysis) {
  std::string codes;
  for (const Diagnostic& diagnostic : analysis.diagnostics)
    if (diagnostic.severity == Severity::error) codes.append(codes.empty() ? "" : " ").append(diagnostic.code);
  return codes;
}

}  // namespace macroscope::testing
