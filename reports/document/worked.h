// Derivation of a figure: the formula in letters, with the numbers put in, and the result.
//
//   (1 + K*K*C) * F = (1 + 3*3*64) * 128 = 73,856
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// A calculation in the notation of math_notation.h.
struct Worked {
  struct Step {
    /// What comes before it; empty for the first.
    std::string relation;
    std::string text;
  };
  std::vector<Step> steps;
  /// The result in a short form, `73.9 K`; a unit; empty where there is nothing to add.
  std::string remark{};

  /// All steps in one line, with the remark in parentheses.
  [[nodiscard]] std::string text() const;
};

/// A letter of a formula and what it stands for.
struct Letter {
  std::string_view name;
  Dim value;
};

/// The formula with numbers in the place of letters: `D(K-1)` becomes `2*(3-1)`.
[[nodiscard]] std::string with_values(std::string_view formula, std::span<const Letter> letters);

/// The formula, the formula with its numbers, and the result; steps that say the same again are left out.
[[nodiscard]] Worked worked_out(std::string_view formula, std::span<const Letter> letters, const Dim& result);

/// A result to read: digits in groups, an expression with what its terms share in front.
[[nodiscard]] std::string result_text(const Dim& result);

}  // namespace macroscope
