#include "analyzer/passes/cost/parameters.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "analyzer/algebra/summation.h"
#include "analyzer/network/large_table.h"
#include "analyzer/operators/attribute_parameters.h"
#include "analyzer/operators/constant_node.h"
#include "analyzer/operators/notation/window.h"
#include "analyzer/passes/cost/external_tensors.h"
#include "analyzer/passes/cost/parameter_uses.h"
#include "analyzer/passes/cost/simulated_precision.h"
#include "analyzer/passes/cost/storage.h"

namespace macroscope {
namespace {

Role role_of(const Following& found, const Parameter& parameter) {
  switch (found.use) {
    case Use::by_position:
      // One number that Expand lays out in a weight's place was filled in, not learned.
      return found.spread && parameter.elements.is(1) ? Role::constant : Role::weight;
    case Use::statistic:
      return Role::statistic;
    case Use::quantisation:
      return Role::quantisation;
    case Use::constant:
      return Role::constant;
    case Use::none:
      return Role::unused;
    case Use::anything:
      break;
  }
  const bool computed_as_floating = is_floating(parameter.dtype) || found.dequantised;
  return computed_as_floating && !parameter.elements.is(1) ? Role::weight : Role::constant;
}

/// Who exported the file may know better than its readers tell: rotary tables and stored masks are no parameters, and a learned number is one.
Role role_as_declared(Role role, Declared declared) {
  if (declared == Declared::parameter && role != Role::unused) return Role::weight;
  if (declared == Declared::other && role == Role::weight) return Role::constant;
  return role;
}

class CountingParameters {
 public:
  CountingParameters(const Network& network, const Shapes& shapes, Parameters& parameters)
      : network_(network),
        shapes_(shapes),
        parameters_(parameters),
        scopes_(network.graphs.size(), nullptr),
        uses_(network, shapes),
        simulated_bits_(shapes.scopes.empty() ? std::unordered_map<TensorId, int>()
                                              : simulated_bits(network, shapes.scopes.front())),
        ranges_(network) {
    for (const Scope& scope : shapes.scopes) scopes_[scope.graph] = &scope;
  }

  void count() {
    std::size_t stored = 0;
    for (const Graph& graph : network_.graphs) {
      parameters_.of_node.emplace_back(graph.nodes.size());
      stored += graph.stored.size();
    }
    reserve_large(parameters_.rows, stored);
    for (GraphId graph = 0; graph < network_.graphs.size(); ++graph) {
      held_ = {};
      count_initializers(graph);
      count_constants(graph);
      count_attributes(graph);
      add_all_repeats(graph);
    }
  }

 private:
  void count_initializers(GraphId graph) {
    const Graph& stored_in = network_.graphs[graph];
    for (TensorId tensor = 0; tensor < stored_in.tensors.size(); ++tensor) {
      const std::uint32_t index = stored_in.tensors[tensor].stored;
      if (index != kNone) count_stored(graph, tensor, stored_in.stored[index]);
    }
  }

  void count_constants(GraphId graph) {
    const std::vector<Node>& nodes = network_.graphs[graph].nodes;
    const Scope* scope = scopes_[graph];
    for (NodeId id = 0; id < nodes.size(); ++id) {
      const Node& node = nodes[id];
      if (node.outputs.empty() || node.outputs.front() == kAbsent) continue;
      const bool is_known = scope != nullptr;  // a graph that nothing runs has constants all the same
      if (is_known ? has(scope->operators[id], Trait::holds_constant) : holds_constant(node)) count_constant(graph, node);
      if (is_known ? has(scope->operators[id], Trait::fills_shape) : fills_shape(node)) count_filled(graph, node);
    }
  }

  /// What a node holds in its attributes is learned, and nothing else reads it.
  void count_attributes(GraphId graph) {
    const std::vector<Node>& nodes = network_.graphs[graph].nodes;
    for (NodeId node = 0; node < nodes.size(); ++node) {
      const AttributeParameters held = parameters_in_attributes(nodes[node]);
      if (held.elements == 0) continue;
      ParameterTotals& totals = network_.graphs[graph].is_side(node) ? held_.side : held_.inference;
      totals.elements[static_cast<std::size_t>(Role::weight)] += held.elements;
      totals.effective_weights += held.elements;
      totals.weight_bytes += held.bytes;
      parameters_.of_node[graph][node] += held.elements;
      held_.at_nodes += held.elements;
    }
  }

  void count_constant(GraphId graph, const Node& node) {
    for (const Attribute& attribute : node.attributes) {
      if (const auto* tensor = std::get_if<const StoredTensor*>(&attribute.content)) {
        count_stored(graph, node.outputs.front(), **tensor);
      } else if (const auto* reals = std::get_if<std::span<const float>>(&attribute.content)) {
        add(graph, node.outputs.front(), DataType::float32, Dim::of_size(reals->size()));
      } else if (std::holds_alternative<double>(attribute.content)) {
        add(graph, node.outputs.front(), DataType::float32, 1);
      } else if (const auto* integers = std::get_if<std::span<const std::int64_t>>(&attribute.content)) {
        add(graph, node.outputs.front(), DataType::int64, Dim::of_size(integers->size()));
      } else if (std::holds_alternative<std::int64_t>(attribute.content)) {
        add(graph, node.outputs.front(), DataType::int64, 1);
      }
    }
  }

  /// A tensor that is filled with one number by a shape that the file itself states stands for a weight where only a weight can stand.
  void count_filled(GraphId graph, const Node& node) {
    const Graph& in = network_.graphs[graph];
    if (node.inputs.empty() || node.inputs.front() == kAbsent || !is_stated(in, node.inputs.front())) return;
    const auto scope =
        std::find_if(shapes_.scopes.begin(), shapes_.scopes.end(), [&](const Scope& s) { return s.graph == graph; });
    if (scope == shapes_.scopes.end()) return;
    const Type& type = scope->facts[node.outputs.front()].type;
    if (!type.shape.known() || !type.shape.is_numeric() || !is_floating(type.dtype)) return;
    Parameter parameter = make(graph, node.outputs.front(), type.dtype, type.shape.elements());
    if (parameter.by_position) keep(std::move(parameter));
  }

  static bool is_stated(const Graph& graph, TensorId tensor) {
    const Tensor& shape = graph.tensors[tensor];
    return shape.stored != kNone || (shape.producer != kNone && holds_constant(graph.nodes[shape.producer]));
  }

  void count_stored(GraphId graph, TensorId tensor, const StoredTensor& stored) {
    Dim elements = 1;
    if (stored.symbolic_shape != nullptr) elements = stored.symbolic_shape->elements();
    for (const std::int64_t dim : stored.dims) elements *= dim;
    Parameter parameter = make(graph, tensor, stored.dtype, elements);
    parameter.role = role_as_declared(parameter.role, stored.declared);
    if (stored.mask != TapMask::none) parameter.effective_elements = kept_by_mask(stored);
    if (const std::optional<ExternalRanges::Range> range = ranges_.range_of(stored)) {
      const auto [first, is_new] = external_.try_emplace(*range, parameters_.rows.size());
      if (!is_new) parameter.same_as = static_cast<std::uint32_t>(first->second);
    }
    keep(std::move(parameter));
  }

  /// A mask keeps the same taps for each pair of channels.
  static Dim kept_by_mask(const StoredTensor& stored) {
    const Shape shape = shape_of(stored);
    return shape[0] * shape[1] * taps_kept(shape.dims().subspan(2), stored.mask);
  }

  void add(GraphId graph, TensorId tensor, DataType dtype, const Dim& elements) { keep(make(graph, tensor, dtype, elements)); }

  Parameter make(GraphId graph, TensorId tensor, DataType dtype, const Dim& elements) {
    Parameter parameter;
    parameter.graph = graph;
    parameter.tensor = tensor;
    parameter.dtype = dtype;
    parameter.elements = elements;
    const Following found = uses_.follow(graph, tensor);
    parameter.role = role_of(found, parameter);
    parameter.by_position = found.use < Use::constant;
    parameter.is_bias = found.readers > 0 && found.readers_as_bias == found.readers;
    parameter.counted_at = found.first_reader;
    parameter.readers = found.readers;
    parameter.side = found.side;
    if (bits_of(dtype)) parameter.bytes = bytes_of(dtype, elements);
    if (const auto rounded = graph == 0 ? simulated_bits_.find(tensor) : simulated_bits_.end(); rounded != simulated_bits_.end())
      parameter.bytes = ceil_div(elements * rounded->second, 8);
    if (found.packed_elements && parameter.role == Role::weight) parameter.elements = *found.packed_elements;
    return parameter;
  }

  void keep(Parameter parameter) {
    if (parameter.same_as == kNone) {
      ParameterTotals& totals = parameter.side ? held_.side : held_.inference;
      const bool counts = parameters_.counts(parameter);
      const bool is_left_out = parameter.role == Role::weight && !counts;
      Dim& elements = is_left_out ? totals.biases_left_out : totals.elements[static_cast<std::size_t>(parameter.role)];
      elements += parameter.elements;
      if (parameter.role != Role::unused) totals.weight_bytes += parameter.bytes;
      if (counts) totals.effective_weights += parameter.effective_elements.value_or(parameter.elements);
      if (counts && parameter.counted_at != kNone) {
        parameters_.of_node[parameter.graph][parameter.counted_at] += parameter.elements;
        held_.at_nodes += parameter.elements;
      }
    }
    parameters_.rows.push_back(std::move(parameter));
  }

  /// A graph that is repeated has stored tensors of its own in each copy.  They are summed over a graph first, which makes one quotient of
  /// what each of them leaves.
  void add_all_repeats(GraphId graph) {
    Dim at_nodes = held_.at_nodes;
    for (GraphId inner = graph; inner != kNone; inner = network_.graphs[inner].parent) {
      const auto& repetition = network_.graphs[inner].repetition;
      if (!repetition) continue;
      const auto sum = [&](Dim& quantity) { quantity = sum_over_repeats(quantity, repetition->index, repetition->count); };
      for (ParameterTotals* totals : {&held_.inference, &held_.side}) {
        for (Dim& elements : totals->elements) sum(elements);
        sum(totals->weight_bytes);
        sum(totals->effective_weights);
        sum(totals->biases_left_out);
      }
      sum(at_nodes);
      count_at_repeat(at_nodes, inner);
    }
    add(parameters_.totals, held_.inference);
    add(parameters_.side, held_.side);
  }

  static void add(ParameterTotals& totals, const ParameterTotals& further) {
    for (std::size_t role = 0; role < kRoles; ++role) totals.elements[role] += further.elements[role];
    totals.weight_bytes += further.weight_bytes;
    totals.effective_weights += further.effective_weights;
    totals.biases_left_out += further.biases_left_out;
  }

  /// The node that repeats a graph counts what all copies hold.
  void count_at_repeat(const Dim& elements, GraphId graph) {
    const GraphId parent = network_.graphs[graph].parent;
    const std::vector<Node>& nodes = network_.graphs[parent].nodes;
    const auto runs = [&](const Node& node) {
      return std::any_of(node.attributes.begin(), node.attributes.end(), [&](const Attribute& attribute) {
        const auto* nested = std::get_if<GraphId>(&attribute.content);
        return nested != nullptr && *nested == graph;
      });
    };
    const auto node = std::find_if(nodes.begin(), nodes.end(), runs);
    if (node != nodes.end()) parameters_.of_node[parent][static_cast<std::size_t>(node - nodes.begin())] += elements;
  }

  /// What the graph that is being counted holds, of one copy.
  struct Held {
    ParameterTotals inference, side;
    Dim at_nodes;
  };

  const Network& network_;
  const Shapes& shapes_;
  Parameters& parameters_;
  Held held_;
  /// By graph: one in which it runs, or null.
  std::vector<const Scope*> scopes_;
  UseSearch uses_;
  /// Of stored tensors that are rounded to a few bits before anything computes with them.
  std::unordered_map<TensorId, int> simulated_bits_;
  ExternalRanges ranges_;
  std::map<ExternalRanges::Range, std::size_t> external_;
};

}  // namespace

std::string_view name_of(Role role) noexcept {
  switch (role) {
    case Role::weight:
      return "weight";
    case Role::statistic:
      return "statistic";
    case Role::quantisation:
      return "quantisation";
    case Role::constant:
      return "constant";
    case Role::unused:
      break;
  }
  return "unused";
}

Parameters count_parameters(const Network& network, const Shapes& shapes, bool without_biases) {
  Parameters parameters;
  parameters.without_biases = without_biases;
  CountingParameters(network, shapes, parameters).count();
  return parameters;
}

}  // namespace macroscope
