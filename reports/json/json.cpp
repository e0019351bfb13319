#include "reports/json/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "analyzer/operators/notation/worked_formula.h"
#include "reports/json/findings_json.h"
#include "reports/json/memory_json.h"
#include "reports/json/receptive_field_json.h"
#include "reports/json/roofline_json.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/unicode.h"
#include "reports/sections/prefill_decode_section.h"
#include "reports/sections/sweep_section.h"
#include "reports/tables/memory_figures.h"
#include "reports/tables/tensor_names.h"
#include "reports/tables/totals.h"

namespace macroscope {
namespace {

using Layout = JsonWriter::Layout;

constexpr Metric kKinds[] = {Metric::add, Metric::mul, Metric::div, Metric::compare, Metric::special};

class JsonDocument {
 public:
  JsonDocument(const Figures& figures, JsonWriter& json) : figures_(figures), json_(json) {}

  void write() {
    json_.begin_object(Layout::lines);
    json_.member("schema", "macroscope/1");
    write_model();
    write_symbols();
    write_bindings();
    write_texts("assumptions", texts_of(figures_.analysis().shapes.assumptions));
    json_.member("complete", figures_.has_model() && figures_.analysis().costs.complete);
    write_coverage();
    if (figures_.has_model()) write_all_totals();
    if (figures_.has_model()) write_memory(figures_, json_);
    if (figures_.has_model()) write_roofline(figures_, json_);
    if (figures_.has_model()) write_prefill_decode(figures_, json_);
    if (figures_.has_model()) write_sweep(figures_, json_);
    write_main_graph();
    write_scopes();
    write_findings(figures_, json_);
    write_definitions();
    write_diagnostics();
    json_.end_object();
  }

 private:
  void write_model() {
    const ModelInformation& information = figures_.network().information;
    json_.key("model");
    json_.begin_object();
    json_.member("name", information.name);
    json_.member("path", figures_.path());
    json_.member("format", information.format.empty() ? "onnx" : information.format);
    json_.key("ir_version");
    json_.integer(information.ir_version);
    json_.key("opsets");
    json_.begin_object();
    std::set<std::string> domains;
    for (const OperatorSet& set : figures_.network().operator_sets) {
      if (!domains.insert(to_valid_utf8(set.domain)).second) continue;
      json_.key(set.domain);
      json_.integer(set.version);
    }
    json_.end_object();
    json_.member("producer", information.producer);
    json_.member("producer_version", information.producer_version);
    json_.key("nodes");
    json_.integer(figures_.has_model() ? static_cast<std::int64_t>(figures_.network().main().nodes.size()) : 0);
    json_.end_object();
  }

  void write_symbols() {
    static constexpr std::string_view kOrigins[] = {"input", "data", "loop"};
    json_.key("symbols");
    json_.begin_array(Layout::lines);
    for (const Symbol& symbol : figures_.network().symbols.all()) {
      json_.begin_object();
      json_.member("id", symbol.id);
      json_.member("name", symbol.name);
      json_.member("origin", kOrigins[static_cast<std::size_t>(symbol.origin)]);
      json_.end_object();
    }
    json_.end_array();
  }

  /// By their names in the model.
  void write_bindings() {
    json_.key("bindings");
    json_.begin_object();
    for (const auto& [name, value] : figures_.analysis().bindings) {
      json_.key(name);
      json_.quantity(value);
    }
    json_.end_object();
  }

  void write_texts(std::string_view key, const std::vector<std::string>& texts) {
    json_.key(key);
    json_.begin_array(Layout::lines);
    for (const std::string& text : texts) json_.string(text);
    json_.end_array();
  }

  void write_coverage() {
    const Costs& costs = figures_.analysis().costs;
    json_.key("coverage");
    json_.begin_object();
    json_.member("nodes", Dim::of_size(costs.node_count));
    json_.member("costed", Dim::of_size(costs.costed_count));
    json_.key("unknown");
    json_.begin_array();
    for (const UnknownOperator& unknown : costs.unknown) {
      json_.begin_object();
      json_.member("op", unknown.op);
      json_.member("domain", unknown.domain);
      json_.member("count", Dim::of_size(unknown.count));
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void write_all_totals() {
    json_.key("totals");
    json_.begin_object(Layout::lines);
    write_totals(totals_of(figures_));
    json_.end_object();
  }

  void write_totals(const std::vector<Total>& totals) {
    for (const Total& total : totals) {
      if (total.key == "peak") {
        write_peak(figures_, json_);
      } else {
        std::visit([&](const auto& value) { write_total(total.key, value); }, total.value);
      }
    }
  }
  void write_total(std::string_view key, const auto& value) { json_.member(key, value); }
  void write_total(std::string_view key, const std::vector<Total>& group) {
    json_.key(key);
    json_.begin_object();
    write_totals(group);
    json_.end_object();
  }

  void write_main_graph() {
    if (figures_.has_model()) return write_scope(0);
    json_.key("tensors");
    json_.begin_object();
    json_.end_object();
    json_.key("layers");
    json_.begin_array();
    json_.end_array();
  }

  void write_scopes() {
    json_.key("scopes");
    json_.begin_object(Layout::lines);
    std::set<std::string> taken;
    const auto& scopes = figures_.analysis().shapes.scopes;
    for (ScopeId id = 1; id < scopes.size(); ++id) {
      if (scopes[id].internal) continue;
      std::string key = scopes[id].path;
      for (int number = 2; !taken.insert(key).second; ++number) key = fmt::format("{}~{}", scopes[id].path, number);
      json_.key(key);
      json_.begin_object(Layout::lines);
      json_.member("multiplicity", Quantity{scopes[id].multiplicity});
      write_scope(id);
      json_.end_object();
    }
    json_.end_object();
  }

  void write_scope(ScopeId id) {
    if (id == 0) live_ = live_bytes(figures_);
    const Scope& scope = figures_.analysis().shapes.scopes[id];
    const Graph& graph = figures_.network().graphs[scope.graph];
    const TensorNames names(graph);
    json_.key("tensors");
    json_.begin_object(Layout::lines);
    for (TensorId tensor = 0; tensor < graph.tensors.size(); ++tensor) {
      if (graph.tensors[tensor].outer != kAbsent) continue;  // is in the graph that it belongs to
      json_.key(names.of(tensor));
      write_type(&scope.facts[tensor].type, [&] {
        if (id == 0) write_receptive_field(figures_, tensor, names, json_);
      });
    }
    json_.end_object();
    json_.key("layers");
    json_.begin_array(Layout::lines);
    formulas_.emplace(scope.classes);
    for (NodeId node = 0; node < graph.nodes.size(); ++node) write_layer(id, scope, graph, names, node);
    json_.end_array();
  }

  /// Element types nest as deep as the file says; each level is one object.  `further` writes more members of the outermost.
  void write_type(const Type* type, const std::function<void()>& further) {
    std::size_t open = 0;
    for (; type != nullptr; type = type->element.get()) {
      if (open++ > 0) json_.key("elem");
      json_.begin_object();
      if (type->kind != Kind::tensor) json_.member("kind", name_of(type->kind));
      if (type->kind == Kind::map) json_.member("key", name_of(type->key));
      if (type->kind == Kind::tensor || type->kind == Kind::sparse || type->kind == Kind::unknown) write_dtype_and_shape(*type);
    }
    for (; open > 1; --open) json_.end_object();
    further();
    json_.end_object();
  }

  static std::string_view name_of(Kind kind) {
    static constexpr std::string_view kNames[] = {"unknown", "tensor", "sparse", "sequence", "optional", "map", "absent"};
    return kNames[static_cast<std::size_t>(kind)];
  }
  static std::string_view name_of(DataType dtype) { return macroscope::name_of(dtype); }
  static std::string_view name_of(Metric metric) { return macroscope::name_of(metric); }

  void write_dtype_and_shape(const Type& type) {
    json_.key("dtype");
    if (type.dtype == DataType::unknown) {
      json_.null();
    } else {
      json_.string(name_of(type.dtype));
    }
    json_.key("shape");
    if (!type.shape.known()) return json_.null();
    json_.begin_array();
    for (const Dim& dim : type.shape) json_.quantity(dim);
    json_.end_array();
  }

  void write_layer(ScopeId id, const Scope& scope, const Graph& graph, const TensorNames& names, NodeId index) {
    const Node& node = graph.nodes[index];
    const auto metric = [&](Metric m) { json_.member(name_of(m), figures_.of_layer(m, id, index)); };
    json_.begin_object();
    json_.key("index");
    json_.integer(node.file_index);
    json_.member("name", node.name);
    json_.member("op", node.op);
    json_.member("domain", node.domain);
    json_.member("path", node.path);
    write_operands("inputs", node.inputs, names);
    write_operands("outputs", node.outputs, names);
    json_.member("multiplicity", Quantity{scope.multiplicity});
    if (id == 0 && index < graph.auxiliary_nodes.size() && graph.auxiliary_nodes[index]) {
      json_.member("side", true);
    }
    for (const Metric m : {Metric::parameters, Metric::macs, Metric::effective_macs, Metric::flops}) metric(m);
    json_.key("flops_by_kind");
    json_.begin_object();
    for (const Metric kind : kKinds) metric(kind);
    json_.end_object();
    metric(Metric::bytes_read);
    metric(Metric::bytes_written);
    metric(Metric::training_macs);
    write_fans(id, index);
    if (id == 0) json_.member("live_bytes", live_[index]);
    if (id == 0) write_layer_limit(figures_, index, json_);
    write_formula(scope, index);
    if (id == 0) {
      json_.key("paths");
      write_paths(figures_.analysis().findings().gradients.from_node[index], json_);
    }
    json_.member("status", macroscope::name_of(figures_.status(id, index)));
    json_.end_object();
  }

  void write_operands(std::string_view key, std::span<const TensorId> tensors, const TensorNames& names) {
    json_.key(key);
    json_.begin_array();
    for (const TensorId tensor : tensors) json_.string(tensor == kAbsent ? std::string_view() : names.of(tensor));
    json_.end_array();
  }

  /// Of a layer that has a weight to contract with.
  void write_fans(ScopeId scope, NodeId node) {
    const std::vector<std::optional<FanOfLayer>>& fans = figures_.analysis().initialization().nodes[scope];
    if (node >= fans.size() || !fans[node]) return;
    json_.member("fan_in", fans[node]->in);
    json_.member("fan_out", fans[node]->out);
  }

  void write_formula(const Scope& scope, NodeId node) {
    const Operator* row = scope.operators[node];
    if (row == nullptr || !scope.inferred[node]) return;
    const std::string* of_class = formulas_->find(node);
    const std::string& formula =
        of_class != nullptr ? *of_class : formulas_->keep(node, worked_formula(*row, site_of(figures_.network(), scope, node)));
    if (!formula.empty()) json_.member("formula", formula);
  }

  void write_definitions() {
    json_.key("definitions");
    json_.begin_object(Layout::lines);
    json_.write_definitions();
    json_.end_object();
  }

  void write_diagnostics() {
    json_.key("diagnostics");
    json_.begin_array(Layout::lines);
    for (const Diagnostic& diagnostic : figures_.analysis().diagnostics) {
      json_.begin_object();
      json_.member("severity", macroscope::name_of(diagnostic.severity));
      json_.member("code", diagnostic.code);
      json_.member("message", diagnostic.message);
      json_.member("origin", text_of(diagnostic.origin));
      json_.member("help", diagnostic.help);
      json_.end_object();
    }
    json_.end_array();
  }

  const Figures& figures_;
  JsonWriter& json_;
  /// Of the graph whose layers are being written.
  std::optional<ClassResults<std::string>> formulas_;
  /// By node of the main graph.
  std::vector<std::optional<Quantity>> live_;
};

struct CellToJson {
  JsonWriter& json;
  void operator()(const std::monostate& /*nothing*/) const { json.null(); }
  void operator()(const std::string& words) const { json.string(words); }
  void operator()(const ModelText& name) const { json.string(name.text); }
  void operator()(const Quantity& quantity) const { json.quantity(quantity.value); }
  void operator()(const Shape& shape) const {
    json.begin_array();
    for (const Dim& dim : shape) json.quantity(dim);
    json.end_array();
  }
  void operator()(const Share& share) const { json.string(fmt::format("{}", share.fraction)); }
  void operator()(const Status& status) const { json.string(name_of(status)); }
  void operator()(const UnknownCell& /*unknown*/) const { json.null(); }
  void operator()(const Worked& worked) const { json.string(worked.text()); }
};

}  // namespace

void render_json(const Figures& figures, JsonWriter& json) { JsonDocument(figures, json).write(); }

void write_rows(const Table& table, JsonWriter& json) {
  json.begin_array(Layout::lines);
  for (std::size_t index = 0; index < table.row_count; ++index) {
    const Row row = table.row(index);
    json.begin_object();
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      json.key(table.columns[c].id);
      std::visit(CellToJson{json}, row.cells[c]);
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace macroscope
