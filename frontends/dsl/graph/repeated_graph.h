// Repeated body: how does a body that is repeated symbolically become one graph, for any iteration?
#pragma once

#include <vector>

#include "frontends/dsl/graph/graph_writer.h"

namespace macroscope::dsl {

/// Writes the body a few times to find how shapes grow, and then once more for iteration i, as the graph of a Repeat node.
/// \returns the states after all iterations \throws BuildError where shapes follow no law, and what the body throws
std::vector<Handle> repeat(GraphWriter& writer, const Dim& count, const std::vector<Handle>& states,
                           const GraphBuilder::RepeatBody& body);

}  // namespace macroscope::dsl
