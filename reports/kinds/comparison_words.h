// Comparison in words: what would one say first of two models?
//
//   12 -> 24 attention layers, width 768 -> 1,024, opset 17 -> 18, 25 nodes of shape arithmetic gone, weights 418 MiB -> 1.25 GiB, x3.1.
#pragma once

#include <optional>
#include <string>

#include "reports/kinds/comparison_report.h"

namespace macroscope {

/// One sentence.
[[nodiscard]] std::string comparison_in_words(const Comparison& comparison);

/// `+12.3 %`, `x24` and `/4.0` where percentages say little; empty where that is no number or nothing changed.
[[nodiscard]] std::string change_in_words(const std::optional<Quantity>& before, const std::optional<Quantity>& after);

}  // namespace macroscope
