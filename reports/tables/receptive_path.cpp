#include "reports/tables/receptive_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/algebra/nominal_estimate.h"

namespace macroscope {
namespace {

/// A sequence or a picture; there is no page for a field in a volume.
constexpr std::size_t kMostAxes = 2;

class PathWalk {
 public:
  PathWalk(const Figures& figures, std::uint32_t input)
      : fields_(figures.analysis().receptive_fields()),
        shapes_(figures.analysis().shapes),
        graph_(figures.network().main()),
        input_(input) {}

  std::vector<ReceptiveStep> from(TensorId last) {
    std::vector<ReceptiveStep> steps;
    for (TensorId tensor = last; tensor != kAbsent; tensor = widest_operand(tensor)) {
      std::optional<ReceptiveStep> step = step_of(tensor);
      if (!step) break;
      steps.push_back(std::move(*step));
    }
    if (steps.empty() || steps.back().node != kNone) return {};  // the way ends before the input
    std::reverse(steps.begin(), steps.end());
    const auto sees_the_same = [](const ReceptiveStep& a, const ReceptiveStep& b) {
      const auto is_alike = [](const AxisField& x, const AxisField& y) {
        return x.size == y.size && x.jump == y.jump && x.start == y.start;
      };
      return a.extents == b.extents && std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), is_alike);
    };
    steps.erase(std::unique(steps.begin(), steps.end(), sees_the_same), steps.end());
    return steps;
  }

 private:
  [[nodiscard]] const InputField* field_in(const std::vector<InputField>& fields) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const InputField& field) {
      return field.input == input_ && std::all_of(field.axes.begin(), field.axes.end(), [](const AxisField& axis) {
               return axis.kind == AxisField::Kind::extent && !axis.wraps;
             });
    });
    return found == fields.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::optional<ReceptiveStep> step_of(TensorId tensor) const {
    const std::vector<InputField> fields = fields_.of(tensor, shapes_);
    const InputField* field = field_in(fields);
    if (field == nullptr || field->axes.size() != fields_.inputs[input_].axes.size()) return std::nullopt;
    ReceptiveStep step{graph_.tensors[tensor].producer, tensor, {}, field->axes};
    const Shape& shape = shapes_.scopes.front().facts[tensor].type.shape;
    for (const ReceptiveFields::SourceReading& reading : *fields_.tensors[tensor]) {
      if (reading.source < first_source() || reading.source >= first_source() + field->axes.size()) continue;
      if (reading.access.steps.size() != 1 || reading.access.steps.front().axis >= shape.rank()) return std::nullopt;
      step.extents.push_back(shape[reading.access.steps.front().axis]);
    }
    if (step.extents.size() != step.fields.size()) return std::nullopt;
    return step;
  }

  [[nodiscard]] std::uint32_t first_source() const {
    std::uint32_t first = 0;
    for (std::uint32_t before = 0; before < input_; ++before)
      first += static_cast<std::uint32_t>(fields_.inputs[before].axes.size());
    return first;
  }

  [[nodiscard]] TensorId widest_operand(TensorId tensor) {
    const NodeId producer = graph_.tensors[tensor].producer;
    if (producer == kNone) return kAbsent;
    TensorId widest = kAbsent;
    double most = 0;
    for (const TensorId operand : graph_.nodes[producer].inputs) {
      if (operand == kAbsent || fields_.tensors[operand] == nullptr) continue;
      const std::vector<InputField> fields = fields_.of(operand, shapes_);
      const InputField* field = field_in(fields);
      if (field == nullptr) continue;
      double size = 1;
      for (const AxisField& axis : field->axes) size *= std::max(1.0, nominal_weight(axis.size));
      if (widest != kAbsent && size <= most) continue;
      widest = operand;
      most = size;
    }
    return widest;
  }

  const ReceptiveFields& fields_;
  const Shapes& shapes_;
  const Graph& graph_;
  std::uint32_t input_;
};

template <typename Values, typename TextOf>
std::string joined(const Values& values, TextOf text_of) {
  std::string text;
  for (const auto& value : values) text += fmt::format("{}{}", text.empty() ? "" : " x ", text_of(value));
  return text;
}

Row row_of(const Figures& figures, const ReceptiveStep& step) {
  const Graph& graph = figures.network().main();
  const bool is_input = step.node == kNone;
  const Node* node = is_input ? nullptr : &graph.nodes[step.node];
  return {RowKind::entry,
          0,
          {ModelText{std::string(is_input ? std::string_view(graph.tensors[step.tensor].name) : shown_name(graph, *node))},
           is_input ? Cell(std::string("input")) : Cell(ModelText{shown_operator(node->domain, node->op)}),
           joined(step.extents, [](const Dim& extent) { return extent.text(); }),
           joined(step.fields, [](const AxisField& axis) { return axis.size.text(); }),
           joined(step.fields, [](const AxisField& axis) { return axis.jump.text(); }),
           joined(step.fields, [](const AxisField& axis) { return axis.start.text(); })}};
}

}  // namespace

TensorId last_with_extents(const Figures& figures, std::uint32_t input) {
  const ReceptiveFields& all = figures.analysis().receptive_fields();
  const Graph& graph = figures.network().main();
  std::uint32_t first = 0;
  for (std::uint32_t before = 0; before < input; ++before) first += static_cast<std::uint32_t>(all.inputs[before].axes.size());
  const std::uint32_t end = first + static_cast<std::uint32_t>(all.inputs[input].axes.size());
  const auto has_extents = [&](TensorId tensor) {
    for (const InputField& field : all.of(tensor, figures.analysis().shapes))
      if (field.input == input)
        return std::all_of(field.axes.begin(), field.axes.end(),
                           [](const AxisField& axis) { return axis.kind == AxisField::Kind::extent; });
    return false;
  };
  for (auto node = graph.order.rbegin(); node != graph.order.rend(); ++node)
    for (const TensorId output : graph.nodes[*node].outputs) {
      if (output == kAbsent || all.tensors[output] == nullptr) continue;
      const auto& accesses = *all.tensors[output];
      const auto is_extent = [&](const ReceptiveFields::SourceReading& access) {
        return access.source >= first && access.source < end && access.access.is_range() && !access.access.steps.empty();
      };
      const bool may_have =
          std::count_if(accesses.begin(), accesses.end(), is_extent) == static_cast<std::ptrdiff_t>(end - first);
      if (may_have && has_extents(output)) return output;
    }
  return kAbsent;
}

std::vector<ReceptiveStep> receptive_path(const Figures& figures) {
  const ReceptiveFields& all = figures.analysis().receptive_fields();
  std::vector<ReceptiveStep> longest;
  for (std::uint32_t input = 0; input < all.inputs.size(); ++input) {
    if (all.inputs[input].axes.size() > kMostAxes) continue;
    const TensorId last = last_with_extents(figures, input);
    if (last == kAbsent) continue;
    std::vector<ReceptiveStep> steps = PathWalk(figures, input).from(last);
    if (steps.size() > longest.size()) longest = std::move(steps);
  }
  if (longest.size() < 2) longest.clear();
  return longest;
}

Table receptive_path_table(const Figures& figures) {
  Table table;
  table.columns = {{"name", "layer", ColumnType::name},       {"operator", "operator", ColumnType::text},
                   {"extent", "positions", ColumnType::text}, {"size", "sees", ColumnType::text},
                   {"jump", "jump", ColumnType::text},        {"start", "start", ColumnType::text}};
  std::vector<ReceptiveStep> steps = receptive_path(figures);
  table.row_count = steps.size();
  table.row = [&figures, steps = std::move(steps)](std::size_t index) { return row_of(figures, steps[index]); };
  return table;
}

}  // namespace macroscope
