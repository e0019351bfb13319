// What is an operator?  A name and one of a closed set of kinds of meaning; shape and cost are read off it.
//
//   {"Conv", Loops{.nest = "Y[n,g*o,p..] += X[n,g*c,p*stride+k*dilation-pad..] * W[g*o,c,k..]", .bias = 2}, "xwb"}
//
// is the whole of Conv.  Families are constexpr tables of such rows, see catalogue.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/operators/access/axis_map.h"
#include "analyzer/operators/op_context.h"
#include "analyzer/operators/work.h"

namespace macroscope {

/// What the outputs of a node are.  Fewer entries than outputs: the rest is unknown.
/// \throws RuleError, Unknown (all outputs unknown), AlgebraError
using ShapeRule = std::vector<Fact> (*)(const OpContext& context);
/// What a node does, once shapes are known. \throws Unknown if that cannot be told, AlgebraError
using WorkRule = Work (*)(const OpContext& context);
/// One element of an integer result from the elements of its operands.
using Fold = std::optional<Dim> (*)(std::span<const Dim> operands);
/// The same for an operator that works element by element; it may record an assumption.  Of reals: where whole numbers are not enough.
using ElementFold = std::optional<Dim> (*)(std::span<const Dim> operands, const OpContext& context);
using RealFold = std::optional<Real> (*)(std::span<const Real> operands, const OpContext& context);
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

/// Contractions, pooling, reductions: a loop nest.
struct Loops {
  Nest nest;
  Nest other{};
  Nest third{};
  Nest fourth{};
  /// Which inputs the operands on the right are, in order.  What a contraction computes in is the first one's dtype.
  std::array<std::uint8_t, 3> operands{0, 1, 2};
  /// Shape that an operand has in the formula, for inputs that are stored in another form (packed, transposed); null: the input's.
  OperandShape logical = nullptr;
  /// Input that is added to every output element, if it is given; -1: none.
  int bias = -1;
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
  /// Work that hangs on attributes; null: none.
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
  /// Which elements of the operands end up where; null: that cannot be told.
  AxisRule axes = nullptr;
};

/// Everything spelled out.
struct Rules {
  ShapeRule shape;
  WorkRule work;
  AxisRule axes = nullptr;
};

using Meaning = std::variant<Loops, PerElement, Body, Moves, Rules>;

struct Operator {
  std::string_view name;
  Meaning meaning;
  /// A stored tensor's place, a letter an input, the last for all further ones: w weight, b bias, s statistic, q quantisation, c constant,
  /// v passed on to output 0 (a view: its readers decide), e elements of it passed on, t looked at for type or shape alone, x anything.
  std::string_view roles = "x";
  /// First version of the operator set that has this row; the newest that a model's version reaches is used.
  int since = 1;
  /// The cost rule in words, for the table of operators; empty where the meaning says it.
  std::string_view cost = {};
};

}  // namespace macroscope
