#include "reports/kinds/analysis_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>

#include "analyzer/algebra/leading_term.h"
#include "analyzer/algebra/nearest_definitions.h"
#include "reports/json/json.h"
#include "reports/kinds/example.h"
#include "reports/notation/number_text.h"
#include "reports/notation/text_style.h"
#include "reports/notation/type_text.h"
#include "reports/pictures/receptive_field_picture.h"
#include "reports/pictures/structure_pictures.h"
#include "reports/sections/memory_section.h"
#include "reports/sections/prefill_decode_section.h"
#include "reports/sections/receptive_field_section.h"
#include "reports/sections/roofline_section.h"
#include "reports/sections/structure_section.h"
#include "reports/sections/sweep_section.h"
#include "reports/sections/symbols_section.h"
#include "reports/sections/training_section.h"
#include "reports/tables/layer_table.h"
#include "reports/tables/layer_tree.h"
#include "reports/tables/memory_figures.h"
#include "reports/tables/operator_totals.h"
#include "reports/tables/repeated_layers.h"
#include "reports/tables/totals.h"

namespace macroscope {
namespace {

/// Inputs and outputs that the summary lists by name.
constexpr std::size_t kListedTensors = 3;

Cell total_cell(const Figures& figures, Metric metric) {
  std::optional<Quantity> total = figures.total(metric);
  return total ? Cell(std::move(*total)) : Cell(UnknownCell{});
}

bool is_zero(const Cell& cell) {
  const auto* quantity = std::get_if<Quantity>(&cell);
  return quantity != nullptr && quantity->value.is(0);
}

std::string made_by(const ModelInformation& information) {
  if (information.producer.empty()) return {};
  return fmt::format(", by {}{}{}", information.producer, information.producer_version.empty() ? "" : " ",
                     information.producer_version);
}

/// ONNX's own set first; quantisers import every domain that they know.
std::string opsets_of(const Network& network) {
  constexpr std::size_t kListed = 3;
  std::vector<const OperatorSet*> sets;
  for (const OperatorSet& set : network.operator_sets) sets.push_back(&set);
  std::stable_partition(sets.begin(), sets.end(), [](const OperatorSet* set) { return set->domain.empty(); });
  const std::size_t listed = sets.size() == kListed + 1 ? sets.size() : std::min(sets.size(), kListed);
  std::string text;
  for (std::size_t i = 0; i < listed; ++i)
    text +=
        fmt::format("{}{}{}{}", i == 0 ? "" : ", ", sets[i]->domain, sets[i]->domain.empty() ? "opset " : " ", sets[i]->version);
  if (listed < sets.size()) text += fmt::format(" and {} more", grouped(sets.size() - listed));
  return text;
}

std::string origin_of(const Network& network) {
  const ModelInformation& information = network.information;
  std::string text =
      information.format == "onnx" ? fmt::format("ONNX, IR version {}", information.ir_version) : std::string(information.format);
  const std::string opsets = opsets_of(network);
  if (!opsets.empty()) text += ", " + opsets;
  return text + made_by(information);
}

void add_tensors(Summary& lines, const Figures& figures, const std::vector<TensorId>& tensors, std::string_view label) {
  const std::size_t listed = tensors.size() == kListedTensors + 1 ? tensors.size() : std::min(tensors.size(), kListedTensors);
  const Graph& graph = figures.network().main();
  const std::size_t first = lines.size();
  for (std::size_t i = 0; i < listed; ++i) {
    const Type& type = figures.analysis().shapes.scopes.front().facts[tensors[i]].type;
    lines.push_back({label, ModelText{std::string(graph.tensors[tensors[i]].name)}, ColumnType::name, type_text(type)});
  }
  if (listed < tensors.size())
    lines.push_back({label, fmt::format("[{} others]", grouped(tensors.size() - listed)), ColumnType::text});
  for (std::size_t i = first + 1; i < lines.size(); ++i) lines[i].label = {};
}

std::string stored_besides(const Parameters& parameters) {
  std::string text;
  for (const Role role : {Role::statistic, Role::quantisation, Role::constant, Role::unused}) {
    const Dim& elements = parameters.total(role);
    if (elements.is(0)) continue;
    static constexpr std::string_view kWords[kRoles] = {"", "statistics", "quantisation", "constants", "unused"};
    text += fmt::format("{}{} {}", text.empty() ? "besides " : ", ", grouped(elements), kWords[static_cast<std::size_t>(role)]);
  }
  if (const Dim& biases = parameters.totals.biases_left_out; !biases.is(0))
    text += fmt::format("{}{} in biases", text.empty() ? "besides " : ", ", grouped(biases));
  return text;
}

/// `2 per MAC, and 2.1 M add, 530 compare`; of kinds that are expressions the name alone.
std::string kinds_of_flops(const Costs& costs) {
  static constexpr std::string_view kWords[kFlopKinds] = {"add", "mul", "div", "compare", "special"};
  std::string text;
  for (std::size_t kind = 0; kind < kFlopKinds; ++kind) {
    const Dim& count = costs.total.flops_by_kind[kind];
    if (count.is(0)) continue;
    const std::string shortened = short_count(count);
    const std::string number = !count.integer() ? "" : (shortened.empty() ? grouped(count) : shortened) + " ";
    text += fmt::format("{}{}{}", text.empty() ? "2 per MAC, and " : ", ", number, kWords[kind]);
  }
  return text.empty() ? "2 per MAC" : text;
}

std::string dtypes_of_macs(const Analysis& analysis) {
  const std::vector<std::pair<std::string, Dim>> by_type = macs_by_type(analysis);
  if (by_type.empty()) return "1 MAC = 2 FLOPs";
  if (by_type.size() == 1) return fmt::format("in {}; 1 MAC = 2 FLOPs", by_type.front().first);
  std::string text;
  for (const auto& [type, macs] : by_type) text += fmt::format("{}{} in {}", text.empty() ? "" : ", ", grouped(macs), type);
  return text;
}

Section summary_section(const Figures& figures, bool has_example) {
  const Analysis& analysis = figures.analysis();
  const Costs& costs = analysis.costs;
  Summary lines;
  lines.push_back({"Model", origin_of(figures.network()), ColumnType::text});
  lines.push_back({"Nodes", Quantity{Dim::of_size(costs.node_count)}, ColumnType::number,
                   costs.costed_count == costs.node_count ? "all of them costed"
                                                          : fmt::format("{} of them costed", grouped(costs.costed_count))});
  lines.push_back(
      {"Parameters", total_cell(figures, Metric::parameters), ColumnType::count, stored_besides(analysis.parameters)});
  if (const Dim& side = analysis.parameters.side.elements[static_cast<std::size_t>(Role::weight)]; !side.is(0))
    lines.push_back({"In training", Quantity{analysis.parameters.total(Role::weight) + side}, ColumnType::count,
                     "with those of side outputs"});
  lines.push_back({"MACs", total_cell(figures, Metric::macs), ColumnType::count, dtypes_of_macs(analysis)});
  const Cell effective = total_cell(figures, Metric::effective_macs);
  const std::optional<Quantity> macs = figures.total(Metric::macs);
  const auto* effective_quantity = std::get_if<Quantity>(&effective);
  if (effective_quantity != nullptr && macs && effective_quantity->value != macs->value)
    lines.push_back({"Effective MACs", effective, ColumnType::count, "without padding and masked work"});
  lines.push_back({"FLOPs", total_cell(figures, Metric::flops), ColumnType::count, kinds_of_flops(costs)});
  if (Cell int_ops = total_cell(figures, Metric::int_ops); !is_zero(int_ops))
    lines.push_back({"Integer ops", std::move(int_ops), ColumnType::count, "2 per integer MAC"});
  lines.push_back({"Weights", Quantity{analysis.parameters.totals.weight_bytes}, ColumnType::bytes, "stored with the model"});
  lines.push_back(
      {"Activations", Quantity{costs.activation_bytes, !costs.complete}, ColumnType::bytes, "all layers' outputs together"});
  lines.push_back(peak_line(figures, has_example));
  lines.push_back({"Read", total_cell(figures, Metric::bytes_read), ColumnType::bytes, "weights included"});
  lines.push_back({"Written", total_cell(figures, Metric::bytes_written), ColumnType::bytes});
  add_tensors(lines, figures, figures.network().main().inputs, "Inputs");
  add_tensors(lines, figures, figures.network().main().outputs, "Outputs");
  add_tensors(lines, figures, figures.network().main().auxiliary_outputs, "Side outputs");
  return {"summary", "Summary", std::move(lines)};
}

Section unknown_section(const Costs& costs) {
  Table table;
  table.columns = {{"op", "no cost rule for", ColumnType::name}, {"count", "nodes", ColumnType::number}};
  std::vector<Row> rows;
  for (const UnknownOperator& unknown : costs.unknown)
    rows.push_back(
        {RowKind::entry, 0, {ModelText{shown_operator(unknown.domain, unknown.op)}, Quantity{Dim::of_size(unknown.count)}}});
  table.row_count = rows.size();
  table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
  return {"unknown", "Operators without a cost rule", std::move(table), true};
}

Section incomplete_section(const Costs& costs) {
  const std::uint64_t open = costs.node_count - costs.costed_count;
  const std::string share =
      percent(static_cast<double>(costs.costed_count) / static_cast<double>(std::max<std::uint64_t>(costs.node_count, 1)));
  std::string what = open == 0
                         ? "The shapes of some tensors are unknown: totals are lower bounds."
                         : fmt::format("{} of {} could not be costed: totals are lower bounds ({} % of the nodes are costed).",
                                       grouped(open), counted(costs.node_count, "node"), share.empty() ? "0" : share);
  return {"incomplete", "Incomplete", Lines{std::move(what)}, true};
}

/// Definitions that a report for people lists: those nearest to the totals.  Tens of thousands come of sizes that grow from layer to layer
/// without end; the JSON report has them all.
constexpr std::size_t kListedDefinitions = 500;

/// Definitions of named expressions that the totals and the summary refer to.
void add_definitions(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options) {
  std::vector<Dim> quantities;
  if (const std::optional<Quantity> peak = figures.total(Metric::peak_bytes)) quantities.push_back(peak->value);
  quantities.push_back(figures.analysis().costs.activation_bytes);
  if (const auto& roofline = figures.analysis().roofline; roofline && roofline->needed) quantities.push_back(*roofline->needed);
  for (const Metric metric : columns_of_layers()) {
    if (metric == Metric::training_macs && !options.has_training) continue;
    if (const std::optional<Quantity> total = figures.total(metric)) quantities.push_back(total->value);
  }
  const NearestDefinitions nearest =
      nearest_definitions(quantities, options.is_exact ? std::numeric_limits<std::size_t>::max() : kListedDefinitions);
  if (nearest.innermost_first.empty()) return;
  Lines lines;
  for (const auto& [name, definition] : nearest.innermost_first) lines.push_back(fmt::format("{} = {}", name, definition.text()));
  sections.push_back({"definitions",
                      nearest.are_all ? "Definitions" : "Definitions nearest to the totals; all of them with --exact, or as JSON",
                      std::move(lines)});
}

std::vector<const LayerColumn*> columns_of(const ReportOptions& options, std::vector<const LayerColumn*> usual) {
  if (options.columns.empty()) return usual;
  return options.columns;
}

LayerTreeOptions tree_options(const ReportOptions& options, bool is_digest) {
  return {options.depth, options.sort, options.top.value_or(0), {}, is_digest};
}

/// Does some total depend on a size that the model leaves open?
bool has_open_total(const Figures& figures) {
  for (const Metric metric : {Metric::parameters, Metric::macs, Metric::flops})
    if (const std::optional<Quantity> total = figures.total(metric); total && !total->value.integer()) return true;
  return false;
}

Table table_for_people(const Figures& figures, const ReportOptions& options) {
  const bool has_example = !options.is_exact && has_open_total(figures);
  std::vector<const LayerColumn*> columns =
      has_example
          ? columns_of(options, layer_columns({LayerDetail::name, LayerDetail::shown_operator, LayerDetail::output_shape,
                                               Metric::parameters, Metric::macs, LayerDetail::example, LayerDetail::share,
                                               LayerDetail::bar}))
          : columns_of(options,
                       layer_columns({LayerDetail::name, LayerDetail::shown_operator, LayerDetail::output_shape,
                                      Metric::parameters, Metric::macs, LayerDetail::share, Metric::flops, LayerDetail::bar}));
  if (options.has_training && options.columns.empty()) columns.push_back(&layer_column(Metric::training_macs));
  Table table = layer_table(figures, columns, tree_options(options, true), true);
  const auto gives_way = [&](const LayerColumn& column) {
    return column.column.is_optional || column.shows(LayerDetail::shown_operator) || (has_example && column.shows(Metric::macs));
  };
  for (std::size_t i = 0; i < columns.size(); ++i)
    table.columns[i].is_optional = options.columns.empty() && gives_way(*columns[i]);
  return table;
}

/// A longer name is shortened in a sentence.
constexpr std::size_t kLettersOfName = 70;

/// `Most: /conv1/Conv, 2.9 % of MACs.`; empty where no layer has more than others.
std::string largest_layer(const Figures& figures) {
  const Metric metric = usual_weight(figures);
  const LayerTree tree(figures, {0, metric, 1, {metric}, true});
  const std::optional<Quantity> total = figures.total(metric);
  if (tree.rows().empty() || tree.rows().front().kind != RowKind::entry || !total) return {};
  const std::optional<Quantity> most = tree.of(tree.rows().front(), metric);
  const ExamplePoint& point = figures.analysis().example_point();
  const std::optional<Dim> part = most ? point.value_of(most->value) : std::nullopt;
  const std::optional<Dim> whole = point.value_of(total->value);
  if (!part || !whole || whole->is(0) || part->is(0)) return {};
  const Graph& graph = figures.network().main();
  const LayerTree::Row& row = tree.rows().front();
  const std::string name =
      row.repeat == kNone ? std::string(shown_name(graph, graph.nodes[row.index])) : name_of_repeated(graph, tree.repeated(row));
  const Shapes& shapes = figures.analysis().shapes;
  const bool runs_graphs =
      std::any_of(shapes.scopes.front().calls.begin(), shapes.scopes.front().calls.end(),
                  [&](const Call& call) { return call.node == row.index && !shapes.scopes[call.scope].internal; });
  const std::string shown = shortened_in_middle(name, kLettersOfName);
  return fmt::format("Most: {}, {} % of {}{}. ", shown, percent(approximate(*part) / approximate(*whole)), title_of(metric),
                     runs_graphs ? fmt::format("; macroscope explain {} {} lists what runs inside", figures.path(), name) : "");
}

/// The size that the arithmetic grows fastest with, as an argument: `--set sequence=1024, `.
std::string size_to_set(const Figures& figures) {
  const std::optional<Quantity> macs = figures.total(Metric::macs);
  if (!macs || macs->value.integer()) return {};
  const ExamplePoint& point = figures.analysis().example_point();
  const std::optional<LeadingTerm> leading = point.leading_term_of(macs->value);
  if (!leading || leading->powers.empty()) return {};
  // A symbol that only an expression of --set brought in has no size there.
  const auto size_of = [&](const std::string& symbol) {
    const auto size = point.sizes().find(symbol);
    return size == point.sizes().end() ? Dim(1) : size->second;
  };
  const auto fastest = std::max_element(leading->powers.begin(), leading->powers.end(), [&](const auto& a, const auto& b) {
    return std::pair(a.second, approximate(size_of(a.first))) < std::pair(b.second, approximate(size_of(b.first)));
  });
  return fmt::format("--set {}={}, ", fastest->first, (size_of(fastest->first) * 2).text());
}

std::string closing_of(const Figures& figures) {
  return fmt::format("{}Next: {}--details, or -o report.html for the whole picture.", largest_layer(figures),
                     size_to_set(figures));
}

Row models_row(const Figures& figures) {
  Row row{RowKind::entry, 0, {ModelText{figures.path()}}};
  if (!figures.has_model()) {
    row.cells.resize(7, UnknownCell{});
    return row;
  }
  row.cells.emplace_back(Quantity{Dim::of_size(figures.analysis().costs.node_count)});
  for (const Metric metric : {Metric::parameters, Metric::macs, Metric::flops}) row.cells.push_back(total_cell(figures, metric));
  row.cells.emplace_back(Quantity{figures.analysis().parameters.totals.weight_bytes});
  const std::optional<Quantity> peak = figures.total(Metric::peak_bytes);
  row.cells.push_back(peak ? Cell(*peak) : Cell(UnknownCell{}));
  return row;
}

void add_model_sections(std::vector<Section>& sections, const Figures& figures, const ReportOptions& options, bool has_details) {
  const Analysis& analysis = figures.analysis();
  // Before the table of layers, so that never two orders of all layers are kept.
  std::string closing = has_details ? std::string() : closing_of(figures);
  if (!analysis.costs.complete) sections.push_back(incomplete_section(analysis.costs));
  if (!analysis.costs.unknown.empty()) sections.push_back(unknown_section(analysis.costs));
  add_sweep_sections(figures, sections);  // what was asked for comes first
  sections.push_back(summary_section(figures, !options.is_exact));
  add_prefill_decode_section(figures, sections);
  sections.push_back({"layers", "Layers", table_for_people(figures, options)});
  if (has_details) sections.push_back({"operators", "All layers of each operator together", operator_summary_table(figures)});
  if (options.has_training) sections.push_back(training_section(figures));
  if (has_details) {
    if (auto fields = receptive_field_section(figures)) sections.push_back(std::move(*fields));
    if (auto picture = receptive_field_picture(figures)) sections.push_back(std::move(*picture));
    add_structure_sections(sections, figures, options);
    add_structure_pictures(sections, figures);
  }
  add_cuts_section(sections, figures, options);
  if (has_details) add_memory_sections(figures, sections);
  add_roofline_sections(figures, !options.is_exact, sections);
  const bool has_all = options.is_exact || has_details;
  if (auto symbols = symbols_section(figures, has_all)) sections.push_back(std::move(*symbols));
  if (has_all) add_definitions(sections, figures, options);
  if (has_all && !analysis.shapes.assumptions.empty())
    sections.push_back({"assumptions", "Holds if", texts_of(analysis.shapes.assumptions)});
  if (!options.is_exact) add_example(sections, figures);
  if (!has_details) sections.push_back({"closing", "", Remark{std::move(closing)}});
}

std::vector<Section> sections_of(const Figures& figures, ReportOptions options, const Room& room) {
  std::vector<Section> sections;
  options.top = options.top.value_or(room.rows);
  if (figures.has_model()) add_model_sections(sections, figures, options, room.has_details);
  const Diagnostics& diagnostics = figures.analysis().diagnostics;
  if (room.has_diagnostics && !diagnostics.empty())
    sections.push_back({"diagnostics", "Diagnostics", diagnostics, has_errors(diagnostics)});
  return sections;
}

/// Without a total, with everything that is known of each layer.
Table layers_of(const Figures& figures, const ReportOptions& options) {
  return layer_table(
      figures,
      columns_of(options,
                 layer_columns({LayerDetail::index, LayerDetail::name, LayerDetail::op, LayerDetail::domain, LayerDetail::path,
                                LayerDetail::output_shape, LayerDetail::dtype, Metric::parameters, Metric::macs,
                                Metric::effective_macs, Metric::flops, Metric::int_ops, Metric::bytes_read, Metric::bytes_written,
                                LayerDetail::live_bytes, LayerDetail::formula, LayerDetail::status})),
      tree_options(options, false), false);
}

}  // namespace

Report report_of(const Figures& figures, const ReportOptions& options) {
  Report report;
  report.path.text = figures.path();
  report.subject = figures.path();
  report.heading = "Model";
  report.sections = [&figures, options](const Room& room) { return sections_of(figures, options, room); };
  report.fields = [&figures](JsonWriter& json) { render_json(figures, json); };
  if (!figures.has_model()) return report;
  report.title.text = figures.network().information.name;
  report.rows = [&figures, options] { return figures.sweep() != nullptr ? sweep_table(figures) : layers_of(figures, options); };
  report.model = std::make_shared<const AnalysedModel>(AnalysedModel{figures, options});
  return report;
}

void ModelsTable::add(const Figures& figures) { rows_.push_back(models_row(figures)); }

Report ModelsTable::report() const {
  Report report;
  report.heading = "Models";
  report.sections = [this](const Room& /*room*/) {
    Table table;
    table.columns = {{"model", "model", ColumnType::name},
                     {"nodes", "nodes", ColumnType::number, true},
                     {"parameters", "parameters", ColumnType::count},
                     {"macs", "MACs", ColumnType::count},
                     {"flops", "FLOPs", ColumnType::count, true},
                     {"weight_bytes", "weights (B)", ColumnType::bytes},
                     {"peak_bytes", "peak memory (B)", ColumnType::bytes}};
    table.row_count = rows_.size();
    table.row = [this](std::size_t index) { return rows_[index]; };
    return std::vector<Section>{{"models", {}, std::move(table)}};
  };
  return report;
}

}  // namespace macroscope
