#include "reports/tables/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace macroscope {
namespace {

constexpr std::array<std::string_view, kMeasures> kMeasureNames{
    "parameters", "macs",    "effective_macs", "flops",      "int_ops",       "add",          "mul",
    "div",        "compare", "special",        "bytes_read", "bytes_written", "training_macs"};

std::uint64_t key_of(GraphId graph, NodeId node) { return (std::uint64_t{graph} << 32U) | node; }

Dim measure_of(const Cost& cost, Measure measure) {
  switch (measure) {
    case Measure::macs:
      return cost.macs;
    case Measure::effective_macs:
      return cost.effective_macs;
    case Measure::flops:
      return cost.flops();
    case Measure::int_ops:
      return cost.int_ops();
    case Measure::bytes_read:
      return cost.bytes_read;
    case Measure::bytes_written:
      return cost.bytes_written;
    case Measure::parameters:
    case Measure::training_macs:
      return {};
    case Measure::add:
    case Measure::mul:
    case Measure::div:
    case Measure::compare:
    case Measure::special:
      break;
  }
  return cost.flops_by_kind[static_cast<std::size_t>(measure) - static_cast<std::size_t>(Measure::add)];
}

}  // namespace

std::string_view name_of(Measure measure) noexcept { return kMeasureNames[static_cast<std::size_t>(measure)]; }

std::optional<Measure> measure_named(std::string_view name) noexcept {
  const auto found = std::find(kMeasureNames.begin(), kMeasureNames.end(), name);
  if (found == kMeasureNames.end()) return std::nullopt;
  return static_cast<Measure>(found - kMeasureNames.begin());
}

void Sum::add(const std::optional<Quantity>& quantity) noexcept {
  if (!quantity) {
    at_least_ = true;
    return;
  }
  at_least_ = at_least_ || quantity->at_least;
  try {
    value_ += quantity->value;
  } catch (const AlgebraError&) {
    is_too_large_ = true;
  }
}

std::optional<Quantity> Sum::quantity() const noexcept {
  if (is_too_large_) return std::nullopt;
  return Quantity{value_, at_least_};
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

std::optional<Quantity> Figures::of_layer(Measure measure, ScopeId scope, NodeId node) const noexcept {
  try {
    if (measure == Measure::parameters) {
      const GraphId graph = analysis_->shapes.scopes[scope].graph;
      Dim parameters = analysis_->parameters.of_node[graph][node];
      if (nested_parameters_.empty()) return Quantity{std::move(parameters), false};
      const auto nested = nested_parameters_.find(key_of(graph, node));
      if (nested != nested_parameters_.end()) parameters += nested->second;
      return Quantity{std::move(parameters), false};
    }
    if (measure == Measure::training_macs) return training_macs(scope, node);
    const Cost& cost = analysis_->costs.nodes[scope][node];
    const bool is_known = cost.status != Status::unknown;
    Dim value = measure_of(cost, measure);
    if (!is_known && value.is(0)) return std::nullopt;
    return Quantity{std::move(value), !is_known};
  } catch (const AlgebraError&) {
    return std::nullopt;
  }
}

std::optional<Quantity> Figures::training_macs(ScopeId scope, NodeId node) const {
  const Cost& forward = analysis_->costs.nodes[scope][node];
  const std::vector<GradientCost>& gradients = analysis_->training().nodes[scope];
  const GradientCost gradient = node < gradients.size() ? gradients[node] : GradientCost{};
  const bool is_known = forward.status != Status::unknown && gradient.is_known;
  Dim macs = forward.macs + gradient.input_macs + gradient.weight_macs;
  if (!is_known && macs.is(0)) return std::nullopt;
  return Quantity{std::move(macs), !is_known};
}

std::optional<Quantity> Figures::total(Measure measure) const noexcept {
  try {
    if (measure == Measure::parameters) return Quantity{analysis_->parameters.total(Role::weight), false};
    if (measure == Measure::training_macs)
      return Quantity{analysis_->training().macs, !analysis_->costs.complete || !analysis_->training().total.is_known};
    return Quantity{measure_of(analysis_->costs.total, measure), !analysis_->costs.complete};
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
