#include "analyzer/passes/training/training.h"

#include <algorithm>
#include <map>

#include "analyzer/network/name_pattern.h"
#include "analyzer/passes/cost/repeat_count.h"
#include "analyzer/passes/cost/storage.h"
#include "analyzer/passes/training/activation_checkpointing.h"
#include "analyzer/passes/training/gradient_walk.h"

namespace macroscope {
namespace {

bool is_frozen(const TrainingOptions& options, const Network& network, const Parameter& parameter) {
  const Graph& graph = network.graphs[parameter.graph];
  const auto fits = [&](std::string_view name) {
    return !name.empty() && std::any_of(options.frozen.begin(), options.frozen.end(),
                                        [&](const std::string& pattern) { return matches(pattern, name); });
  };
  if (fits(graph.tensors[parameter.tensor].name)) return true;
  if (parameter.counted_at == kNone) return false;
  const Node& node = graph.nodes[parameter.counted_at];
  return fits(node.name) || fits(node.path);
}

bool is_learned(const Parameter& parameter) { return parameter.role == Role::weight && is_floating(parameter.dtype); }

int optimizer_copies(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::sgd:
      return 0;
    case Optimizer::momentum:
      return 1;
    case Optimizer::adam:
      break;
  }
  return 2;
}

/// What one copy of a graph holds.
struct Held {
  Dim weight_bytes, learned, gradient_bytes, master_bytes, optimizer_bytes;
};

/// By graph: bytes of what is stored and what is learned, as the options say it is held.
std::map<GraphId, Held> held_by_graphs(const TrainingOptions& options, const Parameters& parameters,
                                       const std::vector<bool>& learned) {
  std::map<GraphId, Held> graphs;
  for (std::size_t index = 0; index < parameters.rows.size(); ++index) {
    const Parameter& parameter = parameters.rows[index];
    if (parameter.same_as != kNone || parameter.role == Role::unused) continue;
    const bool is_halved = options.mixed_precision && parameter.dtype == DataType::float32 && parameter.role == Role::weight;
    const Dim held = is_halved ? bytes_of(DataType::float16, parameter.elements) : parameter.bytes;
    Held& graph = graphs[parameter.graph];
    graph.weight_bytes += held;
    if (!learned[index]) continue;
    graph.learned += parameter.elements;
    graph.gradient_bytes += held;
    if (is_halved) graph.master_bytes += parameter.bytes;
    graph.optimizer_bytes += parameter.bytes * optimizer_copies(options.optimizer);
  }
  return graphs;
}

void count_bytes(Training& training, const Network& network, const Parameters& parameters, const std::vector<bool>& learned) {
  for (const auto& [graph, held] : held_by_graphs(training.options, parameters, learned)) {
    training.weight_bytes += over_repeats(network, graph, held.weight_bytes);
    training.learned_parameters += over_repeats(network, graph, held.learned);
    training.gradient_bytes += over_repeats(network, graph, held.gradient_bytes);
    training.master_bytes += over_repeats(network, graph, held.master_bytes);
    training.optimizer_bytes += over_repeats(network, graph, held.optimizer_bytes);
  }
}

}  // namespace

std::string_view name_of(Optimizer optimizer) noexcept {
  switch (optimizer) {
    case Optimizer::sgd:
      return "sgd";
    case Optimizer::momentum:
      return "momentum";
    case Optimizer::adam:
      break;
  }
  return "adam";
}

Training count_training(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs,
                        const TrainingOptions& options) {
  Training training;
  training.options = options;
  training.nodes.resize(shapes.scopes.size());
  GradientWalk::Learned learned;
  for (const Graph& graph : network.graphs) learned.emplace_back(graph.tensors.size(), false);
  std::vector<bool> is_row_learned(parameters.rows.size(), false);
  for (std::size_t index = 0; index < parameters.rows.size(); ++index) {
    const Parameter& parameter = parameters.rows[index];
    if (!is_learned(parameter) || is_frozen(options, network, parameter)) continue;
    is_row_learned[index] = true;
    learned[parameter.graph][parameter.tensor] = true;
  }
  count_bytes(training, network, parameters, is_row_learned);
  const std::vector<GradientState> inputs(network.main().inputs.size(), {GradientState::Source::activation, false});
  GradientWalk walk(network, shapes, costs, learned, options, training.nodes);
  const GradientRun run = walk.run(0, inputs, nullptr);
  training.total = run.cost;
  training.saved_bytes = run.saved_bytes;
  training.are_bytes_known = run.are_bytes_known;
  training.macs = costs.total.macs + costs.side.macs + run.cost.input_macs + run.cost.weight_macs;
  training.activation_checkpointing = recomputed(network, shapes, costs, walk, run);
  return training;
}

}  // namespace macroscope
