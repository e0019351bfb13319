// Network builder: how does a test write down a small network?
//
//   NetworkBuilder net;
//   net.input("x", {1, 3, Dim::symbol("H"), 32}).weight("w", {8, 3, 3, 3});
//   net.node("Conv", {"x", "w"}, {"y"}, {net.integers("pads", {1, 1, 1, 1})});
//   Analysis analysis = analyze(net.take(), {});
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"

namespace macroscope::testing {

/// Contents of stored tensors that a test gives by value.
class GivenContents : public ContentReader {
 public:
  [[nodiscard]] ValuePointer read(const StoredTensor& tensor) const override;
  std::map<std::uint64_t, ValuePointer> contents;
};

class NetworkBuilder {
 public:
  /// A graph of ONNX's own operators at this version; `domain` adds another at version 1.
  explicit NetworkBuilder(std::int64_t version = 21, std::string_view domain = {});
  NetworkBuilder(NetworkBuilder&& other) noexcept;
  ~NetworkBuilder();

  NetworkBuilder& input(std::string_view name, const std::vector<Dim>& dims, DataType dtype = DataType::float32);
  NetworkBuilder& input(std::string_view name, Type type);
  NetworkBuilder& weight(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype = DataType::float32);
  /// A stored list of integers.
  NetworkBuilder& list(std::string_view name, const std::vector<std::int64_t>& numbers);
  NetworkBuilder& scalar(std::string_view name, std::int64_t number);
  NetworkBuilder& stored(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype, Value value);

  /// An operand named "" is left out.
  NetworkBuilder& node(std::string_view op, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                       const std::vector<Attribute>& attributes = {}, std::string_view domain = {});
  NetworkBuilder& output(std::string_view name);
  NetworkBuilder& auxiliary_output(std::string_view name);
  NetworkBuilder& declare(std::string_view name, Type type);

  Attribute integer(std::string_view name, std::int64_t value);
  Attribute real(std::string_view name, double value);
  Attribute text(std::string_view name, std::string_view value);
  Attribute integers(std::string_view name, const std::vector<std::int64_t>& values);
  Attribute reals(std::string_view name, const std::vector<float>& values);

  /// A stored tensor as an attribute, of one element if no dims are given.
  Attribute tensor(std::string_view name, DataType dtype, Value value, const std::vector<std::int64_t>& dims = {});

  /// The network; the first output of the last node is its output if none was named.
  Network take();

 private:
  Graph& graph() { return network_.graphs.front(); }
  TensorId tensor(std::string_view name);
  std::span<const TensorId> ids(const std::vector<std::string>& names);
  std::uint64_t store(std::string_view name, const std::vector<std::int64_t>& dims, DataType dtype);

  static constexpr std::uint64_t kFirstAttribute = 1'000'000;  // handles beyond those of stored tensors

  Network network_;
  std::shared_ptr<GivenContents> contents_ = std::make_shared<GivenContents>();
  std::map<std::string, TensorId> tensors_;
  std::string last_output_;
};

/// What was inferred for a tensor of the main graph; an unknown fact if there is no such tensor.
Fact fact_of(const Analysis& analysis, std::string_view name);
std::string shape_of(const Analysis& analysis, std::string_view name);

/// Known content of a tensor: `[2, N, ?]` with its elements in a row; empty where there is none.
std::string content_of(const Analysis& analysis, std::string_view name);

/// Codes of the errors, `bad-axis shape-mismatch`.
std::string errors_of(const Analysis& analysis);

}  // namespace macroscope::testing
