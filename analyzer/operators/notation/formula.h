// Index notation: what does a line of it say?
//
//   Y[n,g*o,p..] += X[n,g*c,p*stride+k*dilation-pad..] * W[g*o,c,k..]
//
// Operands in brackets, an index an axis.  Every letter is a loop; one that is in several places has one extent.
//   n                          the axis is walked by one loop
//   n..                        so are all remaining axes, a loop each; where operands disagree in number or extent they broadcast
//   g*o                        the axis is cut into g groups of o; g is the attribute `group` or `groups`, 1 if absent
//   p*stride+k*dilation-pad..  a window moves along each spatial axis; k is fixed by another operand or the attribute kernel_shape,
//                              the rest by strides, dilations, pads, auto_pad, ceil_mode; on the left: a transposed convolution
//   i/axes..                   (on the left) all axes of i but the reduced ones; i/all.. reduces all of them to 1
// The accumulation: `+=` of two operands multiplies and accumulates, of one adds; `max=` compares; `*=` multiplies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace macroscope {

enum class Accumulate : std::uint8_t { add, max, multiply };

/// How one axis (or, repeated, the rest of the axes) of an operand is walked.
struct AxisIndex {
  enum class Form : std::uint8_t { loop, groups, window, reduced };
  Form form = Form::loop;
  bool repeated = false;
  bool whole = false;      // Form::reduced: `/all`
  std::uint8_t loop = 0;   // the loop; the group; the position of a window
  std::uint8_t inner = 0;  // Form::groups: within a group; Form::window: the tap
};

struct Operand {
  std::string name;
  std::vector<AxisIndex> axes;
  /// Position in `axes` of the repeated index, or -1.
  int repeated_at = -1;
};

struct Formula {
  std::vector<std::string> loops;  // names, in order of appearance
  Operand output;
  std::vector<Operand> operands;
  Accumulate accumulate = Accumulate::add;
  /// Contractions have two or more operands under `+=`.
  [[nodiscard]] bool is_contraction() const noexcept { return accumulate == Accumulate::add && operands.size() > 1; }
};

/// Where and why a text is no formula.
struct FormulaError {
  std::size_t position = 0;
  std::string message;
};

inline constexpr std::size_t kMaxLoops = 16;

std::variant<Formula, FormulaError> parse_formula(std::string_view text);

/// The parsed form of a well-formed text, read once for all nodes that have it.
const Formula& formula_of(std::string_view text);

}  // namespace macroscope
