#include "reports/check/check_github.h"

#include <fmt/format.h>

#include "reports/notation/escape.h"
#include "reports/notation/number_text.h"

namespace macroscope {
namespace {

constexpr std::size_t kMost = 10;

struct Judged {
  const ModelVerdicts* model;
  const Verdict* verdict;
};

std::string annotation(std::string_view kind, const Judged& judged, const CheckReport& report) {
  const Verdict& verdict = *judged.verdict;
  const std::string& file = report.file_of(verdict);
  std::string message = fmt::format("{}: {}: {}", judged.model->path, subject_of(verdict), sentence_of(verdict));
  std::string text = github_message(message);
  for (const std::string& line : details_of(verdict, file)) text += "%0A" + github_message(line);
  std::string properties;
  if (!file.empty()) properties = fmt::format("file={},", github_property(file));
  if (verdict.origin.line > 0) properties += fmt::format("line={},col={},", verdict.origin.line, verdict.origin.column);
  const std::string title = fmt::format("{} {}", subject_of(verdict), name_of(verdict.outcome));
  return fmt::format("::{} {}title={}::{}\n", kind, properties, github_property(title), text);
}

/// On the budget's line that names the model.
void write_errors(const ModelVerdicts& model, const CheckReport& report, Sink& sink) {
  std::string place;
  if (model.origin.line > 0 && !report.budget_path.empty())
    place = fmt::format("file={},line={},", github_property(report.budget_path), model.origin.line);
  std::string text = github_message(fmt::format("{}: the model cannot be read or has errors", model.path));
  for (const std::string& line : error_lines(model)) text += "%0A" + github_message(line);
  sink.write(fmt::format("::error {}title=macroscope::{}\n", place, text));
}

void write_kind(std::string_view kind, const std::vector<Judged>& all, const CheckReport& report, Sink& sink) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + 1 == kMost && all.size() > kMost) {
      sink.write(fmt::format("::{} title=macroscope::and {} more: see the job's log\n", kind, grouped(all.size() - i)));
      return;
    }
    sink.write(annotation(kind, all[i], report));
  }
}

}  // namespace

void render_check_github(const CheckReport& report, Sink& sink) {
  std::vector<Judged> errors;
  std::vector<Judged> undecided;
  std::vector<Judged> warnings;
  for (const ModelVerdicts& model : report.models) {
    for (const Verdict& verdict : model.verdicts) {
      if (verdict.outcome == Outcome::failed) errors.push_back({&model, &verdict});
      if (verdict.outcome == Outcome::undecided) undecided.push_back({&model, &verdict});
      if (verdict.outcome == Outcome::warned) warnings.push_back({&model, &verdict});
    }
    if (model.has_errors) write_errors(model, report, sink);
  }
  errors.insert(errors.end(), undecided.begin(), undecided.end());
  write_kind("error", errors, report, sink);
  write_kind("warning", warnings, report, sink);
  sink.write(fmt::format("{}: {}\n", counted(report.models.size(), "model"), words_for(count_outcomes(report))));
}

}  // namespace macroscope
