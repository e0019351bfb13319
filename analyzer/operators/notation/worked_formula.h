// Worked formula: how does the cost of a node read with its numbers put in?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/operators/operator.h"

namespace macroscope {

/// `1*64*112*112*3*7*7`: the extents of a loop nest, those of the output first; `2*401408` for element-wise work and its elements; `7*98304 + 128`
/// for a body of lines, operations and points of those with as many together, of its MACs alone where there are some.  Empty where the cost has
/// no such form.
std::string worked_formula(const Operator& row, const OpContext& context);

/// A line of a body as it is computed at one node.
struct BodyLine {
  /// `s[i/axis..] += e[i..]` in its two sides and the sign between them.
  std::string_view left, sign, right;
  /// Of stored weights, before the first run: it costs nothing.
  bool is_prepared = false;
  bool is_contraction = false;
  /// How often, and with which operations each time besides the multiply-accumulate of a contraction.
  Dim points;
  Effort effort{};
};
/// Empty for a row without a body, and where sizes are not known.
std::vector<BodyLine> body_lines(const Operator& row, const OpContext& context);

/// `2 mul + 1 add`.
std::string in_words(const Effort& effort);

/// The rule in words or in index notation, for the table of operators.
std::string rule_in_words(const Operator& row);

/// `loops`, `per element`, `body`, `moves` or `rules`.
std::string_view kind_of(const Operator& row) noexcept;

}  // namespace macroscope
