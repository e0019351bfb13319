#include "reports/check/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/check/lock_lines.h"
#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr std::size_t kOutcomeColumns = 11;

Style style_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return Style::good;
    case Outcome::skipped:
    case Outcome::allowed:
      return Style::faint;
    case Outcome::warned:
    case Outcome::undecided:
      return Style::warning;
    case Outcome::failed:
      break;
  }
  return Style::error;
}

void write_verdict(const Verdict& verdict, std::string_view file, Sink& sink, const TextOptions& options) {
  const std::string outcome = padded(std::string(name_of(verdict.outcome)), kOutcomeColumns, false);
  const std::size_t indent = kOutcomeColumns + 2;
  const std::size_t room = std::max(options.width, indent + 30) - indent;
  const std::string sentence = escape_text(fmt::format("{}: {}", subject_of(verdict), sentence_of(verdict)));
  sink.write(fmt::format("  {}{}\n", styled(outcome, style_of(verdict.outcome), options), wrapped(sentence, room, indent)));
  if (verdict.rule == Rule::expect && verdict.outcome != Outcome::passed && verdict.origin.line > 0)
    sink.write(fmt::format("{}{}\n", std::string(indent, ' '),
                           styled(escape_text(fmt::format("--> {}:{}:{}", file, verdict.origin.line, verdict.origin.column)),
                                  Style::faint, options)));
  for (const std::string& line : details_of(verdict, file))
    sink.write(
        fmt::format("{}{}\n", std::string(indent, ' '), styled(wrapped(escape_text(line), room, indent), Style::faint, options)));
}

/// One verdict, whose lines say all that is different.
void write_lock(const std::vector<const Verdict*>& differences, Sink& sink, const TextOptions& options) {
  const std::size_t indent = kOutcomeColumns + 2, further = indent + 2;
  const std::size_t room = std::max(options.width, further + 30) - further;
  const std::string outcome = padded(std::string(name_of(Outcome::failed)), kOutcomeColumns, false);
  sink.write(fmt::format("  {}lock: not what macroscope.lock has\n", styled(outcome, Style::error, options)));
  for (const std::string& line : lock_lines(differences, room))
    sink.write(fmt::format("{}{}\n", std::string(further, ' '), wrapped(escape_text(line), room, further)));
}

}  // namespace

void render_check_text(const CheckReport& report, Sink& sink, const TextOptions& options, bool hides_passed) {
  for (const ModelVerdicts& model : report.models) {
    const bool has_more =
        std::any_of(model.verdicts.begin(), model.verdicts.end(), [](const Verdict& v) { return v.outcome != Outcome::passed; });
    if (hides_passed && !has_more && !model.has_errors) continue;
    const std::string bindings = words_for(model.bindings);
    sink.write(styled(escape_text(model.path), Style::strong, options));
    sink.write(bindings.empty() ? "\n" : fmt::format("  ({})\n", escape_text(bindings)));
    if (model.has_errors)
      sink.write(fmt::format("  {}\n", styled("the model has errors: see standard error", Style::error, options)));
    std::vector<const Verdict*> differences;
    for (const Verdict& verdict : model.verdicts) {
      if (verdict.rule == Rule::lock && verdict.outcome == Outcome::failed) {
        differences.push_back(&verdict);
      } else if (!hides_passed || verdict.outcome != Outcome::passed) {
        write_verdict(verdict, report.file_of(verdict), sink, options);
      }
    }
    if (!differences.empty()) write_lock(differences, sink, options);
    sink.write("\n");
  }
  sink.write(fmt::format("{}: {}\n", counted(report.models.size(), "model"), words_for(count_outcomes(report))));
}

}  // namespace macroscope
