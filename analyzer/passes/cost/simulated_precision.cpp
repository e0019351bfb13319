#include "analyzer/passes/cost/simulated_precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "analyzer/operators/operator.h"
#include "analyzer/operators/patterns.h"

namespace macroscope {
namespace {

constexpr int kMostBits = 64;
/// Nodes that only arrange: exporters write a handful, and nodes may take each other's outputs.
constexpr int kMostBetween = 64;

bool is_signed(const Node& node) {
  const auto found = std::find_if(node.attributes.begin(), node.attributes.end(),
                                  [](const Attribute& attribute) { return attribute.name == "signed"; });
  const auto* flag = found == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->content);
  return flag == nullptr || *flag != 0;
}

/// Nodes that round stored tensors and activations to the bits that their operands name.
class Rounding {
 public:
  Rounding(const Network& network, const Scope& scope) : graph_(network.main()), scope_(scope) {}

  /// The type that a node rounds to; empty where it rounds nothing, or its operands do not tell.
  [[nodiscard]] std::optional<SimulatedType> type_of(const Node& node) const {
    if (!patterns::rounds(node)) return std::nullopt;
    if (node.op == patterns::kBipolarQuant) return SimulatedType{false, true, 1};
    if (node.op == patterns::kFloatQuant) {
      const std::optional<int> exponent = integer_at(node, 2);
      const std::optional<int> mantissa = integer_at(node, 3);
      if (!exponent || !mantissa) return std::nullopt;
      return SimulatedType{true, true, 1 + *exponent + *mantissa};
    }
    const std::optional<int> bits = integer_at(node, node.op == patterns::kTrunc ? 4 : 3);
    if (!bits) return std::nullopt;
    return SimulatedType{false, is_signed(node), *bits};
  }

  /// The node that rounded a tensor, seen through what only arranges it.
  [[nodiscard]] const Node* rounded_by(TensorId tensor) const {
    const Node* producer = producer_of(origin_of(tensor));
    return producer != nullptr && patterns::rounds(*producer) ? producer : nullptr;
  }

  /// What a tensor was before it was only arranged.
  [[nodiscard]] TensorId origin_of(TensorId tensor) const {
    for (int steps = 0; steps < kMostBetween; ++steps) {
      const Node* producer = producer_of(tensor);
      if (producer == nullptr || !only_arranges(*producer) || producer->inputs.empty()) break;
      tensor = producer->inputs.front();
    }
    return tensor;
  }

  [[nodiscard]] std::string name_of_type(TensorId tensor) const {
    if (tensor == kAbsent) return std::string(name_of(DataType::unknown));
    const Node* rounding = rounded_by(tensor);
    const std::optional<SimulatedType> type = rounding == nullptr ? std::nullopt : type_of(*rounding);
    return type ? type->name() : std::string(name_of(scope_.facts[tensor].type.dtype));
  }

 private:
  [[nodiscard]] const Node* producer_of(TensorId tensor) const {
    const NodeId producer = tensor == kAbsent ? kNone : graph_.tensors[tensor].producer;
    return producer == kNone ? nullptr : &graph_.nodes[producer];
  }

  [[nodiscard]] bool only_arranges(const Node& node) const {
    const Operator* row = scope_.operators[static_cast<NodeId>(&node - graph_.nodes.data())];
    return has(row, Trait::view) || has(row, Trait::regroups) || has(row, Trait::permutes) || has(row, Trait::converts);
  }

  /// A stored whole number.
  [[nodiscard]] std::optional<int> integer_at(const Node& node, std::size_t input) const {
    if (input >= node.inputs.size() || node.inputs[input] == kAbsent) return std::nullopt;
    const ValuePointer& value = scope_.facts[node.inputs[input]].value;
    if (value == nullptr || value->size() != 1) return std::nullopt;
    std::optional<double> number;
    if (const Reals* reals = value->reals(); reals != nullptr && reals->front()) number = reals->front()->number();
    if (const Integers* integers = value->integers(); integers != nullptr && integers->front())
      if (const auto whole = integers->front()->number()) number = static_cast<double>(*whole);
    if (!number || *number < 0 || *number > kMostBits || *number != std::floor(*number)) return std::nullopt;
    return static_cast<int>(*number);
  }

  const Graph& graph_;
  const Scope& scope_;
};

}  // namespace

std::string SimulatedType::name() const { return fmt::format("{}{}", is_float ? "float" : is_signed ? "int" : "uint", bits); }

std::unordered_map<TensorId, int> simulated_bits(const Network& network, const Scope& main) {
  std::unordered_map<TensorId, int> bits;
  const Rounding rounding(network, main);
  for (const Node& node : network.main().nodes) {
    if (node.inputs.empty() || !patterns::rounds(node)) continue;
    const std::optional<SimulatedType> type = rounding.type_of(node);
    const TensorId origin = rounding.origin_of(node.inputs.front());
    if (!type || origin == kAbsent) continue;
    int& most = bits[origin];
    most = std::max(most, type->bits);  // of several readers the finest
  }
  return bits;
}

std::vector<SimulatedMacs> simulated_macs(const Network& network, const Scope& main, const Costs& costs) {
  std::map<std::pair<std::string, DataType>, Dim> sums;
  const Rounding rounding(network, main);
  const Graph& graph = network.main();
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    const Cost& cost = costs.nodes.front()[node];
    const bool is_side = node < graph.auxiliary_nodes.size() && graph.auxiliary_nodes[node];
    if (is_side || cost.macs_by_dtype.size() != 1 || graph.nodes[node].inputs.size() < 2) continue;
    const Operator* row = main.operators[node];
    std::size_t weight = 1;
    std::size_t data = 0;
    if (role_of(row, 0) == OperandRole::weight) std::swap(weight, data);
    const TensorId operands[] = {graph.nodes[node].inputs[weight], graph.nodes[node].inputs[data]};
    const bool is_rounded = std::any_of(std::begin(operands), std::end(operands),
                                        [&](TensorId operand) { return rounding.rounded_by(operand) != nullptr; });
    if (!is_rounded) continue;
    std::string types = fmt::format("{} x {}", rounding.name_of_type(operands[0]), rounding.name_of_type(operands[1]));
    sums[{std::move(types), cost.macs_by_dtype.front().first}] += cost.macs;
  }
  std::vector<SimulatedMacs> macs;
  macs.reserve(sums.size());
  for (const auto& [types, sum] : sums) macs.push_back({types.first, types.second, sum});
  return macs;
}

}  // namespace macroscope
