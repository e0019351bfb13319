#include "reports/kinds/node_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "analyzer/diagnostics/suggestion.h"
#include "analyzer/operators/notation/worked_formula.h"
#include "reports/json/json.h"
#include "reports/kinds/example.h"
#include "reports/kinds/node_context.h"
#include "reports/notation/number_text.h"
#include "reports/notation/type_text.h"
#include "reports/tables/nested_layers.h"

namespace macroscope {
namespace {

constexpr std::size_t kNearMisses = 5;
constexpr std::array<Metric, 5> kKinds{Metric::add, Metric::mul, Metric::div, Metric::compare, Metric::special};

bool is_shown(const Scope& scope) { return !scope.internal; }

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool makes(const Graph& graph, const Node& node, std::string_view tensor) {
  return std::any_of(node.outputs.begin(), node.outputs.end(),
                     [&](TensorId output) { return output != kAbsent && graph.tensors[output].name == tensor; });
}

/// The node of one graph that `is_it` holds for.
template <typename Condition>
std::optional<NodePlace> find_where(const Figures& figures, Condition is_it) {
  const auto& scopes = figures.analysis().shapes.scopes;
  for (ScopeId id = 0; id < scopes.size(); ++id) {
    if (!is_shown(scopes[id])) continue;
    const Graph& graph = figures.network().graphs[scopes[id].graph];
    for (NodeId node = 0; node < graph.nodes.size(); ++node)
      if (is_it(id, graph, graph.nodes[node])) return NodePlace{id, node};
  }
  return std::nullopt;
}

/// The parameter that a tensor is, where it is one.
const Parameter* parameter_of(const Figures& figures, GraphId graph, TensorId tensor) {
  const auto& rows = figures.analysis().parameters.rows;
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Parameter& row) { return row.graph == graph && row.tensor == tensor; });
  return found == rows.end() ? nullptr : &*found;
}

class NodeReport {
 public:
  NodeReport(const Figures& figures, const NodePlace& place)
      : figures_(figures),
        place_(place),
        scope_(figures.analysis().shapes.scopes[place.scope]),
        graph_(figures.network().graphs[scope_.graph]),
        node_(graph_.nodes[place.node]) {}

  [[nodiscard]] std::string_view name() const { return shown_name(graph_, node_); }

  [[nodiscard]] std::vector<Section> sections() const {
    std::vector<Section> sections;
    sections.push_back({"node", "Node", identity()});
    sections.push_back({"tensors", "Inputs and outputs", tensors()});
    sections.push_back({"cost", "Cost", cost()});
    if (Table inside = costliest_inside(figures_, place_.scope, place_.node); inside.row_count > 0) {
      sections.push_back({"inside", "What runs inside, each time", std::move(inside)});
    } else if (place_.scope == 0) {
      if (std::optional<Table> worked = worked_lines(figures_, place_.node))
        sections.push_back({"worked", "Worked out", std::move(*worked)});
    }
    if (Summary context = context_of(figures_, place_.scope, place_.node); !context.empty())
      sections.push_back({"context", "In the model", std::move(context)});
    if (Diagnostics own = diagnostics(); !own.empty()) sections.push_back({"diagnostics", "Diagnostics", std::move(own), true});
    return sections;
  }

  void write_json(JsonWriter& json) const {
    json.begin_object(JsonWriter::Layout::lines);
    json.member("schema", "macroscope-node/1");
    json.member("model", figures_.path());
    json.key("index");
    json.integer(node_.file_index);
    json.member("name", node_.name);
    json.member("op", node_.op);
    json.member("domain", node_.domain);
    json.member("path", node_.path);
    json.member("scope", scope_.path);
    json.member("rule", rule());
    if (const std::string worked = formula(); !worked.empty()) json.member("formula", worked);
    json.member("status", name_of(figures_.status(place_.scope, place_.node)));
    json.key("tensors");
    write_rows(tensors(), json);
    json.key("cost");
    json.begin_object();
    for (const Metric metric : columns_of_layers())
      json.member(name_of(metric), figures_.of_layer(metric, place_.scope, place_.node));
    json.end_object();
    json.member("why", why());
    write_context(figures_, place_.scope, place_.node, json);
    json.key("diagnostics");
    json.begin_array();
    for (const Diagnostic& diagnostic : diagnostics()) json.string(fmt::format("{}: {}", diagnostic.code, diagnostic.message));
    json.end_array();
    json.end_object();
  }

 private:
  [[nodiscard]] const Operator* row() const { return scope_.operators[place_.node]; }

  [[nodiscard]] std::string rule() const { return row() == nullptr ? std::string() : rule_in_words(*row()); }

  [[nodiscard]] std::string formula() const {
    if (row() == nullptr || !scope_.inferred[place_.node]) return {};
    return worked_formula(*row(), site_of(figures_.network(), scope_, place_.node));
  }

  /// Where the figures come from, in a sentence.
  [[nodiscard]] std::string why() const {
    const bool has_calls =
        std::any_of(scope_.calls.begin(), scope_.calls.end(), [&](const Call& call) { return call.node == place_.node; });
    if (row() == nullptr && has_calls) return "a function of the model: the sum of its body";
    if (row() == nullptr) return "no cost rule: what it costs is unknown and totals are lower bounds; --ops brings a rule";
    if (!scope_.inferred[place_.node]) return "its shape rule failed or lacks a size: see the diagnostics and the inputs";
    if (has_calls) return "its own work, and that of the graphs that it runs";
    switch (figures_.status(place_.scope, place_.node)) {
      case Status::free:
        return "moves data, or computes on integers and bools: no arithmetic is counted";
      case Status::unknown:
        return "the sizes that its cost needs are not known";
      case Status::counted:
        break;
    }
    return "counted by the rule, with the extents of its shapes";
  }

  [[nodiscard]] Summary identity() const {
    Summary lines;
    lines.push_back({"Operator", ModelText{shown_operator(node_.domain, node_.op)}, ColumnType::name});
    lines.push_back({"Number", Quantity{Dim(node_.file_index)}, ColumnType::number, "in the file"});
    if (!node_.path.empty()) lines.push_back({"Module", ModelText{std::string(node_.path)}, ColumnType::name});
    if (!scope_.path.empty()) lines.push_back({"Inside of", ModelText{scope_.path}, ColumnType::name});
    if (!scope_.multiplicity.is(1)) lines.push_back({"Runs", Quantity{scope_.multiplicity}, ColumnType::count, "times"});
    if (const std::string words = rule(); !words.empty()) lines.push_back({"Rule", ModelText{words}, ColumnType::name});
    if (const std::string worked = formula(); !worked.empty()) lines.push_back({"Worked", ModelText{worked}, ColumnType::name});
    lines.push_back({"Why", why(), ColumnType::text});
    return lines;
  }

  [[nodiscard]] Table tensors() const {
    std::vector<Row> rows;
    const auto add = [&](std::string_view side, TensorId tensor) {
      if (tensor == kAbsent) return;
      const Parameter* parameter = parameter_of(figures_, scope_.graph, tensor);
      Row row{RowKind::entry,
              0,
              {std::string(side), ModelText{std::string(graph_.tensors[tensor].name)},
               ModelText{type_text(scope_.facts[tensor].type)},
               parameter == nullptr ? Cell() : Cell(std::string(name_of(parameter->role))),
               parameter == nullptr ? Cell() : Cell(Quantity{parameter->elements})}};
      rows.push_back(std::move(row));
    };
    for (const TensorId input : node_.inputs) add("input", input);
    for (const TensorId output : node_.outputs) add("output", output);
    Table table;
    table.columns = {{"side", "side", ColumnType::text},
                     {"name", "tensor", ColumnType::name},
                     {"type", "type", ColumnType::text},
                     {"role", "stored as", ColumnType::text},
                     {"elements", "elements", ColumnType::count}};
    table.row_count = rows.size();
    table.row = [rows = std::move(rows)](std::size_t index) { return rows[index]; };
    return table;
  }

  [[nodiscard]] Summary cost() const {
    Summary lines;
    const auto add = [&](std::string_view label, Metric metric, ColumnType type, std::string remark = {}) {
      const std::optional<Quantity> amount = figures_.of_layer(metric, place_.scope, place_.node);
      lines.push_back({label, amount ? Cell(*amount) : Cell(UnknownCell{}), type, std::move(remark)});
    };
    add("Parameters", Metric::parameters, ColumnType::count);
    add("MACs", Metric::macs, ColumnType::count, share_of_model());
    const std::optional<Quantity> macs = figures_.of_layer(Metric::macs, place_.scope, place_.node);
    const std::optional<Quantity> effective = figures_.of_layer(Metric::effective_macs, place_.scope, place_.node);
    if (macs && effective && macs->value != effective->value)
      add("Effective MACs", Metric::effective_macs, ColumnType::count, "without padding and masked work");
    add("FLOPs", Metric::flops, ColumnType::count, "2 per MAC, and what follows");
    for (const Metric kind : kKinds) {
      const std::optional<Quantity> amount = figures_.of_layer(kind, place_.scope, place_.node);
      if (amount && !amount->value.is(0)) add(name_of(kind), kind, ColumnType::count);
    }
    add("Read", Metric::bytes_read, ColumnType::bytes);
    add("Written", Metric::bytes_written, ColumnType::bytes);
    return lines;
  }

  [[nodiscard]] std::string share_of_model() const {
    const std::optional<Quantity> own = figures_.of_layer(Metric::macs, place_.scope, place_.node);
    const std::optional<Quantity> all = figures_.total(Metric::macs);
    if (!own || !all || place_.scope != 0) return {};
    const std::optional<double> share = constant_share(own->value, all->value);
    return share && *share > 0 ? fmt::format("{} % of the model", percent(*share)) : std::string();
  }

  [[nodiscard]] Diagnostics diagnostics() const {
    Diagnostics own;
    for (const Diagnostic& diagnostic : figures_.analysis().diagnostics) {
      const auto* origin = std::get_if<NodeOrigin>(&diagnostic.origin);
      if (origin != nullptr && origin->index == node_.file_index && origin->scope == scope_.path) own.push_back(diagnostic);
    }
    return own;
  }

  const Figures& figures_;
  NodePlace place_;
  const Scope& scope_;
  const Graph& graph_;
  const Node& node_;
};

}  // namespace

std::optional<NodePlace> find_node(const Figures& figures, std::string_view wanted) {
  if (!figures.has_model() || wanted.empty()) return std::nullopt;
  if (const auto named = find_where(figures, [&](ScopeId, const Graph&, const Node& node) { return node.name == wanted; }))
    return named;
  if (const auto producer =
          find_where(figures, [&](ScopeId, const Graph& graph, const Node& node) { return makes(graph, node, wanted); }))
    return producer;
  const std::optional<std::uint32_t> number = number_in(wanted);
  if (!number) return std::nullopt;
  return find_where(figures,
                    [&](ScopeId scope, const Graph&, const Node& node) { return scope == 0 && node.file_index == *number; });
}

std::vector<std::string> near_misses(const Figures& figures, std::string_view wanted) {
  std::vector<std::string> found;
  if (!figures.has_model() || wanted.empty()) return found;
  const Graph& graph = figures.network().main();
  std::vector<std::string_view> names;
  names.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) names.push_back(shown_name(graph, node));
  for (const std::string_view name : names)
    if (found.size() < kNearMisses && name.find(wanted) != std::string_view::npos) found.emplace_back(name);
  if (found.empty())
    if (const std::string_view nearest = nearest_to(wanted, names); !nearest.empty()) found.emplace_back(nearest);
  return found;
}

Report report_of(const Figures& figures, const NodePlace& place, bool is_exact) {
  Report report;
  report.title.text = NodeReport(figures, place).name();
  report.path.text = figures.path();
  report.sections = [&figures, place, is_exact](const Room& /*room*/) {
    std::vector<Section> sections = NodeReport(figures, place).sections();
    if (!is_exact) add_example(sections, figures);
    return sections;
  };
  report.fields = [&figures, place](JsonWriter& json) { NodeReport(figures, place).write_json(json); };
  return report;
}

}  // namespace macroscope
