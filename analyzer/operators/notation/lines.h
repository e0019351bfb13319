// A body of lines: what an operator computes, as loop nests and element-wise lines one after another.
//
//   m[i/axis..] max= X[i..]; e[i..] = Exp(X[i..] - m[i/axis..]); s[i/axis..] += e[i..]; Y[i..] = e[i..] / s[i/axis..]
//
// is the whole of Softmax: each line is computed at each point of its loops, and costs what its operations cost there: a comparison, an
// exponential and a difference, a sum, a division.  What did the author of a row write, and what does it mean?
//
// Lines are separated by `;`.  Tensors are in brackets with an index an axis; a letter is one loop in all lines.  A tensor that a line
// assigns is a result, or something between; any other is an operand, numbered by appearance or by the list in front: `X, _, B | ...`.
// With `-> Y, M` behind that list the results are these; without it there is one, Y.
//   Y[..] = e      at each point an element                 Y[..] += e, max= e, *= e   accumulated: an add, compare or mul at each point
//   Y[..] += A[..] * B[..]   multiply-accumulates: nothing but a product of two tensors; Mul(a, b) is a product that is none
//   let A[..] = e  made of stored weights before the first run: costs nothing
//   when c: line   only where operand c is given, c is a condition that the row names, or, `when p=1:`, `when mode='x':`, an attribute is
//                  so; `not c`; several with `,`
//   k < name       stands for itself: loop k takes as many steps as attribute `name` says; `name=2` if it says nothing; `k < 4`
// Indices:
//   n              one axis                      n..            all remaining axes, a loop each; operands that differ broadcast
//   g*o            an axis cut into g groups of o; g is fixed elsewhere or by the attribute group, groups or num_groups
//   i/axis..       all axes of i but the one that attribute `axis` names, -1 if it is absent; `i/axis=1..`: 1 if it is absent
//   i/axis:..      all axes of i before that one        i/axes..   but those that `axes` lists; `i/axes=0,2,3..`        i/all..   none of them
//   i/some..       i, of which some axes are missing or 1: a scale that is stretched
//   1*h            part 1 of an axis that is cut into parts of h          0    one place, whatever the loops
//   c+j, t-1       a place that moves along an axis, which gives no loop its extent
//   @ids           the place that a number of operand `ids` names: one entry of a table
//   ..             (alone) whatever shape: it is read, and that is all
// Expressions: + - * /, comparisons, and calls of element-wise operators of ONNX or com.microsoft, each costing what its row says; a sign in
// front is part of what follows; Where(c, a, b) costs the dearer of a and b; Cast costs nothing; of a call in lower case, f(x), the row tells the cost, as
// attributes say which activation it is.  A name without brackets is a number, which
// costs nothing to read.  `+ B?[c]` falls away with its operation where the operand is not given, `* alpha?` where the attribute is absent
// or changes nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/operators/notation/formula.h"
#include "analyzer/operators/operator.h"

namespace macroscope {

class LoopExtents;

/// What lines depend on, by its name in the text.
struct LineCondition {
  std::string_view name;
  Condition holds = nullptr;
};

/// What a row with a body says.
struct Lines {
  std::string_view text;
  std::array<LineCondition, 8> conditions{};
  /// Sets extents of loops by name, for operands that are stored in another form than the text has them; null: the operands' shapes tell.
  void (*loops)(const OpContext& context, LoopExtents& extents) = nullptr;
  /// What must hold besides the agreement of extents. \throws RuleError
  void (*check)(const OpContext& context) = nullptr;
  /// The dtype of a result; null: that of the first input.
  DataType (*dtype)(const OpContext& context, std::size_t output) = nullptr;
  /// The results, where they are stored in another form; null: as the text says.
  ShapeRule shape = nullptr;
  /// What is read where; null: as the text says.
  AxisRule axes = nullptr;
  /// Products that count where each pair of query q and key k does `per_pair` of them; null: all pairs count.
  Dim (*visible)(const OpContext& context, const Dim& per_pair) = nullptr;
  /// Work that depends on attributes (an activation by name); null: none.
  WorkRule further = nullptr;
};

/// Which axes an index with `/` leaves out.
struct LineReduction {
  enum class Kind : std::uint8_t { axis, from_axis, axes, all };
  Kind kind = Kind::axis;
  std::uint8_t loop = 0;
  std::vector<std::int64_t> otherwise;  // where the attribute is absent; empty: all of them
  friend bool operator==(const LineReduction&, const LineReduction&) = default;
};

struct LineIndex {
  enum class Form : std::uint8_t { loop, groups, moved, looked_up };
  static constexpr std::int8_t kNotReduced = -1;
  Form form = Form::loop;
  bool repeated = false;
  bool stretched = false;               // `/some`
  bool adds_inner = false;              // Form::moved: `c+j`, not `t-1`
  std::int8_t reduction = kNotReduced;  // index into LineBody::reductions
  std::uint8_t loop = 0;
  std::uint8_t inner = 0;  // Form::groups, and Form::moved with adds_inner
  int offset = 0;          // Form::moved
};

/// A tensor where it is read or assigned.
struct LineTensor {
  std::size_t tensor = 0;
  bool optional = false;
  bool any_shape = false;
  std::vector<LineIndex> axes;
  int repeated_at = -1;
};

/// Operations of an expression that are done or left out together.
struct LineCost {
  Effort effort;
  /// Left out where this operand is not given; -1: never.
  int operand = -1;
  /// Left out where this attribute is absent or `neutral`; empty: never.
  std::string_view attribute;
  double neutral = 0;
};

struct LineGuard {
  std::string_view name;
  bool negated = false;
  /// Empty: an operand or a condition of the row.
  std::optional<std::variant<std::int64_t, std::string_view>> value;
};

enum class Assign : std::uint8_t { once, add, max, multiply };

struct Line {
  /// `s[i/axis..] += e[i..]` in its two sides and the sign between them.
  std::string_view left, sign, right;
  std::vector<LineGuard> guards;
  bool is_prepared = false;  // `let`
  Assign assign = Assign::once;
  LineTensor target;
  std::vector<LineTensor> operands;
  std::vector<LineCost> costs;
  bool is_contraction = false;
  /// It calls what turns integers into floating numbers, or these into integers.
  bool converts = false;
};

struct DeclaredLoop {
  std::uint8_t loop = 0;
  std::string_view attribute;  // empty: a number
  std::optional<std::int64_t> otherwise;
};

struct LineBody {
  static constexpr int kNoInput = -1;
  std::vector<std::string_view> loops;
  std::vector<DeclaredLoop> declared;
  std::vector<LineReduction> reductions;
  std::vector<std::string_view> tensors;
  std::vector<int> inputs;           // by tensor: the input that it is, or kNoInput
  std::vector<std::size_t> outputs;  // tensors, in order
  std::vector<Line> lines;

  [[nodiscard]] bool is_input(std::size_t tensor) const noexcept { return inputs[tensor] != kNoInput; }
};

constexpr Effort sum(const Effort& a, const Effort& b) {
  return {a.add + b.add, a.mul + b.mul, a.div + b.div, a.compare + b.compare, a.special + b.special};
}

std::variant<LineBody, FormulaError> parse_lines(std::string_view text);

/// The parsed form of a well-formed text of the catalogue, read once for all nodes that have it.  The text must outlive the program.
const LineBody& lines_of(std::string_view text);

}  // namespace macroscope
