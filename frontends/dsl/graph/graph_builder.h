// Graph builder: how does a net become a Network, node by node, with the type of every result known at once?
//
//   GraphBuilder build("lenet");
//   const Handle x = build.input("x", DataType::float32, {build.symbol("N"), 1, 28, 28});
//   build.stand_at({.path = "stem", .name = "conv", .line = 3, .column = 12});
//   const Handle w = build.weight("W", {6, 1, 5, 5});
//   const Handle y = build.node("Conv", {x, w}, {build.sizes("pads", {2, 2, 2, 2})}).front();
//   build.type_of(y)                       ->  [N, 6, 28, 28]
//   build.output(y, "y");
//   Network network = build.take();
//
// What a layer is made of is in layers.h.  Every call may throw BuildError, which has no place: the caller adds the span.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/algebra/real.h"
#include "analyzer/network/assumption.h"
#include "analyzer/network/network.h"

namespace macroscope::dsl {

/// What is wrong with a layer or a node, with the actual sizes; as a Diagnostic without its place.
class BuildError : public std::runtime_error {
 public:
  BuildError(std::string_view code, const std::string& message, std::string help = {}, std::string argument = {})
      : std::runtime_error(message), code_(code), help_(std::move(help)), argument_(std::move(argument)) {}
  /// A string literal.
  [[nodiscard]] std::string_view code() const noexcept { return code_; }
  [[nodiscard]] const std::string& help() const noexcept { return help_; }
  /// The layer's parameter whose argument is to blame, for the caret; empty where it is the call as a whole.
  [[nodiscard]] const std::string& argument() const noexcept { return argument_; }

 private:
  std::string_view code_;
  std::string help_;
  std::string argument_;
};

/// A tensor of some graph of the net that is being built.  One of an enclosing graph may be used in a nested one.
struct Handle {
  GraphId graph = 0;
  TensorId tensor = kAbsent;
  [[nodiscard]] bool is_absent() const noexcept { return tensor == kAbsent; }
  friend bool operator==(const Handle&, const Handle&) = default;
};
/// An optional operand that is left out.
inline constexpr Handle kLeftOut{};

/// Where the next layer stands: in the net, and in the text.
struct Standing {
  std::string path;  // `stage/repeat[3]`; empty at the top
  std::string name;  // what the layer is called; its nodes are called after it, with a number where that is taken
  std::uint32_t line = 0, column = 0;
};

/// Weights that are made at the first use of a `shared` instance and taken again at the further ones.
struct SharedWeights {
  std::string name;  // of the instance, for messages
  GraphId home = 0;  // where the instance was made
  std::vector<Handle> weights{};
};

class GraphBuilder {
 public:
  explicit GraphBuilder(std::string_view name);
  GraphBuilder(GraphBuilder&&) noexcept;
  GraphBuilder& operator=(GraphBuilder&&) noexcept;
  ~GraphBuilder();

  /// Newest version of ONNX's operators that onnxruntime runs: nodes follow it.
  static constexpr std::int64_t kOperatorSet = 28;
  /// More nodes are an error.
  static constexpr std::size_t kMaxNodes = 1'000'000;

  /// The symbol of a parameter without a value; the same name gives the same symbol.
  Dim symbol(std::string_view name);

  // Tensors.
  Handle input(std::string_view name, DataType dtype, const std::vector<Dim>& dims);
  /// A trained tensor, called after where the builder stands.  Within a shared instance it is the one of the first use.
  /// `mask` says which taps of a convolution's kernel are zero.
  Handle weight(std::string_view name, const std::vector<Dim>& dims, TapMask mask = TapMask::none,
                DataType dtype = DataType::float32);
  /// Running statistics and other stored floating tensors that are not trained; the operator that reads them tells.
  Handle stored(std::string_view name, const std::vector<Dim>& dims, DataType dtype) { return weight(name, dims, {}, dtype); }
  /// A trained tensor of the user's own (`param`), called just so.
  Handle parameter(std::string_view name, const std::vector<Dim>& dims, DataType dtype = DataType::float32);
  /// A constant of known content: `list` of integers as one axis, `scalar` as rank 0; `reals` of float32.
  Handle list(std::string_view name, const std::vector<Dim>& elements);
  Handle scalar(std::string_view name, const Dim& element);
  Handle reals(std::string_view name, const std::vector<Real>& elements, bool is_scalar = false);
  Handle truth(std::string_view name, bool value);

  // Attributes, to be handed to node(); integers may be expressions.
  Attribute size(std::string_view name, const Dim& value);
  Attribute sizes(std::string_view name, const std::vector<Dim>& values);
  Attribute real(std::string_view name, double value);
  Attribute reals_attribute(std::string_view name, const std::vector<double>& values);
  Attribute text(std::string_view name, std::string_view value);
  Attribute texts(std::string_view name, const std::vector<std::string>& values);

  // Nodes.
  /// Before each layer.  The first weight or node takes its name, and gets a number where the path has that name already.
  void stand_at(Standing standing);
  [[nodiscard]] const Standing& standing() const noexcept;
  /// For layers of several nodes: the next node is part `name` of the layer, `attention/query`.
  void stand_at_part(std::string_view name);
  /// Adds a node and infers its results at once.
  /// \throws BuildError if the operator is unknown or its rule refuses the operands; the node is not added then
  std::vector<Handle> node(std::string_view op, const std::vector<Handle>& inputs, const std::vector<Attribute>& attributes = {},
                           std::size_t outputs = 1, std::string_view domain = {});
  /// What was inferred: type, and content where it is followed.
  [[nodiscard]] const Fact& fact_of(Handle tensor) const;
  [[nodiscard]] const Type& type_of(Handle tensor) const { return fact_of(tensor).type; }
  /// The shape. \throws BuildError `unknown-shape` where not even the rank is known
  [[nodiscard]] const Shape& shape_of(Handle tensor) const;
  /// The name it has in the network; reports show it.
  [[nodiscard]] std::string_view name_of(Handle tensor) const;
  /// Gives a result the name that the text has for it, if no other tensor has it.
  void rename(Handle tensor, std::string_view name);

  /// Makes a tensor a result of the net.  A side output is used in training alone: it is left out of inference.
  void output(Handle tensor, std::string_view name, bool is_side = false);

  // Shared instances: weights made between the two calls are those of the instance.
  SharedWeights share(std::string_view name) const;
  void begin_shared(SharedWeights& weights);
  /// \throws BuildError if this use made fewer weights than the first
  void end_shared();

  /// A `repeat` whose count is a symbol.  `body` gets what the rebound tensors are at the start of an iteration and gives what they are at its
  /// end; it is called a few times, to find how shapes grow.  What it throws passes through.
  /// \returns the rebound tensors after all iterations \throws BuildError where shapes do not grow by a polynomial in the iteration
  using RepeatBody = std::function<std::vector<Handle>(const std::vector<Handle>& states)>;
  std::vector<Handle> repeat(const Dim& count, const std::vector<Handle>& states, const RepeatBody& body);

  /// Assumptions recorded so far, and warnings of rules.
  [[nodiscard]] const std::vector<Assumption>& assumptions() const;
  [[nodiscard]] Diagnostics take_warnings();

  /// The network, complete; the builder is spent.  `information.format` is "net".
  Network take();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace macroscope::dsl
