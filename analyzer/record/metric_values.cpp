#include "analyzer/record/metric_values.h"

#include "analyzer/record/metric_table.h"

namespace macroscope {
namespace {

std::optional<Quantity> total_of(const Analysis& analysis, const MetricRow& row) {
  if (row.of_model != nullptr) return row.of_model(analysis);
  if (row.of_cost != nullptr) return Quantity{row.of_cost(analysis.costs.total), !analysis.costs.complete};
  if (row.of_training == nullptr) return std::nullopt;
  const Training& training = analysis.training();
  const bool is_known = row.uses.certain ||
                        (row.unit == Unit::bytes ? training.are_bytes_known : analysis.costs.complete && training.total.is_known);
  return Quantity{row.of_training(training), !is_known};
}

std::optional<Quantity> amount_of_layer(const Analysis& analysis, const MetricRow& row, ScopeId scope, NodeId node) {
  if (row.of_layer != nullptr) return row.of_layer(analysis, scope, node);
  if (row.of_cost == nullptr) return std::nullopt;
  const Cost& cost = analysis.costs.nodes[scope][node];
  return known_part(row.of_cost(cost), cost.status != Status::unknown);
}

}  // namespace

std::optional<Quantity> total_of(const Analysis& analysis, Metric metric) noexcept {
  try {
    return total_of(analysis, row_of(metric));
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

std::optional<Quantity> amount_of_layer(const Analysis& analysis, Metric metric, ScopeId scope, NodeId node) noexcept {
  try {
    return amount_of_layer(analysis, row_of(metric), scope, node);
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

}  // namespace macroscope
