#include "analyzer/analysis.h"

#include <utility>

namespace macroscope {

Analysis analyze(Network network, Diagnostics diagnostics, const AnalysisOptions& options) {
  Analysis analysis;
  analysis.network = std::move(network);
  analysis.network.custom_operators = options.custom_operators;
  analysis.diagnostics = std::move(diagnostics);
  analysis.shapes = infer_shapes(analysis.network, options.bindings, analysis.diagnostics);
  analysis.parameters = count_parameters(analysis.network, analysis.shapes);
  analysis.costs = count_costs(analysis.network, analysis.shapes, analysis.diagnostics);
  return analysis;
}

}  // namespace macroscope
