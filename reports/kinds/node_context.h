// Where is a node in its model: how its figures are worked out, what it depends on, what is alive while it runs, what its
// gradients cost and which ways they take?  What `explain` shows beside the node itself.
#pragma once

#include <optional>

#include "reports/document/report.h"
#include "reports/notation/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// The calculations of a node of the main graph, gradients included; empty where there are none.
[[nodiscard]] std::optional<Table> worked_lines(const Figures& figures, NodeId node);

/// Receptive field, memory, training, ways of the gradient, findings that name the node.
[[nodiscard]] Summary context_of(const Figures& figures, ScopeId scope, NodeId node);

/// The members `worked`, `receptive_field`, `live_bytes`, `training`, `paths` and `findings` of macroscope-node/1.
void write_context(const Figures& figures, ScopeId scope, NodeId node, JsonWriter& json);

}  // namespace macroscope
