#include "reports/pictures/structure_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "analyzer/operators/access/channel_axis.h"
#include "reports/notation/number_text.h"
#include "reports/sections/structure_section.h"

namespace macroscope {
namespace {

/// What a picture has room for.
constexpr std::size_t kMostBlocks = 4;
constexpr std::size_t kMostBars = 32;
constexpr std::size_t kMostBranches = 6;
constexpr std::size_t kMostBottlenecks = 5;

std::string name_at(const Figures& figures, ScopeId scope, NodeId node) { return std::string(name_in(figures, scope, node)); }

/// Bars over channels, one for each category.
Chart bars_of_channels(std::string title, std::string description) {
  Chart chart;
  chart.kind = ChartKind::bars;
  chart.title = std::move(title);
  chart.description = std::move(description);
  chart.x = {"channels", ChartUnit::plain};
  return chart;
}

void add_bar(Chart& chart, std::string category, const std::vector<double>& parts) {
  chart.categories.push_back(std::move(category));
  for (std::size_t i = 0; i < chart.series.size(); ++i) chart.series[i].points.push_back({i < parts.size() ? parts[i] : 0});
}

/// A staircase: what enters the block, what the layers before have added, and what each layer adds itself.
std::optional<Chart> picture_of(const Figures& figures, const DenseBlock& block) {
  if (!block.first.integer() || !block.growth.integer()) return std::nullopt;
  const double first = approximate(block.first);
  const double growth = approximate(block.growth);
  Chart chart =
      bars_of_channels(fmt::format("Dense block of {}", counted(block.count(), "layer")),
                       fmt::format("{} channels enter, every layer adds {}, and {} leave.", grouped(block.first),
                                   grouped(block.growth), grouped(block.first + block.growth * Dim::of_size(block.count()))));
  chart.series = {{"entering the block", {}}, {"added by layers before", {}}, {"added by the layer", {}}};
  const std::size_t shown = block.count() <= kMostBars ? block.count() : kMostBars - 1;
  const auto bar = [&](std::size_t layer) {
    add_bar(chart, name_at(figures, block.scope, block.layers[layer]), {first, growth * static_cast<double>(layer), growth});
  };
  for (std::size_t layer = 0; layer < shown; ++layer) bar(layer);
  if (shown < block.count()) bar(block.count() - 1);
  return chart;
}

/// A bar for each module that splits its input into branches and joins them, divided by what each branch brings.
std::optional<Chart> picture_of_modules(const Figures& figures, const ChannelGrowth& growth) {
  Chart chart = bars_of_channels("Channels that each branch brings", {});
  std::size_t modules = 0, branches = 0;
  for (const Concatenation& module : growth.concatenations) {
    const bool is_known = std::all_of(module.branches.begin(), module.branches.end(),
                                      [](const BranchGrowth& branch) { return branch.channels.integer().has_value(); });
    if (module.input == kAbsent || !is_known || module.branches.size() > kMostBranches) continue;
    ++modules;
    if (chart.categories.size() == kMostBars) continue;
    while (branches < module.branches.size()) {
      ChartSeries series{fmt::format("branch {}", ++branches), {}};
      series.points.resize(chart.categories.size());  // the modules before have no such branch
      chart.series.push_back(std::move(series));
    }
    std::vector<double> parts;
    for (const BranchGrowth& branch : module.branches) parts.push_back(approximate(branch.channels));
    add_bar(chart, name_at(figures, module.scope, module.node), parts);
  }
  if (modules == 0) return std::nullopt;
  chart.description = fmt::format("{}, each with the channels that its branches bring{}.", counted(modules, "module"),
                                  modules > chart.categories.size() ? fmt::format("; the first {}", kMostBars) : std::string());
  return chart;
}

/// Channels before a bottleneck and behind each of its convolutions.
std::optional<std::vector<double>> widths_of(const Figures& figures, const Saving& bottleneck) {
  const Scope& scope = figures.analysis().shapes.scopes[bottleneck.scope];
  const Graph& graph = figures.network().graphs[scope.graph];
  std::vector<double> widths;
  const auto add = [&](TensorId tensor, ChannelAxis channels) {
    const Shape& shape = scope.facts[tensor].type.shape;
    if (!shape.known() || shape.rank() < 2) return false;
    const Dim& width = shape[channels == ChannelAxis::last ? shape.rank() - 1 : 1];
    if (width.integer()) widths.push_back(approximate(width));
    return width.integer().has_value();
  };
  for (std::size_t i = 0; i < bottleneck.layers.size(); ++i) {
    const NodeId layer = bottleneck.layers[i];
    const Node& node = graph.nodes[layer];
    const Operator* row = scope.operators[layer];
    if (!has(row, Trait::convolution)) return std::nullopt;
    const ChannelAxis channels = channel_axis_of(*row, site_of(figures.network(), scope, layer));
    if ((i == 0 && !add(node.inputs.front(), channels)) || !add(node.outputs.front(), channels)) return std::nullopt;
  }
  return widths;
}

std::optional<Chart> picture_of_bottlenecks(const Figures& figures, const std::vector<Saving>& savings) {
  Chart chart = bars_of_channels("Channels along the bottlenecks", {});
  chart.series = {{"channels", {}}};
  std::set<std::vector<double>> seen;
  std::size_t count = 0;
  for (const Saving& saving : savings) {
    if (saving.kind != Structure::bottleneck) continue;
    ++count;
    const auto widths = widths_of(figures, saving);
    if (!widths || seen.size() == kMostBottlenecks || !seen.insert(*widths).second) continue;
    add_bar(chart, "into " + name_at(figures, saving.scope, saving.layers.front()), {widths->front()});
    for (std::size_t i = 0; i < saving.layers.size(); ++i)
      add_bar(chart, name_at(figures, saving.scope, saving.layers[i]), {(*widths)[i + 1]});
  }
  if (seen.empty()) return std::nullopt;
  chart.description = fmt::format("Of {}, the first of {}: the channels that enter and those behind each convolution.",
                                  counted(count, "bottleneck"), seen.size() == kMostBottlenecks ? "five widths" : "each width");
  return chart;
}

}  // namespace

void add_structure_pictures(std::vector<Section>& sections, const Figures& figures) {
  static constexpr std::array<std::string_view, kMostBlocks> kBlockIds{"dense_block_1", "dense_block_2", "dense_block_3",
                                                                       "dense_block_4"};
  const Findings& findings = figures.analysis().findings();
  const auto add = [&](std::string_view id, std::string_view title, std::optional<Chart> picture) {
    if (picture) sections.push_back({id, title, std::move(*picture)});
  };
  for (std::size_t i = 0; i < std::min(findings.growth.blocks.size(), kMostBlocks); ++i)
    add(kBlockIds[i], "Growth in a dense block", picture_of(figures, findings.growth.blocks[i]));
  add("modules_of_branches", "Branches that are joined", picture_of_modules(figures, findings.growth));
  add("bottlenecks", "Bottlenecks", picture_of_bottlenecks(figures, findings.savings));
}

}  // namespace macroscope
