#include "reports/kinds/worked_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "reports/kinds/analysis_report.h"
#include "reports/tables/repeated_layers.h"

namespace macroscope {
namespace {

constexpr std::string_view kLegend =
    "N: batch, C: channels, F: filters, G: groups, W: extent before, K: kernel, S: stride, D: dilation, P: padding in front; "
    "I and U: inputs and units of a dense layer; R: receptive field, J: its jump.";

/// The lines of all layers one after the other; those of one layer are made when its first row is asked for.
class LineRows {
 public:
  /// \param joins_repeats layers whose lines are the same, and their names but for numbers, have them once
  LineRows(const Figures& figures, const WorkedOptions& options, bool joins_repeats)
      : figures_(&figures), layers_(figures, options) {
    add_all(0, joins_repeats);
  }

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] bool is_first_of_layer(std::size_t index) const noexcept { return rows_[index].line == 0; }
  [[nodiscard]] const Node& layer_at(std::size_t index) const { return graph_at(index).nodes[rows_[index].node]; }
  [[nodiscard]] std::string name_at(std::size_t index) const {
    const auto repeated = rows_[index].scope == 0 ? repeats_.find(rows_[index].node) : repeats_.end();
    if (repeated != repeats_.end()) return name_of_repeated(graph_at(index), repeated->second);
    return std::string(shown_name(graph_at(index), layer_at(index)));
  }
  [[nodiscard]] const WorkedLine& line_at(std::size_t index) const {
    const LineOfLayer row = rows_[index];
    if (row.scope != current_.scope || row.node != current_.node || lines_.empty()) {
      current_ = row;
      lines_ = layers_.lines_of(row.scope, row.node);
    }
    return lines_[row.line];
  }

 private:
  struct LineOfLayer {
    ScopeId scope = 0;
    NodeId node = 0;
    std::uint32_t line = 0;
  };

  /// Behind a `repeat` whose count is a symbol come the layers of one iteration.
  void add_all(ScopeId id, bool joins_repeats) {
    const Scope& scope = figures_->analysis().shapes.scopes[id];
    auto call = scope.calls.begin();
    std::unordered_map<std::string, NodeId> firsts;
    for (NodeId node = 0; node < figures_->network().graphs[scope.graph].nodes.size(); ++node) {
      const std::vector<WorkedLine> lines = layers_.lines_of(id, node);
      const NodeId first = joins_repeats && id == 0 ? firsts.try_emplace(key_of(node, lines), node).first->second : node;
      if (first != node && !lines.empty()) {
        std::vector<NodeId>& repeated = repeats_[first];
        if (repeated.empty()) repeated.push_back(first);
        repeated.push_back(node);
      }
      for (std::size_t line = 0; line < lines.size() && first == node; ++line)
        rows_.push_back({id, node, static_cast<std::uint32_t>(line)});
      while (call != scope.calls.end() && call->node < node) ++call;
      if (call != scope.calls.end() && call->node == node && graph_of(call->scope).repetition) add_all(call->scope, false);
    }
  }

  /// What layers with the same calculations have in common.
  [[nodiscard]] std::string key_of(NodeId node, const std::vector<WorkedLine>& lines) const {
    const Graph& graph = figures_->network().main();
    std::string key = fmt::format("{}\n{}", name_without_numbers(shown_name(graph, graph.nodes[node])), graph.nodes[node].op);
    for (const WorkedLine& line : lines) key += fmt::format("\n{}: {}", line.label, line.worked.text());
    return key;
  }

  [[nodiscard]] const Graph& graph_of(ScopeId scope) const {
    return figures_->network().graphs[figures_->analysis().shapes.scopes[scope].graph];
  }
  [[nodiscard]] const Graph& graph_at(std::size_t index) const { return graph_of(rows_[index].scope); }

  const Figures* figures_;
  WorkedLayers layers_;
  std::vector<LineOfLayer> rows_;
  /// All layers of the main graph that have the lines of the first of them.
  std::unordered_map<NodeId, std::vector<NodeId>> repeats_;
  mutable LineOfLayer current_;
  mutable std::vector<WorkedLine> lines_;
};

Table worked_table(const Figures& figures, const WorkedOptions& options) {
  const auto rows = std::make_shared<const LineRows>(figures, options, true);
  Table table;
  table.columns = {{"name", "layer", ColumnType::name},
                   {"operator", "operator", ColumnType::text, true},
                   {"quantity", "quantity", ColumnType::text},
                   {"worked", "worked out", ColumnType::worked}};
  table.row_count = rows->size();
  table.row = [rows](std::size_t index) {
    const WorkedLine& line = rows->line_at(index);
    Row row{RowKind::entry, 0, {}};
    if (rows->is_first_of_layer(index)) {
      const Node& node = rows->layer_at(index);
      row.cells = {ModelText{rows->name_at(index)}, ModelText{shown_operator(node.domain, node.op)}};
    } else {
      row.cells = {Cell{}, Cell{}};
    }
    row.cells.emplace_back(line.label);
    row.cells.emplace_back(line.worked);
    return row;
  };
  return table;
}

/// Sections of a report that a worked table has as well.
bool belongs(std::string_view section) {
  constexpr std::array<std::string_view, 9> kSections{"incomplete", "unknown",     "summary",     "layers",     "training",
                                                      "symbols",    "definitions", "assumptions", "diagnostics"};
  return std::find(kSections.begin(), kSections.end(), section) != kSections.end();
}

/// Where there is no room for all columns, these go; what is worked out below says the same.
void give_way(Table& table) {
  const std::vector<const LayerColumn*> less =
      layer_columns({LayerDetail::shown_operator, LayerDetail::input_shape, Metric::bytes_written});
  for (Column& column : table.columns)
    column.is_optional =
        std::any_of(less.begin(), less.end(), [&](const LayerColumn* each) { return each->column.id == column.id; });
}

/// The sections of the model's own report that belong here, and the calculations below its table of layers.
std::vector<Section> sections_of(const Figures& figures, const WorkedReportOptions& options, const Room& room) {
  ReportOptions plain;
  plain.depth = options.depth;
  plain.top = 0;
  plain.columns =
      layer_columns({LayerDetail::name, LayerDetail::shown_operator, LayerDetail::input_shape, LayerDetail::output_shape,
                     Metric::parameters, Metric::macs, Metric::bytes_written, LayerDetail::receptive_field});
  if (options.lines.has_gradients) plain.columns.push_back(&layer_column(Metric::training_macs));
  plain.has_training = options.lines.has_gradients;
  std::vector<Section> sections = report_of(figures, plain).sections({0, false, room.has_diagnostics});
  if (!figures.has_model()) return sections;
  std::erase_if(sections, [](const Section& section) { return !belongs(section.id); });
  for (Section& section : sections)
    if (auto* table = std::get_if<Table>(&section.content); table != nullptr && section.id == "layers") give_way(*table);
  const auto layers =
      std::find_if(sections.begin(), sections.end(), [](const Section& section) { return section.id == "layers"; });
  const auto worked = sections.insert(layers == sections.end() ? layers : layers + 1,
                                      {"worked", "Worked out", worked_table(figures, options.lines)});
  sections.insert(worked + 1, {"legend", "", Remark{std::string(kLegend)}});
  return sections;
}

Table worked_rows(const Figures& figures, const WorkedOptions& options) {
  Table table;
  table.columns = {{"index", "#", ColumnType::number},         {"name", "layer", ColumnType::name},
                   {"operator", "operator", ColumnType::text}, {"quantity", "quantity", ColumnType::text},
                   {"label", "label", ColumnType::text},       {"formula", "formula", ColumnType::text},
                   {"worked", "worked out", ColumnType::text}, {"value", "value", ColumnType::count},
                   {"remark", "remark", ColumnType::text}};
  if (!figures.has_model()) return table;
  const auto rows = std::make_shared<const LineRows>(figures, options, false);
  table.row_count = rows->size();
  table.row = [rows](std::size_t index) {
    const WorkedLine& line = rows->line_at(index);
    const Node& node = rows->layer_at(index);
    return Row{RowKind::entry,
               0,
               {Quantity{Dim(node.file_index)}, ModelText{rows->name_at(index)}, ModelText{shown_operator(node.domain, node.op)},
                std::string(line.id), line.label, line.worked.steps.front().text, Worked{line.worked.steps, {}}.text(),
                line.value ? Cell(Quantity{*line.value}) : Cell(), line.worked.remark}};
  };
  return table;
}

}  // namespace

Report worked_report(const Figures& figures, const WorkedReportOptions& options) {
  Report report;
  if (figures.has_model()) report.title.text = figures.network().information.name;
  report.path.text = figures.path();
  report.subject = figures.path();
  report.heading = "Model";
  report.sections = [&figures, options](const Room& room) { return sections_of(figures, options, room); };
  report.rows = [&figures, options] { return worked_rows(figures, options.lines); };
  return report;
}

}  // namespace macroscope
