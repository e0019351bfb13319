#include "reports/tables/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace macroscope {
namespace {

std::uint64_t key_of(GraphId graph, NodeId node) { return (std::uint64_t{graph} << 32U) | node; }

}  // namespace

void Sum::add(const std::optional<Quantity>& quantity) noexcept {
  if (!quantity) {
    at_least_ = true;
    return;
  }
  at_least_ = at_least_ || quantity->at_least;
  try {
    value_.add(quantity->value);
  } catch (const AlgebraError&) {
    is_too_large_ = true;
  }
}

std::optional<Quantity> Sum::quantity() const noexcept {
  if (is_too_large_) return std::nullopt;
  try {
    return Quantity{value_.value(), at_least_};
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

Figures::Figures(const Analysis& analysis, std::string path) : analysis_(&analysis), path_(std::move(path)) {
  if (has_model() && network().graphs.size() > 1) give_nested_weights_to_callers();
}

void Figures::give_nested_weights_to_callers() {
  struct Claim {
    GraphId graph;
    std::uint64_t caller;
  };
  std::vector<Claim> claims;  // callers before what they call
  std::vector<bool> claimed(network().graphs.size());
  claimed[0] = true;
  for (const Scope& scope : analysis_->shapes.scopes) {
    for (const Call& call : scope.calls) {
      const Scope& callee = analysis_->shapes.scopes[call.scope];
      if (callee.internal || claimed[callee.graph]) continue;
      claimed[callee.graph] = true;
      if (network().graphs[callee.graph].repetition) continue;  // the node that repeats it counts all copies itself
      claims.push_back({callee.graph, key_of(scope.graph, call.node)});
    }
  }
  for (auto claim = claims.rbegin(); claim != claims.rend(); ++claim) {
    Dim sum;
    const std::vector<Dim>& own = analysis_->parameters.of_node[claim->graph];
    for (NodeId node = 0; node < own.size(); ++node) {
      sum += own[node];
      if (const auto nested = nested_parameters_.find(key_of(claim->graph, node)); nested != nested_parameters_.end())
        sum += nested->second;
    }
    if (!sum.is(0)) nested_parameters_[claim->caller] += sum;
  }
}

std::optional<Quantity> Figures::of_layer(Metric metric, ScopeId scope, NodeId node) const noexcept {
  std::optional<Quantity> amount = amount_of_layer(*analysis_, metric, scope, node);
  if (metric != Metric::parameters || !amount || nested_parameters_.empty()) return amount;
  const auto nested = nested_parameters_.find(key_of(analysis_->shapes.scopes[scope].graph, node));
  if (nested == nested_parameters_.end()) return amount;
  try {
    amount->value += nested->second;
    return amount;
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

std::string_view shown_name(const Graph& graph, const Node& node) noexcept {
  if (!node.name.empty()) return node.name;
  for (const TensorId output : node.outputs)
    if (output != kAbsent) return graph.tensors[output].name;
  return node.op;
}

std::string shown_operator(std::string_view domain, std::string_view op) {
  return domain.empty() ? std::string(op) : fmt::format("{}:{}", domain, op);
}

}  // namespace macroscope
