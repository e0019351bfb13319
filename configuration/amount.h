// Amounts with units: how many are "3.2M", "6.5 MiB" and "+2%"?
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "analyzer/budget/budget.h"

namespace macroscope {

/// What is wrong with a text that is no amount.
struct AmountError {
  std::string message;
};

/// A whole number with `_` between digits, or a decimal one with k M G T P; of bytes with B, kB MB GB TB or KiB MiB GiB TiB as well.
/// Exact: what is no whole number is rounded to the side that changes no comparison.
/// \param round_up the amount is a minimum
[[nodiscard]] std::variant<Dim, AmountError> parse_amount(std::string_view text, bool is_bytes, bool round_up);

/// `+2%`, `2.5 %`.
[[nodiscard]] std::variant<GrowthLimit::Share, AmountError> parse_percent(std::string_view text);

}  // namespace macroscope
