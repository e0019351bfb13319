// Workings of a figure: how much of it is each layer's, and how is that worked out?  What a failed expectation shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/tables/figures.h"

namespace macroscope {

/// `lstm (LSTM): 2*(4*U*(I + U) + 8*U) = ... = 234,496`, a line for each layer that has any of it, the largest of them.
/// \param path of the part that is meant; empty: the whole net
[[nodiscard]] std::vector<std::string> workings_of(const Figures& figures, Metric metric, std::string_view path);

}  // namespace macroscope
