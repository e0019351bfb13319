// Closed-form sums: what is the sum of a quantity over all iterations of a repetition, in their number?
#pragma once

#include <string_view>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// The sum of `term` over index = 0 .. count - 1, where `term` is a polynomial in the index; one that does not depend on it is multiplied.
/// Exact for every count of at least 0.
/// \throws AlgebraError where the index is inside a floor, min or max, or its power is too high for a closed form
Dim sum_over_repeats(const Dim& term, std::string_view index, const Dim& count);

}  // namespace macroscope
