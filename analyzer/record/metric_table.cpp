#include "analyzer/record/metric_table.h"

#include <iterator>
#include <utility>
#include <vector>

namespace macroscope {
namespace {

template <Flop kind>
Dim flops_of_kind(const Cost& cost) {
  return cost.flops_by_kind[static_cast<std::size_t>(kind)];
}

template <Role role>
std::optional<Quantity> stored_as(const Analysis& analysis) {
  return Quantity{analysis.parameters.total(role)};
}

std::optional<Quantity> peak_of_model(const Analysis& analysis) {
  if (!analysis.memory.peak) return std::nullopt;
  return Quantity{*analysis.memory.peak, !analysis.memory.is_complete};
}

std::optional<Quantity> parameters_of_layer(const Analysis& analysis, ScopeId scope, NodeId node) {
  return Quantity{analysis.parameters.of_node[analysis.shapes.scopes[scope].graph][node]};
}

/// Calls back with each stored tensor that the layer counts.
template <typename Visit>
void for_each_parameter_at(const Analysis& analysis, ScopeId scope, NodeId node, const Visit& visit) {
  const GraphId graph = analysis.shapes.scopes[scope].graph;
  for (const Parameter& parameter : analysis.parameters.rows)
    if (parameter.graph == graph && parameter.counted_at == node && parameter.same_as == kNone) visit(parameter);
}

std::optional<Quantity> effective_parameters_of_layer(const Analysis& analysis, ScopeId scope, NodeId node) {
  Dim sum = analysis.parameters.of_node[analysis.shapes.scopes[scope].graph][node];
  for_each_parameter_at(analysis, scope, node, [&](const Parameter& parameter) {
    if (parameter.effective_elements) sum += *parameter.effective_elements - parameter.elements;
  });
  return Quantity{std::move(sum)};
}

std::optional<Quantity> weight_bytes_of_layer(const Analysis& analysis, ScopeId scope, NodeId node) {
  Dim sum;
  for_each_parameter_at(analysis, scope, node, [&](const Parameter& parameter) {
    if (parameter.role != Role::unused) sum += parameter.bytes;
  });
  return Quantity{std::move(sum)};
}

std::optional<Quantity> training_macs_of_layer(const Analysis& analysis, ScopeId scope, NodeId node) {
  const Cost& forward = analysis.costs.nodes[scope][node];
  const std::vector<GradientCost>& gradients = analysis.training().nodes[scope];
  const GradientCost gradient = node < gradients.size() ? gradients[node] : GradientCost{};
  return known_part(forward.macs + gradient.input_macs + gradient.weight_macs,
                    forward.status != Status::unknown && gradient.is_known);
}

std::optional<Quantity> largest_receptive_field(const Analysis& analysis) {
  const ReceptiveFields& fields = analysis.receptive_fields();
  const Scope& scope = analysis.shapes.scopes.front();
  std::optional<Quantity> most;
  for (const TensorId output : analysis.network.main().outputs) {
    for (const InputField& field : fields.of(output, analysis.shapes)) {
      const TrackedInput& input = fields.inputs[field.input];
      const Shape& shape = scope.facts[input.tensor].type.shape;
      for (std::size_t i = 0; i < field.axes.size(); ++i) {
        const AxisField& axis = field.axes[i];
        const bool is_all = axis.kind == AxisField::Kind::all;
        const bool is_known = is_all ? shape.known() : axis.kind == AxisField::Kind::extent;
        const Dim size = !is_known ? Dim(0) : is_all ? shape[input.axes[i]] : axis.size;
        most = most ? Quantity{max(most->value, size), most->at_least || !is_known} : Quantity{size, !is_known};
      }
    }
  }
  return most;
}

// In the order of Metric, and of every list that is made of it.
constexpr MetricRow kTable[] = {
    {.metric = Metric::parameters,
     .name = "parameters",
     .words = "parameters",
     .uses = {.column = true, .recorded = true, .certain = true},
     .convention = "Elements of stored weights and biases. A tensor with several readers counts once, at the first of them; "
                   "running statistics, quantisation scales and constants are counted apart.",
     .share_title = "% params",
     .expected_as = {"params", "parameters"},
     .of_model = stored_as<Role::weight>,
     .of_layer = parameters_of_layer},
    {.metric = Metric::effective_parameters,
     .name = "effective_parameters",
     .words = "effective parameters",
     .uses = {.recorded = true, .certain = true},
     .convention = "Parameters without weights that a mask switches off.",
     .expected_as = {"effective_params"},
     .of_model = [](const Analysis& analysis) -> std::optional<Quantity> {
       return Quantity{analysis.parameters.totals.effective_weights};
     },
     .of_layer = effective_parameters_of_layer},
    {.metric = Metric::statistics,
     .name = "statistics",
     .words = "statistics",
     .uses = {.recorded = true, .certain = true},
     .convention = "Running mean and variance of normalisations.",
     .of_model = stored_as<Role::statistic>},
    {.metric = Metric::quantisation,
     .name = "quantisation",
     .words = "quantisation values",
     .uses = {.recorded = true, .certain = true},
     .convention = "Scales and zero points.",
     .of_model = stored_as<Role::quantisation>},
    {.metric = Metric::constants,
     .name = "constants",
     .words = "constants",
     .uses = {.recorded = true, .certain = true},
     .convention = "Stored numbers that steer operators: sizes, limits, initial states.",
     .of_model = stored_as<Role::constant>},
    {.metric = Metric::biases_left_out,
     .name = "biases_left_out",
     .words = "biases left out",
     .uses = {.certain = true},
     .convention = "Only with --bias exclude: what biases hold, which are no part of parameters.",
     .of_model = [](const Analysis& analysis) -> std::optional<Quantity> {
       return Quantity{analysis.parameters.totals.biases_left_out};
     }},
    {.metric = Metric::weight_bytes,
     .name = "weight_bytes",
     .words = "weights",
     .unit = Unit::bytes,
     .uses = {.recorded = true, .certain = true},
     .convention = "Bytes of all stored tensors that something reads, in their stored types.",
     .expected_as = {"bytes"},
     .of_model = [](const Analysis& analysis) -> std::optional<Quantity> {
       return Quantity{analysis.parameters.totals.weight_bytes};
     },
     .of_layer = weight_bytes_of_layer},
    {.metric = Metric::macs,
     .name = "macs",
     .words = "MACs",
     .uses = {.column = true, .recorded = true},
     .convention =
         "Multiplications together with the addition that accumulates them, inside contractions: convolutions, matrix products, "
         "attention, recurrent cells. Work on padding counts. No biases, no normalisation, no activations. 1 MAC = 2 FLOPs.",
     .share_title = "% MACs",
     .expected_as = {"macs"},
     .of_cost = [](const Cost& cost) { return cost.macs; }},
    {.metric = Metric::effective_macs,
     .name = "effective_macs",
     .words = "effective MACs",
     .uses = {.column = true, .recorded = true},
     .convention = "MACs without work on what is known to be zero: taps in the padding, what a transposed convolution crops, "
                   "keys behind a causal mask, masked weights.",
     .share_title = "% eff. MACs",
     .expected_as = {"effective_macs"},
     .of_cost = [](const Cost& cost) { return cost.effective_macs; }},
    {.metric = Metric::flops,
     .name = "flops",
     .words = "FLOPs",
     .uses = {.column = true, .recorded = true},
     .convention = "2 for each floating-point MAC, and add + mul + div + compare + special.",
     .share_title = "% FLOPs",
     .expected_as = {"flops"},
     .of_cost = [](const Cost& cost) { return cost.flops(); }},
    {.metric = Metric::int_ops,
     .name = "int_ops",
     .words = "integer ops",
     .uses = {.column = true, .recorded = true},
     .convention = "2 for each MAC on integers; they are no FLOPs.",
     .title = "int ops",
     .share_title = "% int ops",
     .of_cost = [](const Cost& cost) { return cost.int_ops(); }},
    {.metric = Metric::add,
     .name = "add",
     .words = "add",
     .uses = {.column = true},
     .convention = "Floating-point additions and subtractions outside of MACs, biases included.",
     .place_in_totals = "flops_by_kind.add",
     .share_title = "% add",
     .of_cost = flops_of_kind<Flop::add>},
    {.metric = Metric::mul,
     .name = "mul",
     .words = "mul",
     .uses = {.column = true},
     .convention = "Floating-point multiplications outside of MACs.",
     .place_in_totals = "flops_by_kind.mul",
     .share_title = "% mul",
     .of_cost = flops_of_kind<Flop::mul>},
    {.metric = Metric::div,
     .name = "div",
     .words = "div",
     .uses = {.column = true},
     .convention = "Floating-point divisions.",
     .place_in_totals = "flops_by_kind.div",
     .share_title = "% div",
     .of_cost = flops_of_kind<Flop::div>},
    {.metric = Metric::compare,
     .name = "compare",
     .words = "compare",
     .uses = {.column = true},
     .convention = "Floating-point comparisons, absolute values, roundings.",
     .place_in_totals = "flops_by_kind.compare",
     .share_title = "% compare",
     .of_cost = flops_of_kind<Flop::compare>},
    {.metric = Metric::special,
     .name = "special",
     .words = "special",
     .uses = {.column = true},
     .convention = "Evaluations of exp, log, erf, sqrt, sin and the like, each counted as one.",
     .place_in_totals = "flops_by_kind.special",
     .share_title = "% special",
     .of_cost = flops_of_kind<Flop::special>},
    {.metric = Metric::activation_bytes,
     .name = "activation_bytes",
     .words = "activations",
     .unit = Unit::bytes,
     .uses = {.recorded = true},
     .convention = "Bytes of the outputs of all layers, without views, constants and the integers of shape arithmetic.",
     .of_model = [](const Analysis& analysis) -> std::optional<Quantity> {
       return Quantity{analysis.costs.activation_bytes, !analysis.costs.complete};
     }},
    {.metric = Metric::peak_bytes,
     .name = "peak_bytes",
     .words = "peak memory",
     .unit = Unit::bytes,
     .uses = {.recorded = true},
     .convention = "The most that is alive at once, weights aside, when layers run in the order of the file. A tensor lives from "
                   "the layer that makes it to the last one that reads it.",
     .place_in_totals = "peak.bytes",
     .expected_as = {"peak_bytes"},
     .of_model = peak_of_model},
    {.metric = Metric::bytes_read,
     .name = "bytes_read",
     .words = "bytes read",
     .unit = Unit::bytes,
     .uses = {.column = true, .recorded = true},
     .convention = "Bytes of all inputs of each layer, stored weights included, each read once a layer.",
     .share_title = "% read",
     .of_cost = [](const Cost& cost) { return cost.bytes_read; }},
    {.metric = Metric::bytes_written,
     .name = "bytes_written",
     .words = "bytes written",
     .unit = Unit::bytes,
     .uses = {.column = true, .recorded = true},
     .convention = "Bytes of all outputs of each layer.",
     .share_title = "% written",
     .of_cost = [](const Cost& cost) { return cost.bytes_written; }},
    {.metric = Metric::input_gradient_macs,
     .name = "input_gradient_macs",
     .words = "MACs of gradients of activations",
     .convention = "MACs of the gradients of what layers read, for layers that hand a gradient on.",
     .place_in_totals = "training.input_gradient_macs",
     .of_training = [](const Training& training) { return training.total.input_macs; }},
    {.metric = Metric::weight_gradient_macs,
     .name = "weight_gradient_macs",
     .words = "MACs of gradients of weights",
     .convention = "MACs of the gradients of weights that learn.",
     .place_in_totals = "training.weight_gradient_macs",
     .of_training = [](const Training& training) { return training.total.weight_macs; }},
    {.metric = Metric::training_macs,
     .name = "training_macs",
     .words = "training MACs",
     .uses = {.column = true, .recorded = true},
     .convention = "Forward and both gradients of one step, side outputs included.",
     .place_in_totals = "training.macs",
     .share_title = "% training",
     .expected_as = {"training_macs"},
     .of_training = [](const Training& training) { return training.macs; },
     .of_layer = training_macs_of_layer},
    {.metric = Metric::learned_parameters,
     .name = "learned_parameters",
     .words = "learned parameters",
     .uses = {.certain = true},
     .convention = "Parameters that get a gradient.",
     .place_in_totals = "training.learned_parameters",
     .of_training = [](const Training& training) { return training.learned_parameters; }},
    {.metric = Metric::training_weight_bytes,
     .name = "training_weight_bytes",
     .words = "weights of training",
     .unit = Unit::bytes,
     .uses = {.certain = true},
     .convention = "Bytes of the weights in the type that the step computes in.",
     .place_in_totals = "training.weight_bytes",
     .of_training = [](const Training& training) { return training.weight_bytes; }},
    {.metric = Metric::master_bytes,
     .name = "master_bytes",
     .words = "copies of weights",
     .unit = Unit::bytes,
     .uses = {.certain = true},
     .convention = "Bytes of the copies of weights in float32 that mixed precision keeps.",
     .place_in_totals = "training.master_bytes",
     .of_training = [](const Training& training) { return training.master_bytes; }},
    {.metric = Metric::gradient_bytes,
     .name = "gradient_bytes",
     .words = "gradients",
     .unit = Unit::bytes,
     .uses = {.certain = true},
     .convention = "Bytes of a gradient for each parameter that learns.",
     .place_in_totals = "training.gradient_bytes",
     .of_training = [](const Training& training) { return training.gradient_bytes; }},
    {.metric = Metric::optimizer_bytes,
     .name = "optimizer_bytes",
     .words = "state of the optimizer",
     .unit = Unit::bytes,
     .uses = {.certain = true},
     .convention = "Bytes of those copies.",
     .place_in_totals = "training.optimizer_bytes",
     .of_training = [](const Training& training) { return training.optimizer_bytes; }},
    {.metric = Metric::saved_bytes,
     .name = "saved_bytes",
     .words = "saved activations",
     .unit = Unit::bytes,
     .convention = "Bytes of activations that backward needs again.",
     .place_in_totals = "training.saved_bytes",
     .of_training = [](const Training& training) { return training.saved_bytes; }},
    {.metric = Metric::training_bytes,
     .name = "training_bytes",
     .words = "memory of training",
     .unit = Unit::bytes,
     .convention = "Weights, copies, gradients, state of the optimizer and saved activations together.",
     .place_in_totals = "training.bytes",
     .of_training = [](const Training& training) { return training.bytes(); }},
    {.metric = Metric::recomputation_segments,
     .name = "recomputation_segments",
     .words = "segments of recomputation",
     .uses = {.certain = true},
     .convention = "Pieces that the model falls into if activations are kept only between them.",
     .place_in_totals = "training.recomputation.segments",
     .of_training = [](const Training& training) { return Dim::of_int128(training.activation_checkpointing.segments); }},
    {.metric = Metric::recomputation_saved_bytes,
     .name = "recomputation_saved_bytes",
     .words = "saved activations with recomputation",
     .unit = Unit::bytes,
     .convention = "Bytes that are kept then, with those of the piece that is computed again.",
     .place_in_totals = "training.recomputation.saved_bytes",
     .of_training = [](const Training& training) { return training.activation_checkpointing.saved_bytes; }},
    {.metric = Metric::recomputation_macs,
     .name = "recomputation_macs",
     .words = "MACs of recomputation",
     .convention = "MACs that are computed a second time for it.",
     .place_in_totals = "training.recomputation.macs",
     .of_training = [](const Training& training) { return training.activation_checkpointing.macs; }},
    {.metric = Metric::receptive_field,
     .name = "receptive_field",
     .words = "receptive field",
     .uses = {.recorded = true, .total = false},
     .convention = "The most positions that an output of the model reads along any spatial axis of an input.",
     .of_model = largest_receptive_field},
    {.metric = Metric::nodes,
     .name = "nodes",
     .words = "nodes",
     .uses = {.recorded = true, .total = false},
     .convention = "Nodes of all graphs of the model, each once.",
     .of_model = [](const Analysis& analysis) -> std::optional<Quantity> {
       return Quantity{Dim::of_int128(analysis.costs.node_count)};
     }},
    {.metric = Metric::file_bytes,
     .name = "file_bytes",
     .words = "size of file",
     .unit = Unit::bytes,
     .uses = {.recorded = true, .total = false},
     .convention = "Bytes of the model's file, without external data."},
};
static_assert(std::size(kTable) == kMetrics);

}  // namespace

std::span<const MetricRow> metric_table() noexcept { return kTable; }

std::optional<Quantity> known_part(Dim sum, bool is_complete) {
  if (!is_complete && sum.is(0)) return std::nullopt;
  return Quantity{std::move(sum), !is_complete};
}

}  // namespace macroscope
