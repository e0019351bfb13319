#include "reports/check/check_sarif.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "reports/notation/json_writer.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

using Layout = JsonWriter::Layout;

constexpr std::size_t kMostResults = 5000;

struct SarifResult {
  const ModelVerdicts* model;
  const Verdict* verdict;
};

std::string_view level_of(Outcome outcome) {
  if (outcome == Outcome::failed || outcome == Outcome::undecided) return "error";
  return outcome == Outcome::warned ? "warning" : "note";
}

/// A path as the reference of a URI.
std::string uri_of(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

class SarifDocument {
 public:
  SarifDocument(const CheckReport& report, Sink& sink, std::string_view version)
      : report_(report), json_(sink), version_(version) {
    for (const ModelVerdicts& model : report.models)
      for (const Verdict& verdict : model.verdicts)
        if (verdict.outcome != Outcome::passed) results_.push_back({&model, &verdict});
    std::stable_sort(results_.begin(), results_.end(),
                     [](const SarifResult& a, const SarifResult& b) { return a.verdict->outcome > b.verdict->outcome; });
    left_out_ = results_.size() > kMostResults ? results_.size() - kMostResults : 0;
    results_.resize(results_.size() - left_out_);
    for (const SarifResult& result : results_) rules_.emplace(rule_id(*result.verdict), 0);
    std::int64_t index = 0;
    for (auto& [id, place] : rules_) place = index++;
  }

  void write() {
    json_.begin_object(Layout::lines);
    json_.member("$schema", "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json");
    json_.member("version", "2.1.0");
    json_.key("runs");
    json_.begin_array(Layout::lines);
    json_.begin_object(Layout::lines);
    write_tool();
    write_invocation();
    json_.key("results");
    json_.begin_array(Layout::lines);
    for (const SarifResult& result : results_) write_result(result);
    json_.end_array();
    json_.end_object();
    json_.end_array();
    json_.end_object();
  }

 private:
  void write_message(std::string_view text) {
    json_.key("message");
    json_.begin_object();
    json_.member("text", text);
    json_.end_object();
  }

  void write_tool() {
    json_.key("tool");
    json_.begin_object();
    json_.key("driver");
    json_.begin_object(Layout::lines);
    json_.member("name", "macroscope");
    json_.member("version", version_);
    json_.key("rules");
    json_.begin_array(Layout::lines);
    for (const auto& [id, place] : rules_) {
      json_.begin_object();
      json_.member("id", id);
      json_.key("shortDescription");
      json_.begin_object();
      json_.member("text", fmt::format("The budget's rule {}", id));
      json_.end_object();
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
    json_.end_object();
  }

  void write_invocation() {
    const bool is_read =
        std::none_of(report_.models.begin(), report_.models.end(), [](const ModelVerdicts& m) { return m.has_errors; });
    json_.key("invocations");
    json_.begin_array();
    json_.begin_object();
    json_.key("executionSuccessful");
    json_.boolean(is_read);
    json_.key("toolExecutionNotifications");
    json_.begin_array(Layout::lines);
    for (const ModelVerdicts& model : report_.models)
      if (model.has_errors)
        write_notification("error", fmt::format("{}: the model cannot be read or has errors\n{}", model.path,
                                                fmt::join(error_lines(model), "\n")));
    if (left_out_ > 0) write_notification("warning", fmt::format("{} more results are left out", grouped(left_out_)));
    json_.end_array();
    json_.end_object();
    json_.end_array();
  }

  void write_notification(std::string_view level, std::string_view text) {
    json_.begin_object();
    json_.member("level", level);
    write_message(text);
    json_.end_object();
  }

  void write_result(const SarifResult& result) {
    const Verdict& verdict = *result.verdict;
    const std::string& file = report_.file_of(verdict);
    const std::string id = rule_id(verdict);
    std::string text = fmt::format("{}: {}: {}", result.model->path, subject_of(verdict), sentence_of(verdict));
    for (const std::string& line : details_of(verdict, file)) text += "\n" + line;
    json_.begin_object();
    json_.member("ruleId", id);
    json_.key("ruleIndex");
    json_.integer(rules_.at(id));
    json_.member("level", level_of(verdict.outcome));
    write_message(text);
    write_location(verdict, file.empty() ? result.model->path : file);
    json_.key("partialFingerprints");
    json_.begin_object();
    json_.member("model/rule/subject", fmt::format("{}|{}|{}|{}|{}", result.model->path, words_for(result.model->bindings), id,
                                                   verdict.layers, verdict.subject));
    json_.end_object();
    json_.end_object();
  }

  void write_location(const Verdict& verdict, const std::string& file) {
    json_.key("locations");
    json_.begin_array();
    json_.begin_object();
    json_.key("physicalLocation");
    json_.begin_object();
    json_.key("artifactLocation");
    json_.begin_object();
    json_.member("uri", uri_of(file));
    json_.end_object();
    if (verdict.origin.line > 0) {
      json_.key("region");
      json_.begin_object();
      json_.key("startLine");
      json_.integer(verdict.origin.line);
      json_.key("startColumn");
      json_.integer(verdict.origin.column);
      json_.end_object();
    }
    json_.end_object();
    json_.end_object();
    json_.end_array();
  }

  const CheckReport& report_;
  JsonWriter json_;
  std::string_view version_;
  std::vector<SarifResult> results_;
  std::size_t left_out_ = 0;
  std::map<std::string, std::int64_t> rules_;
};

}  // namespace

void render_check_sarif(const CheckReport& report, Sink& sink, std::string_view version) {
  SarifDocument(report, sink, version).write();
}

}  // namespace macroscope
