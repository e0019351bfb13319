#include "reports/kinds/node_context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reports/json/findings_json.h"
#include "reports/json/receptive_field_json.h"
#include "reports/notation/number_text.h"
#include "reports/sections/structure_section.h"
#include "reports/tables/memory_figures.h"
#include "reports/tables/receptive_field_text.h"
#include "reports/tables/tensor_names.h"
#include "reports/worked/worked_layer.h"

namespace macroscope {
namespace {

const Node& node_at(const Figures& figures, ScopeId scope, NodeId node) {
  return figures.network().graphs[figures.analysis().shapes.scopes[scope].graph].nodes[node];
}

TensorId first_tensor(std::span<const TensorId> tensors) { return tensors.empty() ? kAbsent : tensors.front(); }

std::optional<Quantity> live_at(const Figures& figures, NodeId node) {
  const std::vector<std::optional<Quantity>> live = live_bytes(figures);
  return node < live.size() ? live[node] : std::nullopt;
}

/// `bottleneck`, `foldable`: what was found about the structure that this node is part of.
std::vector<std::string_view> findings_with(const Figures& figures, ScopeId scope, NodeId node) {
  std::vector<std::string_view> kinds;
  const auto add = [&](std::string_view kind, ScopeId at, const std::vector<NodeId>& layers) {
    const bool names_it = at == scope && std::find(layers.begin(), layers.end(), node) != layers.end();
    if (names_it && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  };
  const Findings& findings = figures.analysis().findings();
  for (const DenseBlock& block : findings.growth.blocks) add("dense_block", block.scope, block.layers);
  for (const Saving& saving : findings.savings) add(name_of(saving.kind), saving.scope, saving.layers);
  for (const Opportunity& opportunity : findings.redundancies)
    add(name_of(opportunity.kind), opportunity.scope, opportunity.layers);
  return kinds;
}

void add_receptive_field(Summary& lines, const Figures& figures, const Node& node) {
  const TensorId output = first_tensor(node.outputs);
  if (output == kAbsent) return;
  const std::string size = receptive_field_text(figures, output);
  if (size.empty()) return;
  const std::string jump = receptive_field_jump_text(figures, output);
  const TensorId input = first_tensor(node.inputs);
  const std::string before = input == kAbsent ? std::string() : receptive_field_text(figures, input);
  std::string remark = jump.empty() ? std::string() : fmt::format("jump {}", jump);
  if (!before.empty()) remark += fmt::format("{}before it {}", remark.empty() ? "" : "; ", before);
  lines.push_back({"Receptive field", size, ColumnType::text, std::move(remark)});
}

void add_training(Summary& lines, const Figures& figures, ScopeId scope, NodeId node) {
  const GradientCost& cost = figures.analysis().training().nodes[scope][node];
  const bool is_open = !cost.is_known;
  if (cost.input_macs.is(0) && cost.weight_macs.is(0) && !is_open) return;
  lines.push_back({"Input gradients", Quantity{cost.input_macs, is_open}, ColumnType::count, "MACs in training"});
  lines.push_back({"Weight gradients", Quantity{cost.weight_macs, is_open}, ColumnType::count, "MACs in training"});
}

/// All that is known of one node, unlike in tables of many.
constexpr WorkedOptions kWhole{.has_gradients = true, .has_body = true};

}  // namespace

std::optional<Table> worked_lines(const Figures& figures, NodeId node) {
  std::vector<WorkedLine> lines = WorkedLayers(figures, kWhole).lines_of(0, node);
  if (lines.empty()) return std::nullopt;
  Table table;
  table.columns = {{"quantity", "quantity", ColumnType::text}, {"worked", "worked out", ColumnType::worked}};
  table.row_count = lines.size();
  table.row = [lines = std::move(lines)](std::size_t index) {
    return Row{RowKind::entry, 0, {lines[index].label, lines[index].worked}};
  };
  return table;
}

Summary context_of(const Figures& figures, ScopeId scope, NodeId node) {
  Summary lines;
  if (scope == 0) {
    add_receptive_field(lines, figures, node_at(figures, scope, node));
    if (const std::optional<Quantity> live = live_at(figures, node))
      lines.push_back({"Alive memory", *live, ColumnType::bytes, "activations that are held while it runs"});
  }
  add_training(lines, figures, scope, node);
  if (scope == 0) {
    const Paths& paths = figures.analysis().findings().gradients.from_node[node];
    if (!paths.count.is_zero()) lines.push_back({"Gradient", paths_text(paths), ColumnType::text, "from the outputs to it"});
  }
  if (const auto kinds = findings_with(figures, scope, node); !kinds.empty())
    lines.push_back({"Part of", fmt::format("{}", fmt::join(kinds, ", ")), ColumnType::text, "see --details"});
  return lines;
}

void write_context(const Figures& figures, ScopeId scope, NodeId node, JsonWriter& json) {
  const bool is_main = scope == 0;
  json.key("worked");
  json.begin_array(JsonWriter::Layout::lines);
  const std::vector<WorkedLine> lines = is_main ? WorkedLayers(figures, kWhole).lines_of(0, node) : std::vector<WorkedLine>();
  for (const WorkedLine& line : lines) {
    json.begin_object();
    json.member("id", line.id);
    json.member("label", line.label);
    json.member("text", Worked{line.worked.steps, {}}.text());
    if (line.value) json.member("value", *line.value);
    if (!line.worked.remark.empty()) json.member("remark", line.worked.remark);
    json.end_object();
  }
  json.end_array();
  if (const TensorId output = first_tensor(node_at(figures, scope, node).outputs); is_main && output != kAbsent)
    write_receptive_field(figures, output, TensorNames(figures.network().main()), json);
  json.member("live_bytes", is_main ? live_at(figures, node) : std::nullopt);
  const GradientCost& cost = figures.analysis().training().nodes[scope][node];
  json.key("training");
  json.begin_object();
  json.member("input_gradient_macs", cost.input_macs);
  json.member("weight_gradient_macs", cost.weight_macs);
  json.member("complete", cost.is_known);
  json.end_object();
  json.key("paths");
  if (is_main) {
    write_paths(figures.analysis().findings().gradients.from_node[node], json);
  } else {
    json.null();
  }
  json.key("findings");
  json.begin_array();
  for (const std::string_view kind : findings_with(figures, scope, node)) json.string(kind);
  json.end_array();
}

}  // namespace macroscope
