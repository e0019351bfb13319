// Stored tensors: those that several layers share, those that nothing reads, and those that are weights only for want of a better word.
#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <unordered_set>

#include "analyzer/operators/custom.h"
#include "analyzer/passes/structure/redundancy_search.h"

namespace macroscope::redundancies {
namespace {

/// Of the tensors that are weights by default the largest are named, if they hold at least one parameter in a hundred.
constexpr std::size_t kNamedByDefault = 8;
constexpr int kShareByDefault = 100;

/// What reads a stored tensor, through nodes that only hand it on.
struct Uses {
  std::vector<NodeId> layers;    // each once, in order of the file
  std::vector<NodeId> weighted;  // those that take it as a weight, multiply by it, or pick from it
};

class Storage {
 public:
  Storage(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs)
      : network_(network),
        shapes_(shapes),
        parameters_(parameters),
        costs_(costs),
        readers_(network.graphs.size()),
        scope_of_(network.graphs.size(), kNone) {
    for (ScopeId id = 0; id < shapes.scopes.size(); ++id)
      if (scope_of_[shapes.scopes[id].graph] == kNone) scope_of_[shapes.scopes[id].graph] = id;
  }

  void find(Found& found) {
    find_unused(found);
    find_tied(found);
    find_by_default(found);
  }

 private:
  Opportunity of(Redundancy kind, const Parameter& parameter) const {
    Opportunity opportunity;
    opportunity.kind = kind;
    opportunity.scope = scope_of_[parameter.graph] == kNone ? 0 : scope_of_[parameter.graph];
    opportunity.tensors.push_back(parameter.tensor);
    return opportunity;
  }

  void find_unused(Found& found) const {
    for (const Parameter& parameter : parameters_.rows) {
      if (parameter.role != Role::unused || !is_seen(parameter)) continue;
      Opportunity opportunity = of(Redundancy::unused, parameter);
      opportunity.bytes = parameter.bytes;
      found.push_back(std::move(opportunity));
    }
  }

  /// Tensors of one range of an external file are one tensor.
  void find_tied(Found& found) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> same;
    for (std::uint32_t row = 0; row < parameters_.rows.size(); ++row)
      if (parameters_.rows[row].same_as != kNone) same[parameters_.rows[row].same_as].push_back(row);
    for (std::uint32_t row = 0; row < parameters_.rows.size(); ++row) {
      const Parameter& parameter = parameters_.rows[row];
      const auto copies = same.find(row);
      const bool is_shared = parameter.readers > 1 || copies != same.end();
      if (!is_shared || parameter.role != Role::weight || parameter.same_as != kNone || !is_seen(parameter)) continue;
      Opportunity opportunity = of(Redundancy::tied, parameter);
      opportunity.layers = uses_of(parameter).weighted;
      if (copies != same.end()) add_repeats(copies->second, parameter, opportunity);
      if (opportunity.layers.size() < 2) continue;
      const auto further = static_cast<std::int64_t>(opportunity.layers.size() - 1);
      opportunity.parameters = parameter.elements * further;
      opportunity.bytes = parameter.bytes * further;
      found.push_back(std::move(opportunity));
    }
  }

  void add_repeats(const std::vector<std::uint32_t>& copies, const Parameter& first, Opportunity& opportunity) {
    for (const std::uint32_t copy : copies) {
      const Parameter& parameter = parameters_.rows[copy];
      if (parameter.graph != first.graph) continue;
      const Uses uses = uses_of(parameter);
      opportunity.layers.insert(opportunity.layers.end(), uses.weighted.begin(), uses.weighted.end());
      opportunity.tensors.push_back(parameter.tensor);
    }
  }

  void find_by_default(Found& found) {
    std::vector<const Parameter*> rows;
    for (const Parameter& parameter : parameters_.rows) {
      const bool is_by_default = parameter.role == Role::weight && !parameter.by_position && parameter.same_as == kNone;
      if (is_by_default && is_seen(parameter) &&
          at_least(parameter.elements * kShareByDefault, parameters_.total(Role::weight)) == Certainty::always)
        rows.push_back(&parameter);
    }
    std::vector<Opportunity> named;
    for (const Parameter* parameter : rows) {
      Uses uses = uses_of(*parameter);
      if (!uses.weighted.empty()) continue;
      named.push_back(of(Redundancy::by_default, *parameter));
      named.back().layers = std::move(uses.layers);
      named.back().parameters = parameter->elements;
      named.back().bytes = parameter->bytes;
    }
    std::stable_sort(named.begin(), named.end(), [](const Opportunity& a, const Opportunity& b) {
      return a.parameters != b.parameters && at_least(a.parameters, b.parameters) == Certainty::always;
    });
    if (named.size() > kNamedByDefault) named.resize(kNamedByDefault);
    std::move(named.begin(), named.end(), std::back_inserter(found));
  }

  /// In a graph that is in the report.
  [[nodiscard]] bool is_seen(const Parameter& parameter) const {
    return scope_of_[parameter.graph] != kNone && !shapes_.scopes[scope_of_[parameter.graph]].internal;
  }

  Uses uses_of(const Parameter& parameter) {
    Uses uses;
    const Graph& graph = network_.graphs[parameter.graph];
    const Scope& scope = shapes_.scopes[scope_of_[parameter.graph]];
    if (!readers_[parameter.graph]) readers_[parameter.graph] = std::make_unique<const Readers>(network_, graph);
    std::vector<TensorId> pending{parameter.tensor};
    std::unordered_set<TensorId> visited;
    while (!pending.empty()) {
      const TensorId tensor = pending.back();
      pending.pop_back();
      if (!visited.insert(tensor).second) continue;
      for (const Reader& reader : readers_[parameter.graph]->of(tensor)) {
        const Node& node = graph.nodes[reader.node];
        const Operator* row = scope.operators[reader.node];
        const OperandRole role = reader.input == kNone ? OperandRole::data : role_of(row, reader.input);
        if (role == OperandRole::view) {
          std::copy_if(node.outputs.begin(), node.outputs.end(), std::back_inserter(pending),
                       [](TensorId t) { return t != kAbsent; });
          continue;
        }
        if (role == OperandRole::type) continue;
        uses.layers.push_back(reader.node);
        const bool picks = has(row, Trait::picks) && reader.input == 0;
        const bool is_multiplied = role == OperandRole::weight || role == OperandRole::bias || role == OperandRole::packed;
        const bool is_weighted = is_multiplied || picks || !costs_.nodes[scope_of_[parameter.graph]][reader.node].macs.is(0);
        if (is_weighted) uses.weighted.push_back(reader.node);
      }
    }
    for (std::vector<NodeId>* layers : {&uses.layers, &uses.weighted}) {
      std::sort(layers->begin(), layers->end());
      layers->erase(std::unique(layers->begin(), layers->end()), layers->end());
    }
    return uses;
  }

  const Network& network_;
  const Shapes& shapes_;
  const Parameters& parameters_;
  const Costs& costs_;
  std::vector<std::unique_ptr<const Readers>> readers_;
  /// By GraphId: the first scope that it runs in, or kNone.
  std::vector<ScopeId> scope_of_;
};

}  // namespace

void find_stored(const Network& network, const Shapes& shapes, const Parameters& parameters, const Costs& costs, Found& found) {
  try {
    Storage(network, shapes, parameters, costs).find(found);
  } catch (const AlgebraError&) {
    return;  // a sum past 128 bits
  }
}

}  // namespace macroscope::redundancies
