#include "analyzer/passes/shapes/branch_choice.h"

#include <algorithm>
#include <string_view>

#include "analyzer/operators/patterns.h"

namespace macroscope {
namespace {

/// Nodes between a comparison and the If that it decides.
constexpr int kMaxSteps = 16;

/// The integer of a content of one element.
std::optional<Dim> only_element(const Fact& fact) {
  const Integers* integers = fact.value ? fact.value->integers() : nullptr;
  return integers != nullptr && integers->size() == 1 ? integers->front() : std::nullopt;
}

bool hands_on(const Operator* row) {
  const bool gives_back = row != nullptr && row->identity == IdentityWhen::always;
  return gives_back || has(row, Trait::converts) || has(row, Trait::regroups);
}

bool squeezes(const Network& network, const Node& node, std::string_view branch) {
  for (const Attribute& attribute : node.attributes) {
    const auto* graph = std::get_if<GraphId>(&attribute.content);
    if (graph == nullptr || attribute.name != branch) continue;
    const std::vector<Node>& nodes = network.graphs[*graph].nodes;
    return std::any_of(nodes.begin(), nodes.end(), [](const Node& inner) { return patterns::is(inner, patterns::kSqueeze); });
  }
  return false;
}

bool is_named(const Dim& size) {
  const std::vector<std::string> symbols = size.symbols();
  return symbols.size() == 1 && size == Dim::symbol(symbols.front());
}

}  // namespace

Assumption SizeCondition::assumption(bool is_equal) const {
  return is_equal ? Assumption::equal(size, number) : Assumption::different(size, number);
}

std::optional<SizeCondition> size_condition(const Network& network, const Scope& scope, NodeId id) {
  const Graph& graph = network.graphs[scope.graph];
  const Node& node = graph.nodes[id];
  if (!patterns::is(node, patterns::kIf) || node.inputs.empty() || node.inputs.front() == kAbsent) return std::nullopt;
  const std::optional<Dim> known = only_element(scope.facts[node.inputs.front()]);
  if (known && known->is_number()) return std::nullopt;
  SizeCondition condition;
  TensorId tensor = node.inputs.front();
  for (int step = 0; step < kMaxSteps; ++step) {
    const NodeId producer = graph.tensors[tensor].producer;
    if (producer == kNone) return std::nullopt;
    const Node& maker = graph.nodes[producer];
    if (maker.inputs.empty() || maker.inputs.front() == kAbsent) return std::nullopt;
    const bool turns_over = patterns::is(maker, patterns::kNot);
    if (turns_over) condition.is_true_where_equal = !condition.is_true_where_equal;
    if (turns_over || hands_on(scope.operators[producer])) {
      tensor = maker.inputs.front();
      continue;
    }
    if (!patterns::is(maker, patterns::kEqual) || maker.inputs.size() != 2 || maker.inputs.back() == kAbsent) return std::nullopt;
    std::optional<Dim> size = only_element(scope.facts[maker.inputs.front()]);
    std::optional<Dim> number = only_element(scope.facts[maker.inputs.back()]);
    if (!size || !number) return std::nullopt;
    if (size->is_number()) std::swap(size, number);
    if (size->is_number() || !number->is_number()) return std::nullopt;
    condition.size = *std::move(size);
    condition.number = *std::move(number);
    condition.is_taken_as_equal =
        !is_named(condition.size) && squeezes(network, node, condition.is_true_where_equal ? "then_branch" : "else_branch");
    return condition;
  }
  return std::nullopt;
}

}  // namespace macroscope
