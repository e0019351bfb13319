// The one place where passes name operators: which ones make up a pattern that exporters write?
//
// Everything else that a pass asks of an operator is in its row.  A pattern is made of these operators and no others, so each has its name
// here, and why no trait serves; a test finds names anywhere else.
#pragma once

#include <string_view>

#include "analyzer/network/network.h"

namespace macroscope::patterns {

// Attention that an exporter has taken apart: softmax(mask(scale(Q K))) V, with a causal mask made of a triangle.
inline constexpr std::string_view kSoftmax = "Softmax";  // over the scores: other functions of rows make no probabilities
inline constexpr std::string_view kMatMul = "MatMul";    // of two activations, both as they are: Gemm could transpose them
inline constexpr std::string_view kMul = "Mul";          // by one number: the scale
inline constexpr std::string_view kDiv = "Div";          // by one number: the scale turned over
inline constexpr std::string_view kAdd = "Add";          // of the mask
inline constexpr std::string_view kWhere = "Where";      // the mask chooses
inline constexpr std::string_view kTrilu = "Trilu";      // leaves the triangle
inline constexpr std::string_view kConstantOfShape = "ConstantOfShape";  // of one number: what the triangle is cut from

// A branch that a size decides: If(Not(Equal(size, number))), of which one branch drops an axis of 1.
inline constexpr std::string_view kIf = "If";            // the node whose branches are told apart
inline constexpr std::string_view kNot = "Not";          // turns the condition over
inline constexpr std::string_view kEqual = "Equal";      // compares the size with the number
inline constexpr std::string_view kSqueeze = "Squeeze";  // exporters guard it so: only an axis of 1 can be dropped

// Rounding to a few bits, which stays in floating point: where each form has the number of bits is its own.
inline constexpr std::string_view kBipolarQuant = "BipolarQuant";  // a sign: one bit, and no operand says so
inline constexpr std::string_view kFloatQuant = "FloatQuant";      // bits of exponent and mantissa apart
inline constexpr std::string_view kTrunc = "Trunc";                // from some bits to others, a further operand
/// Whether a node rounds its first operand to the bits that its other operands name: all of these domains do.
[[nodiscard]] inline bool rounds(const Node& node) noexcept {
  return node.domain == "qonnx.custom_op.general" || node.domain == "onnx.brevitas";
}

/// Whether a node is this operator of ONNX's own domain.
[[nodiscard]] inline bool is(const Node& node, std::string_view name) noexcept { return node.domain.empty() && node.op == name; }

}  // namespace macroscope::patterns
