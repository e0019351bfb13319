// What does a model cost and how is it built?  Runs the passes in order; what most callers need.
#pragma once

#include <memory>

#include "analyzer/network/network.h"
#include "analyzer/passes/cost.h"
#include "analyzer/passes/parameters.h"
#include "analyzer/passes/shapes.h"

namespace macroscope {

struct AnalysisOptions {
  /// Symbols (by identifier or by name in the model) that take a value, or an expression in other symbols: `--set`, `--assume`.
  Bindings bindings;
  /// Rules for operators that the catalogue does not know: `--ops`.
  std::shared_ptr<const CustomOperators> custom_operators{};
};

struct Analysis {
  Network network;
  Shapes shapes;
  Parameters parameters;
  Costs costs;
  Diagnostics diagnostics;
};

/// Analyses a network.  `diagnostics` are those of the front end that read it; more are added.
Analysis analyze(Network network, Diagnostics diagnostics, const AnalysisOptions& options = {});

}  // namespace macroscope
