#include "reports/check/check_openmetrics.h"

#include <fmt/format.h>

#include <set>

#include "reports/notation/escape.h"

namespace macroscope {
namespace {

std::string labels_of(const ModelVerdicts& model) {
  std::string labels = fmt::format("model=\"{}\"", openmetrics_label(model.path));
  if (!model.bindings.empty()) labels += fmt::format(",bindings=\"{}\"", openmetrics_label(words_for(model.bindings)));
  return labels;
}

class OpenMetrics {
 public:
  explicit OpenMetrics(Sink& sink) : sink_(sink) {}

  void begin(std::string_view name, std::string_view help) {
    name_ = name;
    seen_.clear();
    sink_.write(fmt::format("# TYPE macroscope_{} gauge\n# HELP macroscope_{} {}.\n", name, name, help));
  }
  /// Of one set of labels there is one sample.
  void add(const std::string& labels, std::string_view value) {
    if (seen_.insert(labels).second) sink_.write(fmt::format("macroscope_{}{{{}}} {}\n", name_, labels, value));
  }

 private:
  Sink& sink_;
  std::string_view name_;
  std::set<std::string> seen_;
};

}  // namespace

void render_check_openmetrics(const CheckReport& report, Sink& sink) {
  OpenMetrics metrics(sink);
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    bool has_any = false;
    for (const ModelVerdicts& model : report.models) has_any = has_any || (model.totals[i] && model.totals[i]->value.integer());
    if (!has_any) continue;
    metrics.begin(name_of(metric), fmt::format("{} of the model", words_for(metric)));
    for (const ModelVerdicts& model : report.models)
      if (model.totals[i] && model.totals[i]->value.integer()) metrics.add(labels_of(model), model.totals[i]->value.text());
  }
  metrics.begin("complete", "1 where every operator was costed, otherwise totals are lower bounds");
  for (const ModelVerdicts& model : report.models) metrics.add(labels_of(model), model.is_complete ? "1" : "0");
  const auto labels_of_verdict = [](const ModelVerdicts& model, const Verdict& verdict) {
    return fmt::format("{},rule=\"{}\",layers=\"{}\",subject=\"{}\"", labels_of(model), rule_id(verdict),
                       openmetrics_label(verdict.layers), openmetrics_label(verdict.subject));
  };
  metrics.begin("limit", "what the budget allows");
  for (const ModelVerdicts& model : report.models)
    for (const Verdict& verdict : model.verdicts)
      if (verdict.limit && verdict.limit->value.integer())
        metrics.add(labels_of_verdict(model, verdict), verdict.limit->value.text());
  metrics.begin("broken", "1 where a limit is missed or undecided");
  for (const ModelVerdicts& model : report.models)
    for (const Verdict& verdict : model.verdicts)
      metrics.add(labels_of_verdict(model, verdict), verdict.outcome >= Outcome::undecided ? "1" : "0");
  sink.write("# EOF\n");
}

}  // namespace macroscope
