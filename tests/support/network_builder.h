// How does a test write down a small network?
//
//   NetworkBuilder net;
//   net.input("x", {1, 3, Dim::symbol("H"), 32}).weight("w", {8, 3, 3, 3});
//   net.node("Conv", {"x", "w"}, {"y"}, {net.integers("pads", {1, 1, 1, 1})});
//   Analysis analysis = analyze(net.take(), {});
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "evidence.h"

namespace macroscope::testing {

/// Contents of stored tensors that a test gives by value.
class GivenContents : public ContentReader {
 public:
  [[nodiscard]] ValuePointer read(const StoredTensor& tensor) const override {
    const auto found = contents.find(tensor.handle);
    return found == contents.end() ? nullptr : found->second;
  }
  std::map<std::uint64_t, ValuePointer> contents;
};

class NetworkBuilder {
 public:
  /// A graph of ONNX's own operators at this version; `domain` adds another at version 1.
  explicit NetworkBuilder(std::int64_t version = 21, std::string_view domain = {}) {
    network_.information.format = "onnx";
    network_.operator_sets.push_back({"", version});
    if (!domain.empty()) network_.operator_sets.push_back({network_.keep(domain), 1});
    network_.graphs.emplace_back();
    network_.content_reader = contents_;
  }

  NetworkBuilder& input(std::string_view name, const std::vector<Dim>& dims, DataType dtype = DataType::float32) {
    return input(name, Type::tensor(dtype, Shape(dims)));
  }
  NetworkBuilder& input(std::string_view name, Type type) {
    const TensorId id = tensor(name);
    const auto place = static_cast<std::ptrdiff_t>(graph().inputs.size());
    graph().inputs.push_back(id);
    graph().declared.insert(graph().declared.begin() + place, {id, std::move(type)});
    return *this;
  }
  NetworkBuilder& weight(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype = DataType::float32) {
    store(name, dims, dtype);
    return *this;
  }
  /// A stored list of integers.
  NetworkBuilder& list(std::string_view name, const std::vector<std::int64_t>& numbers) {
    Integers elements(numbers.begin(), numbers.end());
    return stored(name, {static_cast<std::int64_t>(numbers.size())}, DataType::int64, Value(std::move(elements)));
  }
  NetworkBuilder& scalar(std::string_view name, std::int64_t number) {
    return stored(name, {}, DataType::int64, Value(Integers{Dim(number)}));
  }
  NetworkBuilder& stored(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype, Value value) {
    contents_->contents[store(name, dims, dtype)] = std::make_shared<const Value>(std::move(value));
    return *this;
  }

  /// An operand named "" is left out.
  NetworkBuilder& node(std::string_view op, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                       const std::vector<Attribute>& attributes = {}, std::string_view domain = {}) {
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
  NetworkBuilder& output(std::string_view name) {
    graph().outputs.push_back(tensor(name));
    return *this;
  }
  NetworkBuilder& side_output(std::string_view name) {
    graph().side_outputs.push_back(tensor(name));
    return *this;
  }
  NetworkBuilder& declare(std::string_view name, Type type) {
    graph().declared.push_back({tensor(name), std::move(type)});
    return *this;
  }

  Attribute integer(std::string_view name, std::int64_t value) { return {network_.keep(name), value}; }
  Attribute real(std::string_view name, double value) { return {network_.keep(name), value}; }
  Attribute text(std::string_view name, std::string_view value) { return {network_.keep(name), network_.keep(value)}; }
  Attribute integers(std::string_view name, const std::vector<std::int64_t>& values) {
    return {network_.keep(name), network_.keep(std::span<const std::int64_t>(values))};
  }
  Attribute reals(std::string_view name, const std::vector<float>& values) {
    return {network_.keep(name), network_.keep(std::span<const float>(values))};
  }

  /// A stored tensor as an attribute, of one element if no dims are given.
  Attribute tensor(std::string_view name, DataType dtype, Value value, const std::vector<std::int64_t>& dims = {}) {
    StoredTensor stored;
    stored.dtype = dtype;
    stored.dims = network_.keep(std::span<const std::int64_t>(dims));
    stored.handle = kFirstAttribute + contents_->contents.size();
    contents_->contents[stored.handle] = std::make_shared<const Value>(std::move(value));
    return {network_.keep(name), network_.keep(std::span<const StoredTensor>(&stored, 1)).data()};
  }

  /// The network; the first output of the last node is its output if none was named.
  Network take() {
    if (graph().outputs.empty() && !last_output_.empty()) output(last_output_);
    complete(network_, 0);
    return std::move(network_);
  }

 private:
  Graph& graph() { return network_.graphs.front(); }

  TensorId tensor(std::string_view name) {
    if (name.empty()) return kAbsent;
    const auto [found, is_new] = tensors_.try_emplace(std::string(name), static_cast<TensorId>(graph().tensors.size()));
    if (is_new) {
      Tensor made;
      made.name = network_.keep(name);
      graph().tensors.push_back(made);
    }
    return found->second;
  }

  std::span<const TensorId> ids(const std::vector<std::string>& names) {
    std::vector<TensorId> ids;
    for (const std::string& name : names) ids.push_back(tensor(name));
    return network_.keep(std::span<const TensorId>(ids));
  }

  std::uint64_t store(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype) {
    StoredTensor stored;
    stored.name = network_.keep(name);
    stored.dtype = dtype;
    stored.dims = network_.keep(std::span<const std::int64_t>(dims));
    stored.handle = graph().stored.size() + 1;
    graph().tensors[tensor(name)].stored = static_cast<std::uint32_t>(graph().stored.size());
    graph().stored.push_back(stored);
    return stored.handle;
  }

  static constexpr std::uint64_t kFirstAttribute = 1'000'000;  // handles beyond those of stored tensors

  Network network_;
  std::shared_ptr<GivenContents> contents_ = std::make_shared<GivenContents>();
  std::map<std::string, TensorId> tensors_;
  std::string last_output_;
};

/// What was inferred for a tensor of the main graph; an unknown fact if there is no such tensor.
inline Fact fact_of(const Analysis& analysis, std::string_view name) {
  const Graph& graph = analysis.network.main();
  for (TensorId id = 0; id < graph.tensors.size(); ++id)
    if (graph.tensors[id].name == name) {
      const Fact& fact = analysis.shapes.scopes.front().facts[id];
      if (fact.type.shape.known()) note_evidence(analysis, "shape");
      return fact;
    }
  return {};
}

inline std::string shape_of(const Analysis& analysis, std::string_view name) { return fact_of(analysis, name).type.shape.text(); }

/// Known content of a tensor: `[2, N, ?]` with its elements in a row; empty where there is none.
inline std::string content_of(const Analysis& analysis, std::string_view name) {
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

/// Codes of the errors, `bad-axis shape-mismatch`.
inline std::string errors_of(const Analysis& analysis) {
  std::string codes;
  for (const Diagnostic& diagnostic : analysis.diagnostics)
    if (diagnostic.severity == Severity::error) codes.append(codes.empty() ? "" : " ").append(diagnostic.code);
  return codes;
}

}  // namespace macroscope::testing
