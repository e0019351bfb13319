#include "reports/pictures/receptive_field_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/algebra/nominal_estimate.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

/// Frames inside each other that can still be told apart.
constexpr std::size_t kMostFields = 6;
constexpr double kLeastGrowth = 1.5;

/// Of a layer over the last axes of the input; a sequence has a height of 1.
struct Field {
  NodeId node = 0;
  double height = 1;
  double width = 0;
  [[nodiscard]] double longest() const { return std::max(height, width); }
};

std::optional<double> length_of(const AxisField& axis) {
  if (axis.kind != AxisField::Kind::extent || !axis.size.integer()) return std::nullopt;
  return approximate(axis.size);
}

std::optional<Field> field_of(const std::vector<InputField>& fields, NodeId node) {
  const auto first = std::find_if(fields.begin(), fields.end(), [](const InputField& field) { return field.input == 0; });
  if (first == fields.end() || first->axes.empty()) return std::nullopt;
  const std::optional<double> width = length_of(first->axes.back());
  if (!width) return std::nullopt;
  if (first->axes.size() == 1) return Field{node, 1, *width};
  const std::optional<double> height = length_of(first->axes[first->axes.size() - 2]);
  return height ? std::optional(Field{node, *height, *width}) : std::nullopt;
}

/// Layers in the order in which they run, each of which sees more than all before it.
std::vector<Field> growing_fields(const Figures& figures) {
  const ReceptiveFields& all = figures.analysis().receptive_fields();
  const Graph& graph = figures.network().main();
  std::vector<Field> growing;
  const std::vector<ReceptiveFields::SourceReading>* before = nullptr;
  for (const NodeId node : graph.order) {
    const std::span<const TensorId> outputs = graph.nodes[node].outputs;
    if (outputs.empty() || outputs.front() == kAbsent) continue;
    const auto* accesses = all.tensors[outputs.front()].get();
    if (accesses == nullptr || std::exchange(before, accesses) == accesses) continue;
    const std::optional<Field> field = field_of(all.of(outputs.front(), figures.analysis().shapes), node);
    if (field && field->longest() > (growing.empty() ? 1 : growing.back().longest())) growing.push_back(*field);
  }
  return growing;
}

/// Those that stand out from each other, and the last.
std::vector<Field> that_stand_out(const std::vector<Field>& growing) {
  for (double factor = kLeastGrowth;; factor *= kLeastGrowth) {
    std::vector<Field> chosen;
    for (const Field& field : growing)
      if (chosen.empty() || field.longest() >= factor * chosen.back().longest()) chosen.push_back(field);
    if (!chosen.empty() && chosen.back().node != growing.back().node) {
      if (chosen.size() > 1) chosen.pop_back();
      chosen.push_back(growing.back());
    }
    if (chosen.size() <= kMostFields) return chosen;
  }
}

std::optional<double> extent_of(const Shape& shape, std::uint32_t axis) {
  if (!shape.known() || axis >= shape.rank() || !shape[axis].integer()) return std::nullopt;
  return approximate(shape[axis]);
}

std::string size_text(const ChartFrame& frame, bool is_sequence) {
  return is_sequence ? fmt::format("{:g}", frame.width) : fmt::format("{:g} x {:g}", frame.height, frame.width);
}

}  // namespace

std::optional<Section> receptive_field_picture(const Figures& figures) {
  const ReceptiveFields& fields = figures.analysis().receptive_fields();
  if (fields.inputs.empty() || fields.inputs.front().axes.empty()) return std::nullopt;
  const std::vector<Field> shown = that_stand_out(growing_fields(figures));
  if (shown.size() < 2) return std::nullopt;

  const TrackedInput& input = fields.inputs.front();
  const bool is_sequence = input.axes.size() == 1;
  const Graph& graph = figures.network().main();
  const Shape& shape = figures.analysis().shapes.scopes.front().facts[input.tensor].type.shape;
  const std::optional<double> width = extent_of(shape, input.axes.back());
  const std::optional<double> height = is_sequence ? 1.0 : extent_of(shape, input.axes[input.axes.size() - 2]);
  Chart chart;
  chart.title = fmt::format("What layers see of {}", graph.tensors[input.tensor].name);
  if (width && height) chart.ground = ChartFrame{std::string(graph.tensors[input.tensor].name), *width, *height};
  for (const Field& field : shown)
    chart.frames.push_back({std::string(shown_name(graph, graph.nodes[field.node])), field.width, field.height});
  chart.description =
      fmt::format("Receptive fields, from {} after {} to {} after {}.", size_text(chart.frames.front(), is_sequence),
                  chart.frames.front().name, size_text(chart.frames.back(), is_sequence), chart.frames.back().name);
  chart.kind = is_sequence ? ChartKind::bars : ChartKind::frames;
  if (is_sequence) {
    chart.x = {"positions of the input", ChartUnit::plain};
    chart.series = {{"receptive field", {}}};
    if (chart.ground) chart.frames.push_back(*chart.ground);
    for (const ChartFrame& frame : chart.frames) {
      chart.categories.push_back(frame.name);
      chart.series.front().points.push_back({frame.width});
    }
  }
  return Section{"receptive_field_picture", "Receptive fields over the input", std::move(chart)};
}

}  // namespace macroscope
