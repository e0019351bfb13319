// What does the analyzer say of one node?  Compares with what an implementation was counted to do.
#pragma once

#include "analyzer/analysis.h"
#include "counted_number.h"
#include "network_builder.h"

namespace macroscope::testing {

inline const Cost& cost_of(const Analysis& analysis, NodeId node = 0) { return analysis.costs.nodes.front()[node]; }

/// The cost of a node with the symbols bound; -1 for what is no number then.
inline Tally tally_of(const Cost& cost, const Bindings& bindings = {}) {
  const auto number = [&](const Dim& dim) { return dim.substitute(bindings).number().value_or(-1); };
  Tally tally;
  tally.macs = number(cost.macs);
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind) tally.flops[kind] = number(cost.flops_by_kind[kind]);
  return tally;
}

inline Tally tally_of(const Analysis& analysis, const Bindings& bindings = {}) { return tally_of(cost_of(analysis), bindings); }

inline bool has_error(const Analysis& analysis, std::string_view code) {
  for (const Diagnostic& diagnostic : analysis.diagnostics)
    if (diagnostic.severity == Severity::error && diagnostic.code == code) return true;
  return false;
}

}  // namespace macroscope::testing
