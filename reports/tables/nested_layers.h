// Nested layers: which layers run inside others (bodies of loops, branches of conditions, functions)?
#pragma once

#include "analyzer/network/network.h"
#include "reports/document/report.h"

namespace macroscope {

class Figures;

/// A row for each layer of each nested graph, with where that runs, how often, and what the layer takes each time.  No rows where a model has
/// no nested graphs.
[[nodiscard]] Table nested_layers_table(const Figures& figures);

/// Of the layers in all graphs that a node runs, those that take most, over all their runs; the others together are its last row.  No rows for a
/// node that runs no graph.
/// \param scope where the node is
[[nodiscard]] Table costliest_inside(const Figures& figures, ScopeId scope, NodeId node);

}  // namespace macroscope
