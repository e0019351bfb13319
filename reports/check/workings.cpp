#include "reports/check/workings.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/notation/number_text.h"
#include "reports/worked/worked_layer.h"

namespace macroscope {
namespace {

constexpr std::size_t kMostLayers = 12;

bool is_within(std::string_view name, std::string_view path) {
  return path.empty() || (name.starts_with(path) && (name.size() == path.size() || name[path.size()] == '/'));
}

struct WorkedPart {
  NodeId node = 0;
  Quantity amount;
  double weight = 0;
};

std::vector<WorkedPart> parts_of(const Figures& figures, Metric metric, std::string_view path) {
  std::vector<WorkedPart> parts;
  const Graph& graph = figures.network().main();
  for (NodeId node = 0; node < graph.nodes.size(); ++node) {
    const std::optional<Quantity> amount = figures.of_layer(metric, 0, node);
    if (!amount || amount->value.is(0) || !is_within(shown_name(graph, graph.nodes[node]), path)) continue;
    parts.push_back({node, *amount, nominal_weight(amount->value)});
  }
  return parts;
}

/// The calculation, or the amount alone where there is none.
std::string working_of(const WorkedLayers& worked, const WorkedPart& part, Metric metric) {
  for (const WorkedLine& line : worked.lines_of(0, part.node))
    if (line.id == name_of(metric) && line.value == part.amount.value) return line.worked.text();
  return grouped(part.amount.value);
}

}  // namespace

std::vector<std::string> workings_of(const Figures& figures, Metric metric, std::string_view path) {
  std::vector<std::string> lines;
  if (!layer_metric(metric)) return lines;
  std::vector<WorkedPart> parts = parts_of(figures, metric, path);
  const std::size_t others = parts.size() > kMostLayers ? parts.size() - kMostLayers : 0;
  if (others > 0) {
    std::nth_element(parts.begin(), parts.begin() + kMostLayers, parts.end(),
                     [](const WorkedPart& a, const WorkedPart& b) { return a.weight > b.weight; });
    parts.resize(kMostLayers);
    std::sort(parts.begin(), parts.end(), [](const WorkedPart& a, const WorkedPart& b) { return a.node < b.node; });
  }
  const Graph& graph = figures.network().main();
  const WorkedLayers worked(figures);
  for (const WorkedPart& part : parts) {
    const Node& node = graph.nodes[part.node];
    lines.push_back(fmt::format("{} ({}): {}", shown_name(graph, node), node.op, working_of(worked, part, metric)));
  }
  if (others > 0) lines.push_back(fmt::format("and {}", counted(others, "smaller layer")));
  return lines;
}

}  // namespace macroscope
