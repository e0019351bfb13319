// Values of metrics: how much of a quantity has an analysed model, and how much a layer?
#pragma once

#include <optional>

#include "analyzer/algebra/quantity.h"
#include "analyzer/analysis.h"
#include "analyzer/record/metric.h"

namespace macroscope {

/// Of the whole model; at least so much where some layers are not known.  Empty where nothing is known, or where it passes 128 bits.
[[nodiscard]] std::optional<Quantity> total_of(const Analysis& analysis, Metric metric) noexcept;

/// Of one layer each time it runs, nested graphs included but for their stored weights.  Empty also for metrics of whole models.
[[nodiscard]] std::optional<Quantity> amount_of_layer(const Analysis& analysis, Metric metric, ScopeId scope,
                                                      NodeId node) noexcept;

}  // namespace macroscope
