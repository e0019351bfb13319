// Used graphs: which graphs does the net need in the end?
#pragma once

#include "analyzer/network/network.h"

namespace macroscope::dsl {

/// Graphs of iterations that were only tried, and of operators' own bodies, were left behind: the others are numbered anew.
void keep_used_graphs(Network& network);

}  // namespace macroscope::dsl
