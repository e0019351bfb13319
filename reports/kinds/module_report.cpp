#include "reports/kinds/module_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_set>
#include <utility>

#include "analyzer/record/record.h"
#include "reports/kinds/example.h"
#include "reports/notation/json_writer.h"
#include "reports/notation/number_text.h"
#include "reports/notation/type_text.h"
#include "reports/tables/layer_cells.h"
#include "reports/tables/layer_table.h"

namespace macroscope {
namespace {

constexpr std::size_t kNearMisses = 5;
/// What is added up, as the summary says it.
constexpr std::pair<Metric, std::string_view> kSums[] = {{Metric::parameters, "Parameters"},
                                                         {Metric::macs, "MACs"},
                                                         {Metric::flops, "FLOPs"},
                                                         {Metric::bytes_read, "Read"},
                                                         {Metric::bytes_written, "Written"}};

bool is_within(std::string_view name, std::string_view module) {
  name = without_slash(name);
  return name.starts_with(module) && (name.size() == module.size() || name[module.size()] == '/');
}

/// `a/b/` -> `a/b`, `/a` -> `a`.
std::string_view trimmed(std::string_view name) {
  name = without_slash(name);
  while (name.ends_with('/')) name.remove_suffix(1);
  return name;
}

std::vector<NodeId> nodes_within(const Graph& graph, std::string_view module) {
  std::vector<NodeId> nodes;
  for (NodeId node = 0; node < graph.nodes.size(); ++node)
    if (is_within(graph.nodes[node].path, module) || is_within(graph.nodes[node].name, module)) nodes.push_back(node);
  return nodes;
}

/// Every module that some path of a node leads through.
std::set<std::string_view> modules_of(const Graph& graph) {
  std::set<std::string_view> modules;
  std::string_view before;
  for (const Node& node : graph.nodes) {
    const std::string_view path = without_slash(node.path);
    if (path == before) continue;
    before = path;
    for (std::size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1))
      modules.insert(path.substr(0, end));
    if (!path.empty()) modules.insert(path);
  }
  return modules;
}

class ModuleReport {
 public:
  ModuleReport(const Figures& figures, Module module) : figures_(figures), module_(std::move(module)), cells_(figures, 0) {
    for (const auto& [metric, label] : kSums) {
      Sum sum;
      for (const NodeId node : module_.nodes) sum.add(figures.of_layer(metric, 0, node));
      sums_.push_back(sum.quantity());
    }
  }

  [[nodiscard]] std::vector<Section> sections() const {
    return {{"module", "Module", summary()}, {"tensors", "What enters and leaves", tensors()}, {"layers", "Layers", layers()}};
  }

  void write_json(JsonWriter& json) const {
    json.begin_object(JsonWriter::Layout::lines);
    json.member("schema", "macroscope-module/1");
    json.member("model", figures_.path());
    json.member("name", module_.name);
    json.key("cost");
    json.begin_object();
    for (std::size_t i = 0; i < sums_.size(); ++i) json.member(name_of(kSums[i].first), sums_[i]);
    json.end_object();
    json.key("layers");
    json.begin_array(JsonWriter::Layout::lines);
    for (const NodeId node : module_.nodes) {
      const Node& layer = graph().nodes[node];
      json.begin_object();
      json.key("index");
      json.integer(layer.file_index);
      json.member("name", shown_name(graph(), layer));
      json.member("op", layer.op);
      for (const auto& [metric, label] : kSums) json.member(name_of(metric), figures_.of_layer(metric, 0, node));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }

 private:
  [[nodiscard]] const Graph& graph() const { return figures_.network().main(); }

  [[nodiscard]] Summary summary() const {
    Summary lines;
    lines.push_back({"Layers", Quantity{Dim::of_size(module_.nodes.size())}, ColumnType::number});
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const auto& [metric, label] = kSums[i];
      lines.push_back({label, sums_[i] ? Cell(*sums_[i]) : Cell(UnknownCell{}),
                       is_bytes(metric) ? ColumnType::bytes : ColumnType::count, share_of_model(metric, sums_[i])});
    }
    return lines;
  }

  [[nodiscard]] std::string share_of_model(Metric metric, const std::optional<Quantity>& part) const {
    const std::optional<Quantity> whole = figures_.total(metric);
    if (!part || !whole) return {};
    const std::optional<double> share = constant_share(part->value, whole->value);
    return share && *share > 0 ? fmt::format("{} % of the model", percent(*share)) : std::string();
  }

  /// Tensors that are made on one side of the module's border and read on the other; stored ones are the module's own.
  [[nodiscard]] Table tensors() const {
    const std::unordered_set<NodeId> inside(module_.nodes.begin(), module_.nodes.end());
    std::unordered_set<TensorId> made;
    std::unordered_set<TensorId> read_outside(graph().outputs.begin(), graph().outputs.end());
    for (NodeId node = 0; node < graph().nodes.size(); ++node) {
      const bool is_inside = inside.contains(node);
      if (is_inside) made.insert(graph().nodes[node].outputs.begin(), graph().nodes[node].outputs.end());
      if (!is_inside) read_outside.insert(graph().nodes[node].inputs.begin(), graph().nodes[node].inputs.end());
    }
    std::unordered_set<TensorId> stored;
    for (const Parameter& parameter : figures_.analysis().parameters.rows)
      if (parameter.graph == 0) stored.insert(parameter.tensor);
    std::vector<Row> rows;
    std::unordered_set<TensorId> listed;
    const auto add = [&](std::string_view side, TensorId tensor) {
      if (tensor == kAbsent || !listed.insert(tensor).second) return;
      const Type& type = figures_.analysis().shapes.scopes.front().facts[tensor].type;
      rows.push_back({RowKind::entry,
                      0,
                      {std::string(side), ModelText{std::string(graph().tensors[tensor].name)}, ModelText{type_text(type)}}});
    };
    for (const NodeId node : module_.nodes)
      for (const TensorId input : graph().nodes[node].inputs)
        if (!made.contains(input) && !stored.contains(input)) add("in", input);
    for (const NodeId node : module_.nodes)
      for (const TensorId output : graph().nodes[node].outputs)
        if (read_outside.contains(output)) add("out", output);
    Table table;
    table.columns = {
        {"side", "side", ColumnType::text}, {"name", "tensor", ColumnType::name}, {"type", "type", ColumnType::text}};
    table.row_count = rows.size();
    table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
    return table;
  }

  [[nodiscard]] Table layers() const {
    const std::vector<const LayerColumn*> columns =
        layer_columns({LayerDetail::index, LayerDetail::name, LayerDetail::shown_operator, LayerDetail::output_shape,
                       Metric::parameters, Metric::macs, LayerDetail::formula});
    Table table;
    for (const LayerColumn* column : columns) table.columns.push_back(column->column);
    table.columns.back().is_optional = true;
    table.row_count = module_.nodes.size();
    table.row = [this, columns](std::size_t index) {
      Row row{RowKind::entry, 0, {}};
      for (const LayerColumn* column : columns) row.cells.push_back(cells_.of(module_.nodes[index], *column));
      return row;
    };
    return table;
  }

  const Figures& figures_;
  Module module_;
  LayerCells cells_;
  /// By kSums.
  std::vector<std::optional<Quantity>> sums_;
};

void write_nodes(const Figures& figures, JsonWriter& json) {
  const Graph& graph = figures.network().main();
  json.begin_object(JsonWriter::Layout::lines);
  json.member("schema", "macroscope-nodes/1");
  json.member("model", figures.path());
  json.key("nodes");
  json.begin_array(JsonWriter::Layout::lines);
  for (const Node& node : graph.nodes) {
    json.begin_object();
    json.key("index");
    json.integer(node.file_index);
    json.member("name", shown_name(graph, node));
    json.member("op", node.op);
    json.member("path", node.path);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

std::vector<Section> sections_of_list(const Figures& figures) {
  Table table = layer_table(figures,
                            layer_columns({LayerDetail::index, LayerDetail::name, LayerDetail::shown_operator,
                                           LayerDetail::output_shape, Metric::parameters, Metric::macs}),
                            {}, true);
  table.columns.back().is_optional = table.columns[table.columns.size() - 2].is_optional = true;
  return {{"layers", "Nodes", std::move(table)},
          {"closing", "", Remark{fmt::format("Next: macroscope explain {} NAME, of a node or of a module.", figures.path())}}};
}

}  // namespace

Module find_module(const Figures& figures, std::string_view wanted) {
  Module module;
  const std::string_view name = trimmed(wanted);
  if (!figures.has_model() || name.empty()) return module;
  const Graph& graph = figures.network().main();
  module.name = name;
  module.nodes = nodes_within(graph, name);
  if (!module.nodes.empty()) return module;
  std::vector<std::string_view> ending_so;
  for (const std::string_view path : modules_of(graph))
    if (path.ends_with(name) && path[path.size() - name.size() - 1] == '/') ending_so.push_back(path);
  if (ending_so.size() != 1) return module;
  module.name = ending_so.front();
  module.nodes = nodes_within(graph, ending_so.front());
  return module;
}

std::vector<std::string> modules_near(const Figures& figures, std::string_view wanted) {
  std::vector<std::string> near;
  const std::string_view name = trimmed(wanted);
  if (!figures.has_model() || name.empty()) return near;
  for (const std::string_view path : modules_of(figures.network().main()))
    if (near.size() < kNearMisses && path.find(name) != std::string_view::npos) near.emplace_back(path);
  return near;
}

Report report_of(const Figures& figures, Module module, bool is_exact) {
  Report report;
  report.title.text = module.name;
  report.path.text = figures.path();
  const auto made = std::make_shared<const ModuleReport>(figures, std::move(module));
  report.sections = [made, &figures, is_exact](const Room& /*room*/) {
    std::vector<Section> sections = made->sections();
    if (!is_exact) add_example(sections, figures);
    return sections;
  };
  report.fields = [made](JsonWriter& json) { made->write_json(json); };
  return report;
}

Report list_of_nodes(const Figures& figures) {
  Report report;
  report.title.text = figures.network().information.name;
  report.path.text = figures.path();
  report.sections = [&figures](const Room& /*room*/) { return sections_of_list(figures); };
  report.fields = [&figures](JsonWriter& json) { write_nodes(figures, json); };
  return report;
}

}  // namespace macroscope
