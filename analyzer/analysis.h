// What does a model cost and how is it built?  Runs the passes in order; what most callers need.
#pragma once

#include <memory>
#include <optional>

#include "analyzer/network/network.h"
#include "analyzer/passes/cost.h"
#include "analyzer/passes/cuts.h"
#include "analyzer/passes/generation.h"
#include "analyzer/passes/gradient_flow.h"
#include "analyzer/passes/growth.h"
#include "analyzer/passes/initialization.h"
#include "analyzer/passes/memory.h"
#include "analyzer/passes/parameters.h"
#include "analyzer/passes/receptive_field.h"
#include "analyzer/passes/redundancy.h"
#include "analyzer/passes/roofline.h"
#include "analyzer/passes/savings.h"
#include "analyzer/passes/schedule.h"
#include "analyzer/passes/shapes.h"
#include "analyzer/passes/training.h"

namespace macroscope {

struct AnalysisOptions {
  /// Symbols (by identifier or by name in the model) that take a value, or an expression in other symbols: `--set`, `--assume`.
  Bindings bindings;
  /// Rules for operators that the catalogue does not know: `--ops`.
  std::shared_ptr<const CustomOperators> custom_operators{};
  /// What is learned and how: `--freeze`, `--optimizer`, `--mixed-precision`.
  TrainingOptions training{};
  /// Look for places to split the model: `--cuts`.
  bool has_cuts = false;
  /// Element-wise nodes write over operands that nobody reads later: `--in-place`.
  bool in_place = false;
  /// Nodes run in the order that needs the least memory, rather than the file's: `--order best`.
  bool best_order = false;
  /// Compares the model with what this can do: `--device`; null: no device.
  std::shared_ptr<const Device> device{};
};

struct Analysis {
  Network network;
  Shapes shapes;
  Parameters parameters;
  Costs costs;
  ReceptiveFields receptive_fields;
  Training training;
  Initialization initialization;
  Growth growth;
  std::vector<Saving> savings;
  std::vector<Opportunity> redundancies;
  GradientFlow gradients;
  /// Where they were asked for.
  std::optional<Cuts> cuts;
  Memory memory;
  /// The order that `memory` is of, where it is not the file's: only on request.
  std::optional<Schedule> schedule{};
  /// Empty for a model without attention.
  std::optional<Generation> generation{};
  /// Null and empty unless a device was named.
  std::shared_ptr<const Device> device{};
  std::optional<Roofline> roofline{};
  Diagnostics diagnostics;
  /// Symbols that took a value or an expression, by their names in the model.
  Bindings bindings;
};

/// Analyses a network.  `diagnostics` are those of the front end that read it; more are added.
Analysis analyze(Network network, Diagnostics diagnostics, const AnalysisOptions& options = {});

}  // namespace macroscope
