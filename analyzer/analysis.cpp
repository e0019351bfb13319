#include "analyzer/analysis.h"

#include <fmt/format.h>

#include <utility>

namespace macroscope {
namespace {

/// Those that the model has a symbol for, under the name that it has there, however the user spelled it.
Bindings applied(const Bindings& wanted, const SymbolTable& symbols) {
  Bindings applied;
  for (const auto& [key, value] : wanted) {
    const Symbol* symbol = symbols.find_id(key);
    if (symbol == nullptr) symbol = symbols.find_name(key);
    if (symbol != nullptr) applied.insert_or_assign(symbol->name, value);
  }
  return applied;
}

}  // namespace

Analysis analyze(Network network, Diagnostics diagnostics, const AnalysisOptions& options) {
  Analysis analysis;
  analysis.network = std::move(network);
  analysis.network.custom_operators = options.custom_operators;
  analysis.diagnostics = std::move(diagnostics);
  analysis.shapes = infer_shapes(analysis.network, options.bindings, analysis.diagnostics);
  analysis.parameters = count_parameters(analysis.network, analysis.shapes);
  analysis.costs = count_costs(analysis.network, analysis.shapes, analysis.diagnostics);
  analysis.receptive_fields = find_receptive_fields(analysis.network, analysis.shapes);
  if (const std::size_t left_out = analysis.receptive_fields.inputs_left_out; left_out > 0)
    analysis.diagnostics.push_back({Severity::note,
                                    "fields-left-out",
                                    fmt::format("receptive fields are told of the first {} inputs, and of {} more they are not",
                                                analysis.receptive_fields.inputs.size(), left_out),
                                    {},
                                    {}});
  analysis.training = count_training(analysis.network, analysis.shapes, analysis.parameters, analysis.costs, options.training);
  analysis.initialization = find_fans(analysis.network, analysis.shapes, analysis.parameters);
  const Lineages lineages(analysis.network, analysis.shapes);
  analysis.growth = find_growth(analysis.network, analysis.shapes, lineages, analysis.parameters, analysis.costs);
  analysis.savings = find_savings(analysis.network, analysis.shapes, lineages, analysis.costs);
  analysis.redundancies = find_redundancies(analysis.network, analysis.shapes, lineages, analysis.parameters, analysis.costs);
  analysis.gradients = trace_gradients(analysis.network, analysis.shapes, lineages, analysis.costs);
  if (options.has_cuts) analysis.cuts = find_cuts(analysis.network, analysis.shapes, lineages, analysis.costs);
  analysis.generation = find_generation(analysis.network, analysis.shapes, analysis.costs);
  if (options.best_order) {
    analysis.schedule = best_schedule(analysis.network, analysis.shapes, analysis.parameters, options.in_place, analysis.memory);
  } else {
    analysis.memory = measure_memory(analysis.network, analysis.shapes, analysis.parameters, {{}, options.in_place});
  }
  if (options.device) {
    analysis.device = options.device;
    analysis.roofline =
        find_roofline(analysis.network, analysis.shapes, analysis.parameters, analysis.costs, analysis.memory, *options.device);
  }
  analysis.bindings = applied(options.bindings, analysis.network.symbols);
  return analysis;
}

}  // namespace macroscope
