#include "analyzer/passes/pass_budget.h"

#include <algorithm>
#include <utility>

namespace macroscope {
namespace {

/// The costliest of ordinary models take a half of the first; the second is what its sizes take in a model whose sizes stay short.
constexpr std::uint64_t kStepsOfAnyModel = 1'000'000;
constexpr std::uint64_t kStepsOfPart = 50;

/// Nodes and tensors.
std::uint64_t parts_of(const Network& network) noexcept {
  std::uint64_t parts = 0;
  for (const Graph& graph : network.graphs) parts += graph.nodes.size() + graph.tensors.size();
  return parts;
}

}  // namespace

AlgebraBudget::AlgebraBudget(std::uint64_t parts) noexcept
    : max_steps_(std::min(algebra::WorkBudget::kMaxSteps, kStepsOfAnyModel + kStepsOfPart * parts)),
      shared_(max_steps_ / kPartsOfFirst) {}

AlgebraBudget::AlgebraBudget(const Network& network) noexcept : AlgebraBudget(parts_of(network)) {}

Diagnostic named_sizes(Origin origin) {
  return {Severity::note, "named-sizes",
          "sizes take more work than a model is given: from here on their parts have names, and what is certain of them may stay "
          "open",
          std::move(origin), "name numbers for the open sizes with --set; what the names stand for is in the JSON report"};
}

}  // namespace macroscope
