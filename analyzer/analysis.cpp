#include "analyzer/analysis.h"

#include <fmt/format.h>

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
    return has_model() ? within_budget([this] { return find_receptive_fields(network, shapes); }) : ReceptiveFields();
  });
}

const Training& Analysis::training() const {
  return training_.get([this] {
    return has_model() ? within_budget([this] { return count_training(network, shapes, parameters, costs, training_options); })
                       : Training();
  });
}

const Initialization& Analysis::initialization() const {
  return initialization_.get([this] {
    return has_model() ? within_budget([this] { return find_fans(network, shapes, parameters); }) : Initialization();
  });
}

const Findings& Analysis::findings() const {
  return findings_.get([this] { return has_model() ? within_budget([this] { return find_all(*this); }) : Findings(); });
}

const std::optional<PrefillDecode>& Analysis::prefill_decode() const {
  return prefill_decode_.get([this] {
    return has_model() ? within_budget([this] { return find_prefill_decode(network, shapes, costs); })
                       : std::optional<PrefillDecode>();
  });
}

namespace {

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
  PassBudgets budgets;
  analysis.network = std::move(network);
  analysis.diagnostics = std::move(diagnostics);
  analysis.shapes = budgets.within(
      [&] { return infer_shapes(analysis.network, options.bindings, analysis.diagnostics, options.custom_operators); });
  const bool is_noted = budgets.is_spent();
  Diagnostics open = within_budget([&] { return open_values(analysis.network, analysis.shapes); });
  std::move(open.begin(), open.end(), std::back_inserter(analysis.diagnostics));
  if (options.is_strict) take_declarations_strictly(analysis.diagnostics);
  analysis.parameters =
      budgets.within([&] { return count_parameters(analysis.network, analysis.shapes, options.without_biases); });
  analysis.costs = budgets.within([&] { return count_costs(analysis.network, analysis.shapes, analysis.diagnostics); });
  analysis.training_options = options.training;
  if (options.has_cuts)
    analysis.cuts = within_budget([&] {
      return find_cuts(analysis.network, analysis.shapes, ElementwiseProvenances(analysis.network, analysis.shapes),
                       analysis.costs);
    });
  budgets.within([&] { measure(analysis, options); });
  if (budgets.is_spent() && !is_noted) analysis.diagnostics.push_back(named_sizes({}));
  if (options.device) {
    analysis.device = options.device;
    analysis.roofline = within_budget([&] {
      return find_roofline(analysis.network, analysis.shapes, analysis.parameters, analysis.costs, analysis.memory,
                           *options.device);
    });
  }
  analysis.bindings = applied(options.bindings, analysis.network, analysis.shapes.scopes.front());
  note_inputs_without_fields(analysis);
  return analysis;
}

}  // namespace macroscope
