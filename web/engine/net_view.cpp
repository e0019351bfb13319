#include "web/engine/net_view.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "analyzer/analysis.h"
#include "frontends/dsl/interpreter/expectations.h"
#include "frontends/dsl/layers/layers.h"
#include "frontends/dsl/net_file.h"
#include "frontends/dsl/syntax/lexer.h"
#include "reports/formats/html_writer.h"
#include "reports/kinds/analysis_report.h"
#include "reports/kinds/worked_report.h"
#include "reports/notation/diagnostic_text.h"
#include "reports/notation/json_writer.h"
#include "reports/pictures/graph_svg.h"
#include "reports/pictures/model_graph.h"
#include "reports/pictures/receptive_field_picture.h"
#include "reports/sections/receptive_field_section.h"
#include "reports/tables/figures.h"
#include "reports/tables/layer_tree.h"

namespace macroscope::web {
namespace {

/// A picture with more boxes says nothing beside an editor: modules are boxes then.
constexpr std::size_t kMostBoxes = 150;

struct ExpandedNet {
  std::string name;
  Analysis analysis;
  std::shared_ptr<const dsl::NetRecord> record;
};

std::vector<ExpandedNet> expanded_nets(const dsl::NetFile& file) {
  std::vector<ExpandedNet> nets;
  if (has_errors(file.diagnostics())) return nets;
  for (const std::string_view name : file.nets()) {
    dsl::Expansion expansion = file.expand(name, {});
    ExpandedNet& net = nets.emplace_back();
    net.name = name;
    net.record = expansion.record;
    if (expansion.network) {
      net.analysis = analyze(std::move(*expansion.network), std::move(expansion.diagnostics), {});
      file.place_in_text(net.analysis.network, net.analysis.diagnostics);
    } else {
      net.analysis.diagnostics = std::move(expansion.diagnostics);
      net.analysis.costs.complete = false;
    }
  }
  return nets;
}

bool has_network(const ExpandedNet& net) noexcept { return !net.analysis.network.graphs.empty(); }

std::vector<dsl::ExpectationResult> expectations_of(const dsl::NetFile& file, const std::vector<ExpandedNet>& nets) {
  if (nets.empty()) return {};
  std::vector<dsl::AnalysedNet> analysed;
  for (const ExpandedNet& net : nets) analysed.push_back({net.name, has_network(net) ? &net.analysis : nullptr, net.record});
  return dsl::check_expectations(file.content(), analysed);
}

/// Writes the parts of the document.
class NetJson {
 public:
  explicit NetJson(Sink& sink) : json_(sink) {}

  void write(const NetRequest& request) {
    const dsl::NetFile file(request.text);
    const std::vector<ExpandedNet> nets = expanded_nets(file);
    const std::vector<dsl::ExpectationResult> expectations = expectations_of(file, nets);
    json_.begin_object();
    write_diagnostics(file, nets, expectations);
    json_.key("nets");
    json_.begin_array();
    for (const std::string_view name : file.nets()) json_.string(name);
    json_.end_array();
    write_expectations(expectations);
    const auto named = std::find_if(nets.begin(), nets.end(), [&](const ExpandedNet& net) { return net.name == request.net; });
    const auto shown = named == nets.end() ? nets.begin() : named;
    if (shown != nets.end()) {
      json_.member("shown", shown->name);
      if (has_network(*shown)) write_views(*shown, request.view);
    }
    json_.end_object();
    json_.flush();
  }

 private:
  void write_place(const TextOrigin* place) {
    json_.key("at");
    if (place == nullptr || place->line == 0) return json_.null();
    json_.begin_object();
    json_.key("line"), json_.integer(place->line);
    json_.key("column"), json_.integer(place->column);
    json_.key("length"), json_.integer(place->length);
    json_.end_object();
  }

  void write_diagnostic(const Diagnostic& diagnostic) {
    json_.begin_object();
    json_.member("severity", name_of(diagnostic.severity));
    json_.member("code", diagnostic.code);
    json_.member("message", diagnostic.message);
    json_.member("help", diagnostic.help);
    write_place(std::get_if<TextOrigin>(&diagnostic.origin));
    json_.key("notes");
    json_.begin_array();
    for (const Note& note : diagnostic.notes) {
      json_.begin_object();
      json_.member("message", note.message);
      write_place(&note.origin);
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void write_diagnostics(const dsl::NetFile& file, const std::vector<ExpandedNet>& nets,
                         const std::vector<dsl::ExpectationResult>& expectations) {
    json_.key("diagnostics");
    json_.begin_array();
    for (const Diagnostic& diagnostic : file.diagnostics()) write_diagnostic(diagnostic);
    for (const ExpandedNet& net : nets)
      for (const Diagnostic& diagnostic : net.analysis.diagnostics) write_diagnostic(diagnostic);
    for (const dsl::ExpectationResult& expectation : expectations)
      if (expectation.mistake) write_diagnostic(*expectation.mistake);
    json_.end_array();
  }

  void write_expectations(const std::vector<dsl::ExpectationResult>& expectations) {
    json_.key("expectations");
    json_.begin_array();
    for (const dsl::ExpectationResult& expectation : expectations) {
      json_.begin_object();
      json_.member("outcome", name_of(expectation.outcome));
      json_.member("net", expectation.net);
      json_.member("text", expectation.text);
      json_.member("left", expectation.left);
      json_.member("right", expectation.right);
      json_.member("difference", expectation.difference);
      json_.member("why", expectation.why);
      write_place(&expectation.origin);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_views(const ExpandedNet& net, std::string_view view) {
    const Figures figures(net.analysis, net.name);
    TextSink html;
    if (view == "table") add_sections(report_of(figures, {}), {"summary", "layers"}, html);
    if (view == "worked") add_sections(worked_report(figures, {}), {"worked"}, html);
    if (view == "graph") draw_graph(figures, html);
    if (view == "fields") {
      if (const std::optional<Section> picture = receptive_field_picture(figures)) write_html_section(*picture, "", html);
      if (const std::optional<Section> fields = receptive_field_section(figures)) write_html_section(*fields, "", html);
    }
    json_.member("html", html.text());
  }

  static void add_sections(const Report& report, const std::vector<std::string_view>& ids, Sink& html) {
    for (const Section& section : report.sections({0, false, false}))
      if (section.is_warning || std::find(ids.begin(), ids.end(), section.id) != ids.end()) write_html_section(section, "", html);
  }

  static void draw_graph(const Figures& figures, Sink& html) {
    const Metric metric = LayerTree(figures, {}).estimated_by();
    GraphPicture picture = flat_picture(figures, metric, 0);
    for (std::size_t depth = 3; depth > 0 && picture.boxes.size() > kMostBoxes; --depth)
      picture = flat_picture(figures, metric, depth);
    draw_picture(picture, figures, {}, metric, html);
  }

  JsonWriter json_;
};

void write_words(JsonWriter& json, std::string_view key, const std::vector<std::string_view>& words) {
  json.key(key);
  json.begin_array();
  for (const std::string_view word : words) json.string(word);
  json.end_array();
}

}  // namespace

std::string view_of_net(const NetRequest& request) {
  TextSink sink;
  NetJson(sink).write(request);
  return sink.take();
}

std::string words_of_language() {
  TextSink sink;
  {
    JsonWriter json(sink);
    json.begin_object();
    write_words(json, "keywords", {dsl::keywords().begin(), dsl::keywords().end()});
    json.key("layers");
    json.begin_array();
    for (const dsl::Layer& layer : dsl::all_layers()) {
      json.begin_object();
      json.member("name", layer.name);
      json.member("signature", dsl::signature_of(layer));
      json.key("parameters");
      json.begin_array();
      for (const dsl::LayerParameter& parameter : layer.parameters) {
        json.begin_object();
        json.member("name", parameter.name);
        json.member("otherwise", parameter.otherwise);
        json.end_object();
      }
      json.end_array();
      json.end_object();
    }
    json.end_array();
    write_words(json, "operators", dsl::operator_names());
    json.end_object();
  }
  return sink.take();
}

}  // namespace macroscope::web
