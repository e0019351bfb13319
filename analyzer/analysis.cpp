#include "analyzer/analysis.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <utility>

#include "analyzer/passes/pass_budget.h"
#include "analyzer/passes/shapes/open_values.h"

namespace macroscope {
namespace {

/// Those that the model has a symbol or an input for, under the name that it has there, however the user spelled it.
Bindings applied(const Bindings& wanted, const Network& network, const Scope& main) {
  Bindings applied;
  for (const auto& [key, value] : wanted) {
    const Symbol* symbol = network.symbols.find_id(key);
    if (symbol == nullptr) symbol = network.symbols.find_name(key);
    if (symbol != nullptr) applied.insert_or_assign(symbol->name, value);
    for (const TensorId input : network.main().inputs)
      if (network.main().tensors[input].name == key && main.facts[input].value) applied.insert_or_assign(key, value);
  }
  return applied;
}

Findings find_all(const Analysis& analysis) {
  const Network& network = analysis.network;
  const Shapes& shapes = analysis.shapes;
  const ElementwiseProvenances provenances(network, shapes);
  return {find_growth(network, shapes, provenances, analysis.parameters, analysis.costs),
          find_savings(network, shapes, provenances, analysis.costs),
          find_redundancies(network, shapes, provenances, analysis.parameters, analysis.costs),
          trace_gradients(network, shapes, provenances, analysis.costs)};
}

void take_declarations_strictly(Diagnostics& diagnostics) {
  for (Diagnostic& diagnostic : diagnostics)
    if (diagnostic.code == "declared-type") diagnostic.severity = Severity::error;
}

/// Said with every report, so that nobody takes a field that is not told for one that is not there.
void note_inputs_without_fields(Analysis& analysis) {
  if (!may_leave_inputs_out(analysis.network, analysis.shapes)) return;
  const ReceptiveFields& fields = analysis.receptive_fields();
  if (fields.inputs_left_out == 0) return;
  analysis.diagnostics.push_back({Severity::note,
                                  "fields-left-out",
                                  fmt::format("receptive fields are told of the first {} inputs, and of {} more they are not",
                                              fields.inputs.size(), fields.inputs_left_out),
                                  {},
                                  {}});
}

}  // namespace

Analysis::Analysis() = default;
Analysis::Analysis(Analysis&& other) noexcept = default;
Analysis& Analysis::operator=(Analysis&& other) noexcept = default;
Analysis::~Analysis() = default;

const ReceptiveFields& Analysis::receptive_fields() const {
  return receptive_fields_.get([this] {
    return has_model() ? budget.apart([this] { return find_receptive_fields(network, shapes); }) : ReceptiveFields();
  });
}

const Training& Analysis::training() const {
  return training_.get([this] {
    return has_model() ? budget.apart([this] { return count_training(network, shapes, parameters, costs, training_options); })
                       : Training();
  });
}

const Initialization& Analysis::initialization() const {
  return initialization_.get([this] {
    return has_model() ? budget.apart([this] { return find_fans(network, shapes, parameters); }) : Initialization();
  });
}

const Findings& Analysis::findings() const {
  return findings_.get([this] { return has_model() ? budget.apart([this] { return find_all(*this); }) : Findings(); });
}

const ExamplePoint& Analysis::example_point() const {
  return example_point_.get([this] { return has_model() ? macroscope::example_point(network, shapes) : ExamplePoint(); });
}

const std::optional<PrefillDecode>& Analysis::prefill_decode() const {
  return prefill_decode_.get([this] {
    return has_model() ? budget.apart([this] { return find_prefill_decode(network, shapes, costs); })
                       : std::optional<PrefillDecode>();
  });
}

namespace {

/// Whether one step always needs as much memory as another takes more than all other algebra of ordinary models, and keeps nothing that others
/// spell again.
constexpr std::uint64_t kStepsOfComparisons = 5'000'000;

void measure(Analysis& analysis, const AnalysisOptions& options) {
  if (options.best_order) {
    analysis.schedule = best_schedule(analysis.network, analysis.shapes, analysis.parameters, options.in_place, analysis.memory);
  } else {
    analysis.memory = measure_memory(analysis.network, analysis.shapes, analysis.parameters, {{}, options.in_place});
  }
}

}  // namespace

Analysis analyze(Network network, Diagnostics diagnostics, const AnalysisOptions& options) {
  Analysis analysis;
  analysis.network = std::move(network);
  analysis.budget = AlgebraBudget(analysis.network);
  AlgebraBudget& budget = analysis.budget;
  analysis.diagnostics = std::move(diagnostics);
  analysis.shapes = budget.within_first(
      [&] { return infer_shapes(analysis.network, options.bindings, analysis.diagnostics, options.custom_operators); });
  const bool is_noted = budget.was_spent();
  Diagnostics open = budget.apart([&] { return open_values(analysis.network, analysis.shapes); });
  std::move(open.begin(), open.end(), std::back_inserter(analysis.diagnostics));
  if (options.is_strict) take_declarations_strictly(analysis.diagnostics);
  analysis.parameters =
      budget.within([&] { return count_parameters(analysis.network, analysis.shapes, options.without_biases); });
  analysis.costs = budget.within([&] { return count_costs(analysis.network, analysis.shapes, analysis.diagnostics); });
  analysis.training_options = options.training;
  if (options.has_cuts)
    analysis.cuts = budget.apart([&] {
      return find_cuts(analysis.network, analysis.shapes, ElementwiseProvenances(analysis.network, analysis.shapes),
                       analysis.costs);
    });
  algebra::WorkBudget comparisons(kStepsOfComparisons, budget.apart(algebra::is_budget_spent));
  {
    const algebra::BudgetInForce in_force(comparisons);
    measure(analysis, options);
  }
  if ((budget.was_spent() || comparisons.was_spent()) && !is_noted) analysis.diagnostics.push_back(named_sizes({}));
  if (options.device) {
    analysis.device = options.device;
    analysis.roofline = budget.apart([&] {
      return find_roofline(analysis.network, analysis.shapes, analysis.parameters, analysis.costs, analysis.memory,
                           *options.device);
    });
  }
  analysis.bindings = applied(options.bindings, analysis.network, analysis.shapes.scopes.front());
  note_inputs_without_fields(analysis);
  return analysis;
}

}  // namespace macroscope
