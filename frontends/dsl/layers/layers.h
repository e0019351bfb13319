// Layers of the language: which are there, which parameters do they have, and what are they made of?
//
// A layer is one row: its name, its parameters in order, and a function over the builder.  The tables are in layers_*.cpp, by topic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "frontends/dsl/graph/graph_builder.h"

namespace macroscope::dsl {

/// What stands for a parameter: a tensor, an integer or expression, a decimal, true or false, a word or text, a list of these.
struct Argument {
  std::variant<Handle, Dim, double, bool, std::string, std::vector<Argument>> value;
  /// How the user wrote it, for messages: `b3`.
  std::string label{};
};
using NamedArgument = std::pair<std::string, Argument>;

enum class ParameterKind : std::uint8_t {
  tensor,
  tensors,  // one or more, all positional ones
  operand,  // a tensor, or a number that becomes a constant
  size,     // an integer or expression
  sizes,    // one for all axes, or a list
  real,
  flag,  // true, false
  word,
};

struct LayerParameter {
  std::string_view name;
  ParameterKind kind = ParameterKind::size;
  /// What it is where it is not given, in the language's own words; empty: it has to be.
  std::string_view otherwise = {};
};

class LayerCall;

/// A warning about a call, without its place.
struct Caution {
  std::string_view code;
  std::string message;
  std::string help;
};

struct Layer {
  std::string_view name;
  std::vector<LayerParameter> parameters;
  /// How many results it can have at most; it makes as many as are asked for.
  std::size_t results = 1;
  std::vector<Handle> (*make)(GraphBuilder& build, const LayerCall& call) = nullptr;
  /// What is probably not meant with an input of this shape, though it can be built; empty in most cases.
  std::optional<Caution> (*caution)(const Shape& input) = nullptr;
};

/// The layer of this name; null if there is none.
[[nodiscard]] const Layer* find_layer(std::string_view name);
/// By what other libraries call it: `linear`, `BatchNorm2d`; null if there is none.
[[nodiscard]] const Layer* layer_called_elsewhere(std::string_view name);
[[nodiscard]] std::span<const Layer> all_layers();
/// `conv(x, filters, kernel, stride = 1, pad = 0, ...)`
[[nodiscard]] std::string signature_of(const Layer& layer);

/// Applies a layer to its arguments where the builder stands, and returns `results` results.
/// \throws BuildError; argument() names the parameter where one argument is to blame
std::vector<Handle> apply(GraphBuilder& build, const Layer& layer, std::span<const Argument> positional,
                          std::span<const NamedArgument> named, std::size_t results = 1);

/// What `+`, `-`, `*` and `/` are on tensors.
struct ArithmeticOperator {
  std::string_view op;
  /// Of its layers: `add`.
  std::string_view name;
};
[[nodiscard]] ArithmeticOperator operator_of_sign(std::string_view sign);

/// True for ONNX's operators, which are called by their own names.
[[nodiscard]] bool is_operator(std::string_view name);
[[nodiscard]] std::vector<std::string_view> operator_names();
/// Applies an operator: tensors are its operands in order (the word `none` leaves one out, numbers and lists become constants), named
/// arguments its attributes. \throws BuildError
std::vector<Handle> apply_operator(GraphBuilder& build, std::string_view op, std::span<const Argument> positional,
                                   std::span<const NamedArgument> named, std::size_t results = 1);

}  // namespace macroscope::dsl
