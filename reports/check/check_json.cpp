#include "reports/check/check_json.h"

#include <fmt/format.h>

#include "reports/notation/json_writer.h"

namespace macroscope {
namespace {

using Layout = JsonWriter::Layout;

void write_largest(JsonWriter& json, const Verdict& verdict) {
  json.key("largest");
  json.begin_array();
  for (const Contribution& one : verdict.largest) {
    json.begin_object();
    json.member("layer", one.layer);
    json.member("operator", one.op);
    json.member("amount", one.amount);
    json.end_object();
  }
  json.end_array();
}

void write_changes(JsonWriter& json, const Verdict& verdict) {
  json.key("changes");
  json.begin_array();
  for (const LayerChange& change : verdict.changes) {
    json.begin_object();
    json.member("kind", name_of(change.kind));
    json.member("layer", change.layer);
    json.member("operator", change.op);
    json.member("difference", change.difference);
    json.end_object();
  }
  json.end_array();
}

void write_verdict(JsonWriter& json, const Verdict& verdict, const std::string& file) {
  json.begin_object();
  json.member("rule", name_of(verdict.rule));
  json.member("outcome", name_of(verdict.outcome));
  if (verdict.metric) json.member("metric", name_of(*verdict.metric));
  if (!verdict.layers.empty()) json.member("layers", verdict.layers);
  if (!verdict.subject.empty()) json.member("subject", verdict.subject);
  json.member("actual", verdict.actual);
  json.member("lower_bound", verdict.actual && verdict.actual->at_least);
  json.member("limit", verdict.limit);
  if (verdict.baseline) json.member("baseline", verdict.baseline);
  if (verdict.missed_by) json.member("missed_by", *verdict.missed_by);
  json.member("message", fmt::format("{}: {}", subject_of(verdict), sentence_of(verdict)));
  if (!verdict.largest.empty()) write_largest(json, verdict);
  if (!verdict.changes.empty()) write_changes(json, verdict);
  if (const std::string line = accepting_line(verdict); !line.empty()) json.member("accept", line);
  if (verdict.origin.line > 0) {
    json.key("origin");
    json.begin_object();
    json.member("file", file);
    json.key("line");
    json.integer(verdict.origin.line);
    json.key("column");
    json.integer(verdict.origin.column);
    json.end_object();
  }
  json.end_object();
}

void write_model(JsonWriter& json, const ModelVerdicts& model, const CheckReport& report) {
  json.begin_object(Layout::lines);
  json.member("path", model.path);
  json.key("bindings");
  json.begin_object();
  for (const auto& [name, value] : model.bindings) json.member(name, value);
  json.end_object();
  json.member("complete", model.is_complete);
  json.member("errors", model.has_errors);
  json.key("totals");
  json.begin_object();
  for (std::size_t i = 0; i < kMetrics; ++i)
    if (model.totals[i]) json.member(name_of(static_cast<Metric>(i)), model.totals[i]);
  json.end_object();
  json.key("verdicts");
  json.begin_array(Layout::lines);
  for (const Verdict& verdict : model.verdicts) write_verdict(json, verdict, report.file_of(verdict));
  json.end_array();
  json.end_object();
}

}  // namespace

void render_check_json(const CheckReport& report, Sink& sink) {
  JsonWriter json(sink);
  json.begin_object(Layout::lines);
  json.member("schema", "macroscope-check/1");
  json.member("budget", report.budget_path);
  const OutcomeCounts counts = count_outcomes(report);
  json.key("counts");
  json.begin_object();
  for (std::size_t i = 0; i < kOutcomes; ++i) json.member(name_of(static_cast<Outcome>(i)), Dim::of_size(counts[i]));
  json.end_object();
  json.key("models");
  json.begin_array(Layout::lines);
  for (const ModelVerdicts& model : report.models) write_model(json, model, report);
  json.end_array();
  json.end_object();
}

}  // namespace macroscope
