#include "reports/check/check_markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr std::string_view kHead = "| | what | figure |\n|:--|:--|:--|\n";

std::string_view sign_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "**failed**";
    case Outcome::undecided:
      return "**undecided**";
    default:
      return name_of(outcome);
  }
}

std::string row_of(const Verdict& verdict, std::string_view file) {
  std::string text = markdown_text(sentence_of(verdict));
  for (const std::string& line : details_of(verdict, file)) text += "<br>" + markdown_text(line);
  return fmt::format("| {} | {} | {} |\n", sign_of(verdict.outcome), markdown_text(subject_of(verdict)), text);
}

void write_model(const ModelVerdicts& model, const CheckReport& report, Sink& sink) {
  const std::string bindings = words_for(model.bindings);
  sink.write(
      fmt::format("\n### {}{}\n\n", markdown_code(model.path), bindings.empty() ? "" : " with " + markdown_code(bindings)));
  if (model.has_errors) {
    sink.write("> [!CAUTION]\n> The model cannot be read or has errors; what is missing was not judged.\n");
    for (const std::string& line : error_lines(model)) sink.write(fmt::format("> - {}\n", markdown_text(line)));
    sink.write("\n");
  }
  std::vector<const Verdict*> shown;
  std::vector<const Verdict*> passed;
  for (const Verdict& verdict : model.verdicts) (verdict.outcome == Outcome::passed ? passed : shown).push_back(&verdict);
  std::stable_sort(shown.begin(), shown.end(), [](const Verdict* a, const Verdict* b) { return a->outcome > b->outcome; });
  const auto write_table = [&](const std::vector<const Verdict*>& verdicts) {
    sink.write(kHead);
    for (const Verdict* verdict : verdicts) sink.write(row_of(*verdict, report.file_of(*verdict)));
  };
  if (!shown.empty()) write_table(shown);
  if (passed.empty()) return;
  sink.write(fmt::format("{}<details><summary>{} passed</summary>\n\n", shown.empty() ? "" : "\n", grouped(passed.size())));
  write_table(passed);
  sink.write("\n</details>\n");
}

}  // namespace

void render_check_markdown(const CheckReport& report, Sink& sink) {
  sink.write(fmt::format("## macroscope check: {}\n", words_for(count_outcomes(report))));
  for (const ModelVerdicts& model : report.models) write_model(model, report, sink);
}

std::string cut_at_line(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  constexpr std::string_view kNote = "\nThe rest does not fit into the summary of a job: see the job's log.\n";
  if (bytes < kNote.size()) return {};
  const std::size_t end = text.rfind('\n', bytes - kNote.size() - 1);
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text += kNote;
}

}  // namespace macroscope
