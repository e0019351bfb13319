// Whole analysis: what does a model cost and how is it built?  Runs the passes in order; what most callers need.
//
// Shapes, parameters, costs and memory are always worked out.  The rest is, when it is first asked for: a table of layers does not pay for
// what only a page shows.
#pragma once

#include <memory>
#include <optional>

#include "analyzer/example_point.h"
#include "analyzer/network/network.h"
#include "analyzer/passes/access/receptive_field.h"
#include "analyzer/passes/cost/cost.h"
#include "analyzer/passes/cost/parameters.h"
#include "analyzer/passes/device/cuts.h"
#include "analyzer/passes/device/roofline.h"
#include "analyzer/passes/memory/memory.h"
#include "analyzer/passes/memory/schedule.h"
#include "analyzer/passes/pass_budget.h"
#include "analyzer/passes/shapes/shapes.h"
#include "analyzer/passes/structure/channel_growth.h"
#include "analyzer/passes/structure/prefill_decode.h"
#include "analyzer/passes/structure/redundancy.h"
#include "analyzer/passes/structure/savings.h"
#include "analyzer/passes/training/gradient_flow.h"
#include "analyzer/passes/training/initialization.h"
#include "analyzer/passes/training/training.h"

namespace macroscope {

struct AnalysisOptions {
  /// Symbols (by identifier or by name in the model) that take a value, or an expression in other symbols: `--set`, `--assume`.
  Bindings bindings;
  /// Rules for operators that the catalogue does not know: `--ops`.
  std::shared_ptr<const CustomOperators> custom_operators{};
  /// What is learned and how: `--freeze`, `--optimizer`, `--mixed-precision`.
  TrainingOptions training{};
  /// Biases are stored, and count as no learned parameters: `--bias exclude`.
  bool without_biases = false;
  /// Look for places to split the model: `--cuts`.
  bool has_cuts = false;
  /// Element-wise nodes write over operands that nobody reads later: `--in-place`.
  bool in_place = false;
  /// Nodes run in the order that needs the least memory, rather than the file's: `--order best`.
  bool best_order = false;
  /// A declared type that contradicts what follows from the inputs is an error: `--strict`.
  bool is_strict = false;
  /// Compares the model with what this can do: `--device`; null: no device.
  std::shared_ptr<const Device> device{};
};

/// How the model is built, graph by graph.
struct Findings {
  ChannelGrowth growth;
  std::vector<Saving> savings;
  std::vector<Opportunity> redundancies;
  GradientFlow gradients;
};

/// What is worked out when it is first asked for.  Not to be asked by several threads at once.
template <typename Result>
class OnDemand {
 public:
  template <typename Make>
  const Result& get(const Make& make) const {
    if (!result_) result_.emplace(make());
    return *result_;
  }

 private:
  mutable std::optional<Result> result_;
};

struct Analysis {
  // Defined in one file: the destructor of all these members is long, and a copy in each file that includes this one takes time to compile.
  Analysis();
  Analysis(Analysis&& other) noexcept;
  Analysis& operator=(Analysis&& other) noexcept;
  ~Analysis();

  Network network;
  /// Of algebra: what the passes below shared, and from where those that are asked for later start.
  AlgebraBudget budget;
  Shapes shapes;
  Parameters parameters;
  Costs costs;
  /// Where they were asked for.
  std::optional<Cuts> cuts;
  Memory memory;
  /// The order that `memory` is of, where it is not the file's: only on request.
  std::optional<Schedule> schedule{};
  /// Null and empty unless a device was named.
  std::shared_ptr<const Device> device{};
  std::optional<Roofline> roofline{};
  Diagnostics diagnostics;
  /// Symbols that took a value or an expression, by their names in the model.
  Bindings bindings;
  /// What `training()` is told of.
  TrainingOptions training_options{};

  /// Of a file that could not be read all of these are empty.
  [[nodiscard]] const ReceptiveFields& receptive_fields() const;
  [[nodiscard]] const Training& training() const;
  [[nodiscard]] const Initialization& initialization() const;
  [[nodiscard]] const Findings& findings() const;
  /// Empty for a model without attention.
  [[nodiscard]] const std::optional<PrefillDecode>& prefill_decode() const;
  /// Sizes at which figures are shown as plain numbers, for people; no exact figure depends on it.
  [[nodiscard]] const ExamplePoint& example_point() const;

 private:
  [[nodiscard]] bool has_model() const noexcept { return !network.graphs.empty() && !shapes.scopes.empty(); }

  OnDemand<ReceptiveFields> receptive_fields_;
  OnDemand<Training> training_;
  OnDemand<Initialization> initialization_;
  OnDemand<Findings> findings_;
  OnDemand<std::optional<PrefillDecode>> prefill_decode_;
  OnDemand<ExamplePoint> example_point_;
};

/// Analyses a network.  `diagnostics` are those of the front end that read it; more are added.
Analysis analyze(Network network, Diagnostics diagnostics, const AnalysisOptions& options = {});

}  // namespace macroscope
