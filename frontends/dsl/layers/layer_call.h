// Call as a layer sees it: what are its arguments?  By the parameter's name, as what the layer needs them to be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/dsl/layers/layers.h"

namespace macroscope::dsl {

/// \throws BuildError `code` about the argument of a parameter
[[noreturn]] void refuse(std::string_view code, const std::string& message, std::string_view parameter = {},
                         std::string help = {});

class LayerCall {
 public:
  /// Gives each argument to its parameter. \throws BuildError
  LayerCall(const Layer& layer, std::span<const Argument> positional, std::span<const NamedArgument> named, std::size_t results);

  [[nodiscard]] std::size_t results() const noexcept { return results_; }
  [[nodiscard]] bool has(std::string_view parameter) const noexcept { return find(parameter) != nullptr; }
  /// How the user wrote the argument.
  [[nodiscard]] std::string label(std::string_view parameter) const;

  [[nodiscard]] Handle tensor(std::string_view parameter) const;
  /// All tensors of a `tensors` parameter, with how the user wrote them.
  [[nodiscard]] const std::vector<Argument>& tensors() const noexcept { return tensors_; }
  /// A tensor, or a number as a constant of `dtype`.
  [[nodiscard]] Handle operand(GraphBuilder& build, std::string_view parameter, DataType dtype) const;
  [[nodiscard]] std::optional<Dim> size(std::string_view parameter) const;
  [[nodiscard]] Dim size(std::string_view parameter, const Dim& otherwise) const { return size(parameter).value_or(otherwise); }
  /// At least `least`, as far as that is known.
  [[nodiscard]] Dim size_of_at_least(std::string_view parameter, std::int64_t least, const Dim& otherwise = 1) const;
  /// A plain number.
  [[nodiscard]] std::int64_t number(std::string_view parameter, std::int64_t otherwise) const;
  /// One for each of `axes` axes, each at least `least`.
  [[nodiscard]] std::vector<Dim> sizes(std::string_view parameter, std::size_t axes, std::int64_t least,
                                       const Dim& otherwise) const;
  /// The elements of a list.
  [[nodiscard]] std::optional<std::vector<Dim>> list(std::string_view parameter) const;
  [[nodiscard]] double real(std::string_view parameter, double otherwise) const;
  [[nodiscard]] bool flag(std::string_view parameter, bool otherwise) const;
  /// The word, if it is one.
  [[nodiscard]] std::optional<std::string_view> word(std::string_view parameter) const;
  /// The word, one of `known`.
  [[nodiscard]] std::string_view word(std::string_view parameter, std::initializer_list<std::string_view> known,
                                      std::string_view otherwise) const;

 private:
  [[nodiscard]] const Argument* find(std::string_view parameter) const noexcept;

  const Layer& layer_;
  std::vector<const Argument*> arguments_;  // by parameter; null where it is not given
  std::vector<Argument> tensors_;
  std::size_t results_;
};

/// The shape of a layer's input, whose rank is at least `least` (and at most `most`). \throws BuildError
const Shape& input_shape(const GraphBuilder& build, Handle input, std::size_t least, std::size_t most, std::string_view what);
/// a / b without a remainder; with symbols floor(a / b) where it is unknown. \throws BuildError `not-divisible`
Dim share_of(const Dim& a, const Dim& b, std::string_view what, std::string_view parameter);
/// `28x28`
std::string extents_text(std::span<const Dim> extents);

/// Tables of layers by topic.
std::vector<Layer> convolution_layers();
std::vector<Layer> normalization_layers();
std::vector<Layer> activation_layers();
std::vector<Layer> pooling_layers();
std::vector<Layer> arranging_layers();
std::vector<Layer> dense_layers();
std::vector<Layer> sequence_layers();

}  // namespace macroscope::dsl
