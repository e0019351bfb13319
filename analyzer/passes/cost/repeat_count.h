// Repeat counts: how much is a quantity over all repeats of a graph?
#pragma once

#include "analyzer/network/network.h"

namespace macroscope {

/// What one copy of the graph holds, summed over its copies and those of the graphs around it; itself where none of them is repeated.
/// \throws AlgebraError where the sum has no closed form
Dim over_repeats(const Network& network, GraphId graph, Dim each);

}  // namespace macroscope
