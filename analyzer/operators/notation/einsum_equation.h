// Einsum equation: which indices does it walk, and which of its operands have them?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "analyzer/operators/op_context.h"

namespace macroscope::einsum {

/// 52 letters, then the axes that an ellipsis stands for, counted from the last.
inline constexpr std::size_t kLetters = 52;
inline constexpr std::size_t kMaxLabels = 64;

/// One bit a label.
using LabelSet = std::uint64_t;

constexpr LabelSet bit_of(std::size_t label) { return LabelSet{1} << label; }
/// Of a label below kLetters.
constexpr char letter_of(std::size_t label) { return static_cast<char>(label < 26 ? 'A' + label : 'a' + (label - 26)); }

struct Equation {
  std::array<Dim, kMaxLabels> extents{};
  LabelSet bound = 0;
  LabelSet shared = 0;  ///< what two operands or more have
  std::vector<LabelSet> operands;
  std::vector<std::vector<std::size_t>> axes;  // the label of each axis of each operand
  std::vector<std::size_t> output;

  [[nodiscard]] LabelSet output_set() const;
  /// Product of their extents.
  [[nodiscard]] Dim volume(LabelSet labels) const;
  /// Labels that one operand alone has: it is summed over them before it meets another.
  [[nodiscard]] LabelSet alone(std::size_t operand) const;
};

/// \throws RuleError `bad-equation`, Unknown
Equation read_equation(const OpContext& context);

}  // namespace macroscope::einsum
