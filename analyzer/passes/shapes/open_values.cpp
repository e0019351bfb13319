#include "analyzer/passes/shapes/open_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analyzer/passes/shapes/inference.h"

namespace macroscope {
namespace {

/// Notes that are given in all.
constexpr std::size_t kMostNotes = 5;
/// Nodes that are walked back from one that leaves something open.
constexpr std::size_t kMostNodesWalked = 256;

class OpenValues {
 public:
  OpenValues(const Network& network, const Shapes& shapes) : network_(network), shapes_(shapes) {
    for (const Symbol& symbol : network.symbols.all())
      if (symbol.origin != SymbolOrigin::input) left_.insert(symbol.id);
  }

  Diagnostics find() {
    for (const Scope& scope : shapes_.scopes)
      if (!scope.internal && !scope.multiplicity.is(0)) find_in(scope);
    if (found_ > kMostNotes)
      notes_.push_back(
          {Severity::note, "open-size", fmt::format("{} more sizes or branches stay open", found_ - kMostNotes), {}, {}});
    return std::move(notes_);
  }

 private:
  void find_in(const Scope& scope) {
    for (const Call& call : scope.calls)
      if (call.nesting == Nesting::alternative) note_branch(scope, call.node);
    if (left_.empty()) return;
    const Graph& graph = network_.graphs[scope.graph];
    for (const NodeId node : graph.order)
      for (const TensorId output : graph.nodes[node].outputs)
        if (output != kAbsent && scope.facts[output].type.shape.known()) note_sizes(scope, node, output);
  }

  void note_branch(const Scope& scope, NodeId node) {
    if (std::exchange(last_branch_, &network_.graphs[scope.graph].nodes[node]) == &network_.graphs[scope.graph].nodes[node])
      return;
    const std::optional<std::string> input = deciding_input(scope, node, 1);
    if (!input) return;
    add(scope, node, "open-branch", fmt::format("which branch runs depends on the value of input '{}'", *input),
        fmt::format("--set {}=NUMBER gives it one", *input));
  }

  void note_sizes(const Scope& scope, NodeId node, TensorId tensor) {
    for (const Dim& extent : scope.facts[tensor].type.shape) {
      if (extent.is_number()) continue;
      const std::vector<std::string> symbols = extent.symbols();
      if (symbols.size() != 1 || extent != Dim::symbol(symbols.front()) || left_.erase(symbols.front()) == 0) continue;
      const Node& maker = network_.graphs[scope.graph].nodes[node];
      const std::optional<std::string> input = deciding_input(scope, node, maker.inputs.size());
      add(scope, node, "open-size",
          fmt::format("the size {} of tensor '{}', which {} makes, {}", symbols.front(),
                      network_.graphs[scope.graph].tensors[tensor].name, maker.op,
                      input ? fmt::format("depends on the value of input '{}'", *input) : std::string("only the data can tell")),
          fmt::format("--set {}=NUMBER gives it a value", input.value_or(symbols.front())));
    }
  }

  void add(const Scope& scope, NodeId node, std::string_view code, std::string message, std::string help) {
    if (++found_ > kMostNotes) return;
    notes_.push_back(
        {Severity::note, code, std::move(message), origin_of(scope, network_.graphs[scope.graph].nodes[node]), std::move(help)});
  }

  /// The one input of the model that a value could be given to, where the node's first operands depend on nothing else.
  std::optional<std::string> deciding_input(const Scope& scope, NodeId node, std::size_t operands) const {
    if (scope.graph != 0) return std::nullopt;
    const Graph& graph = network_.main();
    const std::span<const TensorId> inputs = graph.nodes[node].inputs;
    std::vector<TensorId> pending(inputs.begin(),
                                  inputs.begin() + static_cast<std::ptrdiff_t>(std::min(operands, inputs.size())));
    std::unordered_set<TensorId> visited;
    std::optional<std::string> found;
    while (!pending.empty()) {
      const TensorId tensor = pending.back();
      pending.pop_back();
      if (tensor == kAbsent || scope.facts[tensor].value != nullptr || !visited.insert(tensor).second) continue;
      if (visited.size() > kMostNodesWalked) return std::nullopt;
      const NodeId producer = graph.tensors[tensor].producer;
      if (producer != kNone) {
        pending.insert(pending.end(), graph.nodes[producer].inputs.begin(), graph.nodes[producer].inputs.end());
      } else if (graph.tensors[tensor].stored == kNone) {
        if (found || !may_be_given_by_name(scope.facts[tensor].type)) return std::nullopt;
        found = graph.tensors[tensor].name;
      }
    }
    return found;
  }

  const Network& network_;
  const Shapes& shapes_;
  std::unordered_set<std::string> left_;
  const Node* last_branch_ = nullptr;
  std::size_t found_ = 0;
  Diagnostics notes_;
};

}  // namespace

Diagnostics open_values(const Network& network, const Shapes& shapes) { return OpenValues(network, shapes).find(); }

}  // namespace macroscope
