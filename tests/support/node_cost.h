// Cost of one node: what does the analyzer say of it?  Compares with what an implementation was counted to do.
#pragma once

#include "analyzer/analysis.h"
#include "counted_number.h"
#include "network_builder.h"

namespace macroscope::testing {

inline const Cost& cost_of(const Analysis& analysis, NodeId node = 0) { return analysis.costs.nodes.front()[node]; }

/// The cost of a node with the symbols bound; -1 for what is no number then.
inline GroupedSum grouped_sum_of(const Cost& cost, const Bindings& bindings = {}) {
  const auto number = [&](const Dim& dim) { return dim.substitute(bindings).number().value_or(-1); };
  GroupedSum grouped_sum;
  grouped_sum.macs = number(cost.macs);
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind) grouped_sum.flops[kind] = number(cost.flops_by_kind[kind]);
  return grouped_sum;
}

inline GroupedSum grouped_sum_of(const Analysis& analysis, const Bindings& bindings = {}) {
  return grouped_sum_of(cost_of(analysis), bindings);
}

inline bool has_error(const Analysis& analysis, std::string_view code) {
  for (const Diagnostic& diagnostic : analysis.diagnostics)
    if (diagnostic.severity == Severity::error && diagnostic.code == code) return true;
  return false;
}

}  // namespace macroscope::testing
