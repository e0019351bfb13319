// The row of an operator: what is it, in data?  A name, one of a closed set of kinds of meaning, and what passes need to know besides.
//
//   {.name = "Conv",
//    .meaning = Loops{.nests = "Y[n,g*o,p..] += X[n,g*c,p*stride+k*dilation-pad..] * W[g*o,c,k..]", .bias = 2},
//    .roles = "data weight bias",
//    .traits = Trait::convolution,
//    .channels = ChannelAxis::second}
//
// is the whole of Conv: shape, cost, access map, gradients, what is kept for training, parameters and structure are read off it, and no pass
// knows its name.  Families are constexpr tables of such rows, see catalogue.h.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/operators/op_context.h"
#include "analyzer/operators/roles.h"
#include "analyzer/operators/traits.h"
#include "analyzer/operators/work.h"

namespace macroscope {

class AxisMap;

/// What the outputs of a node are.  Fewer entries than outputs: the rest is unknown.
/// \throws RuleError, Unknown (all outputs unknown), AlgebraError
using ShapeRule = std::vector<Fact> (*)(const OpContext& context);
/// What a node does, once shapes are known. \throws Unknown if that is unknown, AlgebraError
using WorkRule = Work (*)(const OpContext& context);
/// One element of an integer result from the elements of its operands.
using Fold = std::optional<Dim> (*)(std::span<const Dim> operands);
/// The same for an operator that works element by element; it may record an assumption.  Of reals: where whole numbers are not enough.
using ElementFold = std::optional<Dim> (*)(std::span<const Dim> operands, const OpContext& context);
using RealFold = std::optional<Real> (*)(std::span<const Real> operands, const OpContext& context);
/// Which elements of the operands the elements of the results read, see axis_map.h. \throws RuleError, Unknown, AlgebraError
using AxisRule = AxisMap (*)(const OpContext& context);
using Condition = bool (*)(const OpContext& context);
/// Shape of operand `operand` of a formula. \throws RuleError, Unknown
using OperandShape = Shape (*)(const OpContext& context, std::size_t operand);

/// The dtype of a result.
enum class Result : std::uint8_t { as_first_input, boolean, int32, int64, as_given };

/// A loop nest in index notation, see formula.h; the first whose condition holds is the one.
struct Nest {
  std::string_view formula;
  Condition condition = nullptr;
};

/// Nests of one operator in the order in which their conditions are asked; all read as many operands.
class Nests {
 public:
  static constexpr std::size_t kMost = 6;

  constexpr Nests() = default;
  constexpr Nests(std::string_view formula) : Nests({Nest{formula}}) {}  // NOLINT(google-explicit-constructor): rows say
  constexpr Nests(const char* formula)
      : Nests(std::string_view(formula)) {}  // NOLINT(google-explicit-constructor): .nests = "..."
  constexpr Nests(std::initializer_list<Nest> nests) : count_(nests.size()) {
    for (std::size_t index = 0; index < count_; ++index) nests_.at(index) = nests.begin()[index];
  }
  [[nodiscard]] constexpr const Nest& front() const noexcept { return nests_.front(); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }
  [[nodiscard]] constexpr const Nest* begin() const noexcept { return nests_.data(); }
  [[nodiscard]] constexpr const Nest* end() const noexcept { return nests_.data() + count_; }

 private:
  std::array<Nest, kMost> nests_{};
  std::size_t count_ = 0;
};

/// Contractions, pooling, reductions: a loop nest.
struct Loops {
  Nests nests{};
  /// Which inputs the operands on the right are, in order.  What a contraction computes in is the first one's dtype.
  std::array<std::uint8_t, 3> operands{0, 1, 2};
  /// Shape that an operand has in the formula, for inputs that are stored in another form (packed, transposed); null: the input's.
  OperandShape logical = nullptr;
  /// Input that is added to every output element, if it is given; -1: none.
  int bias = -1;
  /// The same for one of the output's shape, behind the bias (a residual); -1: none.
  int summand = -1;
  /// First of the inputs that move the taps of operand 0 between its elements or weigh them (offsets, a mask); -1: none.
  int offsets = -1;
  /// The sum is divided by the number of its terms.
  bool mean = false;
  /// `max=` stands for the least.
  bool minimum = false;
  /// Attributes that the product and the bias are multiplied with; empty: none.
  std::string_view product_scale{};
  std::string_view bias_scale{};
  Result result = Result::as_first_input;
  /// For Result::as_given: the input whose dtype the result has.
  int result_input = 0;
  /// Work at each point of the whole nest besides the accumulation itself, and at each output element.
  Effort per_point{};
  Effort per_output{};
  /// A second output of the same shape that says where each element came from.
  bool indices = false;
  /// How integer content is reduced to one element; null: it is not followed.
  Fold fold = nullptr;
  /// Work that depends on attributes; null: none.
  WorkRule further = nullptr;
};

/// Broadcasts its inputs against each other, then so much work per output element.
struct PerElement {
  Effort effort{};
  Result result = Result::as_first_input;
  /// How many operands there are; 0: one or more.
  int operands = 1;
  /// Work for every operand after the first (Sum of n: n - 1 adds).
  Effort per_further_input{};
  /// How contents of integers are followed, and of whole floating numbers; null: they are not.
  ElementFold fold = nullptr;
  /// How contents of floating numbers are followed that may be no whole numbers; null: by `fold`.
  RealFold fold_reals = nullptr;
  /// Operands may differ in dtype (the exponent of Pow).
  bool mixed = false;
  /// The result has the first operand's shape, whatever the others are (the slope of PRelu).
  bool shaped_by_first = false;
};

/// Other operators, as text: `T = Softplus(X); T2 = Tanh(T); Y = Mul(X, T2)`; see body.h.  Costs add up.
struct Body {
  std::string_view text;
};

/// Rearranges and computes nothing.
struct Moves {
  ShapeRule shape;
  /// Which elements of the operands end up where; null: that is unknown.
  AxisRule axes = nullptr;
};

/// Everything spelled out.
struct Rules {
  ShapeRule shape;
  WorkRule work;
  AxisRule axes = nullptr;
};

using Meaning = std::variant<Loops, PerElement, Body, Moves, Rules>;

/// The derivative of an operator that works element by element, or normalizes.  Names in braces stand for attributes.
struct Derivative {
  /// dL/d(operand) by input, `dL/dz * z * (1 - z)`; empty where there is none.
  std::array<std::string_view, 3> text{};
  /// What attributes are where they are not given.
  double alpha = 0;
  double gamma = 0;
  /// What the operands are called; empty: x, or a and b.
  std::array<std::string_view, 3> operands{};
  std::string_view words{};
};

struct Gradients;
struct OperandGradient;
/// Gradients as formulas, for an operator of several nests. \throws RuleError, Unknown
using GradientRule = Gradients (*)(const OpContext& context, const Graph& graph);
/// Multiply-accumulates of the gradients of those operands that need one. \throws RuleError, Unknown
using GradientMacsRule = std::vector<OperandGradient> (*)(const OpContext& context, const Dim& macs,
                                                          const std::vector<bool>& needs);

/// Where an operator of attention has its operands; -1: it has none.
struct AttentionOperands {
  int query = 0;
  int key = -1;
  int value = -1;
  std::array<int, 2> past{-1, -1};
  /// Axes of the past: batch and length.
  int past_batch = 0;
  int past_length = 2;
  /// The attribute that declares it causal; empty: it always is.
  std::string_view causal{};
};

/// Where an operator that runs a graph again and again has the states that each iteration hands to the next.
struct IterationOperands {
  /// The first state among the node's inputs, the body's inputs and the body's outputs.
  std::size_t input = 0;
  std::size_t body_input = 0;
  std::size_t body_output = 0;
  std::size_t states = 0;
  /// Sequences of which each iteration takes an element, behind the states.
  std::size_t scanned = 0;
};
/// Empty where it is unknown.
using IterationRule = std::optional<IterationOperands> (*)(const OpContext& context);

/// A function that the operator applies to its result, element by element.
struct Activation {
  /// Always this one; empty: the one that the attribute names.
  std::string_view name{};
  std::string_view attribute{};

  [[nodiscard]] constexpr bool is_given() const noexcept { return !name.empty() || !attribute.empty(); }
};

/// The operator that another one is, fused, renamed, quantised or in another layout: what its row leaves out is taken from there.
struct Derivation {
  constexpr Derivation() = default;
  constexpr Derivation(std::string_view of) : name(of) {}  // NOLINT(google-explicit-constructor): rows say .derives = "Conv"
  constexpr Derivation(const char* of) : name(of) {}       // NOLINT(google-explicit-constructor): as above
  constexpr Derivation(std::string_view of, std::array<std::uint8_t, 4> at) : name(of), operands(at) {}

  /// Of ONNX's own, in its newest version; empty: none.
  std::string_view name{};
  /// Which inputs those of the other one are, in its order.
  std::array<std::uint8_t, 4> operands{0, 1, 2, 3};
};

struct Operator {
  std::string_view name;
  /// Left out: that of the operator that it derives from.
  Meaning meaning{};
  Roles roles = "data";
  /// First version of the operator set that has this row; the newest that a model's version reaches is used.
  int since = 1;
  /// The cost rule in words, for the table of operators; empty where the meaning says it.
  std::string_view cost{};
  Traits traits{};
  ChannelAxis channels = ChannelAxis::as_operand;
  Saves saves = Saves::by_meaning;
  IdentityWhen identity = IdentityWhen::never;
  Derivation derives{};
  Activation activation{};
  Derivative derivative{};
  GradientRule gradient = nullptr;
  GradientMacsRule gradient_macs = nullptr;
  const AttentionOperands* attention = nullptr;
  IterationRule iteration = nullptr;
  /// The domain where it is another one than the family's.
  std::string_view domain{};
};

/// Whether a row has a trait; no row has none.
[[nodiscard]] constexpr bool has(const Operator* row, Trait trait) noexcept { return row != nullptr && row->traits.has(trait); }
/// Whether each element of the result is made of the elements in the same place of the operands.
[[nodiscard]] inline bool is_elementwise(const Operator* row) noexcept {
  return row != nullptr && (std::holds_alternative<PerElement>(row->meaning) || row->traits.has(Trait::elementwise));
}
/// What an operand is to a node; data where there is no row.
[[nodiscard]] constexpr OperandRole role_of(const Operator* row, std::size_t operand) noexcept {
  return row == nullptr ? OperandRole::data : row->roles.of(operand);
}

}  // namespace macroscope
