// Amounts as text: how is an amount written down in a budget file?
#pragma once

#include <string>

#include "analyzer/algebra/dim.h"
#include "analyzer/record/metric.h"

namespace macroscope {

/// A value of TOML of three digits, no smaller than `amount`: `"4.48G"`, `"6.51 MiB"`, `873`; with all its digits if it has no more.
/// Expressions have none: empty.
[[nodiscard]] std::string amount_at_least(Metric metric, const Dim& amount);
/// The same, no larger than `amount`.
[[nodiscard]] std::string amount_at_most(Metric metric, const Dim& amount);

/// A key or text of TOML in quotes.
[[nodiscard]] std::string toml_text(std::string_view text);

}  // namespace macroscope
