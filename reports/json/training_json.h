// Training in JSON: how does its cost stand in the document?
#pragma once

#include <functional>

#include "reports/json/json_writer.h"
#include "reports/tables/figures.h"

namespace macroscope {

/// The member `training` of the totals.  What cannot be told is null, never 0.
void write_training(const Figures& figures, JsonWriter& json, const std::function<void(const Dim&)>& write_dim);

/// Members fan_in and fan_out of a layer that has a weight to contract with.
void write_fans(const Figures& figures, ScopeId scope, NodeId node, JsonWriter& json,
                const std::function<void(const Dim&)>& write_dim);

}  // namespace macroscope
