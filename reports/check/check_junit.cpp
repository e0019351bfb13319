#include "reports/check/check_junit.h"

#include <fmt/format.h>

#include "reports/notation/escape.h"

namespace macroscope {
namespace {

std::size_t count(const ModelVerdicts& model, Outcome outcome) {
  std::size_t found = 0;
  for (const Verdict& verdict : model.verdicts) found += verdict.outcome == outcome ? 1 : 0;
  return found;
}

std::string_view element_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::failed:
      return "failure";
    case Outcome::undecided:
      return "error";
    case Outcome::skipped:
      return "skipped";
    default:
      return "system-out";
  }
}

void write_verdict(const Verdict& verdict, const std::string& file, const std::string& model, Sink& sink) {
  const std::string subject = html_text(fmt::format("{} ({})", subject_of(verdict), rule_id(verdict)));
  const std::string sentence = html_text(sentence_of(verdict));
  sink.write(fmt::format("    <testcase name=\"{}\" classname=\"{}\">\n", subject, model));
  const std::string_view element = element_for(verdict.outcome);
  std::string details;
  for (const std::string& line : details_of(verdict, file)) details += "\n" + html_text(line);
  if (element == "system-out") {
    sink.write(fmt::format("      <system-out>{}: {}{}</system-out>\n", name_of(verdict.outcome), sentence, details));
  } else if (element == "skipped") {
    sink.write(fmt::format("      <skipped message=\"{}\"/>\n", sentence));
  } else {
    sink.write(
        fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{1}{3}</{0}>\n", element, sentence, rule_id(verdict), details));
  }
  sink.write("    </testcase>\n");
}

void write_errors(const ModelVerdicts& model, const std::string& name, Sink& sink) {
  std::string text;
  for (const std::string& line : error_lines(model)) text += html_text(line) + "\n";
  sink.write(
      fmt::format("    <testcase name=\"model\" classname=\"{}\">\n      <error message=\"{}\" type=\"model\">{}</error>\n"
                  "    </testcase>\n",
                  name, html_text(error_lines(model).front()), text));
}

}  // namespace

void render_check_junit(const CheckReport& report, Sink& sink) {
  sink.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"macroscope check\">\n");
  for (const ModelVerdicts& model : report.models) {
    const std::string bindings = words_for(model.bindings);
    const std::string name = html_text(bindings.empty() ? model.path : fmt::format("{} ({})", model.path, bindings));
    const std::size_t broken = model.has_errors ? 1 : 0;
    sink.write(fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n", name,
                           model.verdicts.size() + broken, count(model, Outcome::failed),
                           count(model, Outcome::undecided) + broken, count(model, Outcome::skipped)));
    if (model.has_errors) write_errors(model, name, sink);
    for (const Verdict& verdict : model.verdicts) write_verdict(verdict, report.file_of(verdict), name, sink);
    sink.write("  </testsuite>\n");
  }
  sink.write("</testsuites>\n");
}

}  // namespace macroscope
