// Evaluation: what is a quantity where every symbol is one and the same number?
#pragma once

#include <optional>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// Empty past 128 bits, and where something is divided by 0.  What a name stands for is worked out once: asking for many sums of the same
/// named expressions takes time in proportion to what they spell, not to what all their names stand for.
[[nodiscard]] std::optional<Int128> value_at(const Dim& quantity, std::int64_t size);

}  // namespace macroscope
