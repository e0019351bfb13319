// macroscope check: holds models to a budget, a lock file and a baseline.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "analyzer/budget/judge.h"
#include "analyzer/budget/lock.h"
#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/baseline.h"
#include "app/commands/check_plan.h"
#include "app/commands/commands.h"
#include "app/expectation_words.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/output.h"
#include "app/progress.h"
#include "app/step_summary.h"
#include "app/text_file.h"
#include "configuration/lock_file.h"
#include "reports/check/check_github.h"
#include "reports/check/check_json.h"
#include "reports/check/check_junit.h"
#include "reports/check/check_markdown.h"
#include "reports/check/check_openmetrics.h"
#include "reports/check/check_sarif.h"
#include "reports/check/check_text.h"
#include "reports/check/lock_text.h"
#include "reports/check/workings.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/tables/record.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope check                                        models and limits of macroscope.toml
  macroscope check model.onnx --budget limits.toml        one model; paths count from the budget file
  macroscope check --format github                        annotations on the lines of the budget file
  macroscope check -o check.xml -o check.sarif            JUnit and SARIF into files
  macroscope check --write-lock                           exact figures into macroscope.lock
  macroscope check --locked                               any difference from them fails
  macroscope check networks.net                           its `expect` lines
  macroscope check --write-baseline main.json             what the models cost today
  macroscope check --baseline main.json                   growth since then

Exit status: 0 fine, 1 a limit is broken, 2 wrong usage or budget file, 3 a model cannot be read or has an error,
4 undecided: a limit depends on operators without a cost rule or on open sizes.)";

constexpr const char* kLockName = "macroscope.lock";

enum class CheckFormat : std::uint8_t { text, json, markdown, github, junit, sarif, openmetrics };
constexpr std::array<std::string_view, 7> kFormats{"text", "json", "markdown", "github", "junit", "sarif", "openmetrics"};
/// Endings of files, by format.
constexpr std::array<std::string_view, 7> kEndings{".txt", ".json", ".md", ".github", ".xml", ".sarif", ".prom"};

std::optional<CheckFormat> check_format_named(std::string_view name) {
  const auto* found = std::find(kFormats.begin(), kFormats.end(), name);
  if (found == kFormats.end()) return std::nullopt;
  return static_cast<CheckFormat>(found - kFormats.begin());
}

struct Options {
  Arguments models;
  ModelOptions model;
  std::string budget;
  std::string baseline;
  std::string baseline_to_write;
  bool writes_lock = false;
  bool is_locked = false;
  Arguments outputs;
  bool is_quiet = false;
  CommonOptions common;
};

void describe(Command& command, Options& options) {
  command.add_option("MODEL", options.models, "models to check; none: those of the budget file")->type_name("");
  command.add_option("--budget", options.budget, "the budget file; otherwise macroscope.toml, if it is here")->type_name("FILE");
  command.add_option("--baseline", options.baseline, "an earlier JSON of analyze, for limits of growth")->type_name("FILE");
  command.add_option("--write-baseline", options.baseline_to_write, "write a baseline of the models with the budget's sizes")
      ->type_name("FILE");
  command.add_flag("--write-lock", options.writes_lock, "write today's figures to macroscope.lock beside the budget");
  command.add_flag("--locked", options.is_locked, "fail on any difference from macroscope.lock");
  options.model.add_to(command);
  command.add_option("-o,--output", options.outputs, "also write FILE: .txt .json .md .xml .sarif .prom")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_flag("-q,--quiet", options.is_quiet, "leave out what passed, and warnings");
  options.common.add_to(command, "text, json, markdown, github, junit, sarif or openmetrics");
  command.footer(kExamples);
}

void render(CheckFormat format, const CheckReport& report, Sink& sink, const TextOptions& text, bool hides_passed) {
  switch (format) {
    case CheckFormat::text:
      return render_check_text(report, sink, text, hides_passed);
    case CheckFormat::json:
      return render_check_json(report, sink);
    case CheckFormat::markdown:
      return render_check_markdown(report, sink);
    case CheckFormat::github:
      return render_check_github(report, sink);
    case CheckFormat::junit:
      return render_check_junit(report, sink);
    case CheckFormat::sarif:
      return render_check_sarif(report, sink, MACROSCOPE_VERSION);
    case CheckFormat::openmetrics:
      return render_check_openmetrics(report, sink);
  }
}

CheckFormat format_of_output(const std::string& path) {
  for (std::size_t i = 0; i < kEndings.size(); ++i)
    if (path.ends_with(kEndings[i])) return static_cast<CheckFormat>(i);
  throw UsageError(fmt::format("no format of check has the ending of {}", path), "one of: .txt, .json, .md, .xml, .sarif, .prom");
}

std::string lock_path_of(const BudgetPlace& place) { return (std::filesystem::path(place.folder) / kLockName).generic_string(); }

/// All files to write are open; of those to read only the budget was.
void confine(const Options& options, const BudgetPlace& place, const std::vector<PlannedCheck>& plan) {
  Sandbox sandbox;
  Arguments models;
  for (const PlannedCheck& planned : plan) models.push_back(planned.path);
  options.model.allow_files(models, sandbox);
  sandbox.allow_reading({options.baseline, lock_path_of(place)});
  for (const std::string& path : options.outputs) sandbox.allow_naming(path);
  if (options.writes_lock) sandbox.allow_naming(lock_path_of(place));
  if (!options.baseline_to_write.empty()) sandbox.allow_naming(options.baseline_to_write);
  sandbox.enter();
}

/// Checks one model after another.
class Checker {
 public:
  /// \param models how many are checked
  /// \param lock_file where the lock is written; null: it is not
  /// \param baseline_file where a baseline is written; null: it is not
  Checker(const Options& options, const BudgetPlace& place, std::size_t models, OutputFile* lock_file, OutputFile* baseline_file)
      : options_(options),
        place_(place),
        model_count_(models),
        lock_file_(lock_file),
        baseline_file_(baseline_file),
        how_(options.model.settings()),
        messages_(text_options_for(STDERR_FILENO, chosen_color(options.common.color))) {
    report_.budget_path = place.file;
    report_.lock_path = lock_path_of(place);
    if (!options.baseline.empty()) baseline_.emplace(options.baseline);
    DocumentOptions document;
    document.has_several = true;
    if (baseline_file_ != nullptr) baseline_document_ = format_named("json")->make(*baseline_file_, document);
    if (options.is_locked) read_lock();
    if (options.writes_lock && !options.models.empty() && std::filesystem::exists(report_.lock_path)) read_lock();
  }

  void check(const PlannedCheck& planned) {
    ModelSettings how = how_;
    if (planned.budget != nullptr)
      for (const auto& [name, value] : planned.budget->bindings) how.analysis.bindings.emplace(name, value);  // --set goes first
    if (is_net_path(planned.path)) return check_nets_of(planned, how);
    for_each_model(planned.path, how,
                   [&](const Analysis& analysis, const std::string& shown_path) { check(analysis, shown_path, planned); });
  }

  /// After the last model.
  void finish() {
    if (options_.is_locked && options_.models.empty()) report_unlocked();
    const bool has_broken =
        std::any_of(report_.models.begin(), report_.models.end(), [](const ModelVerdicts& model) { return model.has_errors; });
    if (baseline_file_ != nullptr && has_broken)
      throw UsageError(fmt::format("{} is not written: a model has errors", options_.baseline_to_write));
    if (baseline_file_ != nullptr) {
      baseline_document_->finish();
      baseline_file_->commit();
    }
    if (!options_.writes_lock) return;
    if (has_broken) throw UsageError(fmt::format("{} is not written: a model has errors", report_.lock_path));
    render_lock(merged(options_.models.empty() ? Lock() : std::move(locked_), std::move(now_)), *lock_file_);
    lock_file_->commit();
  }

  [[nodiscard]] const CheckReport& report() const noexcept { return report_; }

 private:
  void read_lock() {
    auto read = read_lock_file(content_of(report_.lock_path));
    if (const auto* mistake = std::get_if<Diagnostic>(&read)) {
      print({*mistake}, report_.lock_path, false, messages_);
      throw UsageError(fmt::format("{} is not used", report_.lock_path));
    }
    locked_ = std::get<Lock>(std::move(read));
  }

  void check(const Analysis& analysis, const std::string& shown_path, const PlannedCheck& planned) {
    const Progress::Silence silence;
    print(analysis.diagnostics, shown_path, options_.is_quiet, messages_);
    ModelVerdicts& verdicts = report_.models.emplace_back();
    verdicts.path = shown_path;
    if (planned.budget != nullptr) verdicts.origin = planned.budget->origin;
    note_errors(analysis.diagnostics, verdicts);
    const Figures figures(analysis, shown_path);
    if (baseline_document_) baseline_document_->add(report_of(figures, ReportOptions{}));
    if (figures.has_model()) judge(record(figures, planned.path), planned, verdicts);
  }

  static void note_errors(const Diagnostics& diagnostics, ModelVerdicts& verdicts) {
    verdicts.has_errors = verdicts.has_errors || has_errors(diagnostics);
    for (const Diagnostic& diagnostic : diagnostics)
      if (diagnostic.severity == Severity::error) verdicts.errors.push_back(diagnostic);
  }

  /// A file of the language, with its `expect` lines: those outside of nets belong to the last one.
  void check_nets_of(const PlannedCheck& planned, const ModelSettings& how) {
    const NetPath path = net_path_of(planned.path);
    const CheckedNets nets = check_nets(path, how);
    Diagnostics diagnostics = nets.diagnostics;
    for (const dsl::ExpectationResult& result : nets.expectations)
      if (result.mistake) diagnostics.push_back(*result.mistake);
    print(diagnostics, path.file, options_.is_quiet, messages_);
    if (nets.names.empty()) {
      ModelVerdicts& unread = report_.models.emplace_back();
      unread.path = planned.path;
      note_errors(nets.diagnostics, unread);
    }
    for (std::size_t i = 0; i < nets.names.size(); ++i) {
      check(nets.analyses[i], fmt::format("{}:{}", path.file, nets.names[i]), planned);
      std::vector<Verdict>& verdicts = report_.models.back().verdicts;
      for (const dsl::ExpectationResult& result : nets.expectations)
        if (result.net == nets.names[i] || (result.net.empty() && i + 1 == nets.names.size())) {
          verdicts.push_back(verdict_of(result, path.file));
          if (verdicts.back().outcome == Outcome::failed && result.metric && result.metric_of_net == nets.names[i])
            verdicts.back().workings = workings_of(Figures(nets.analyses[i], path.file), *result.metric, result.metric_of_path);
          if (result.mistake) note_errors({*result.mistake}, report_.models.back());
        }
    }
  }

  static Verdict verdict_of(const dsl::ExpectationResult& result, const std::string& file) {
    Verdict verdict;
    verdict.rule = Rule::expect;
    verdict.outcome = result.outcome == dsl::ExpectationOutcome::holds   ? Outcome::passed
                      : result.outcome == dsl::ExpectationOutcome::fails ? Outcome::failed
                                                                         : Outcome::undecided;
    verdict.subject = result.text;
    verdict.origin = result.origin;
    verdict.file = file;
    verdict.reason = std::string(name_of(result.outcome));
    if (!result.left.empty()) verdict.reason += ": " + sides_in_words(result);
    if (!result.difference.empty()) verdict.reason += fmt::format(", difference {}", difference_in_words(result));
    if (!result.why.empty()) verdict.reason += fmt::format("; {}", result.why);
    return verdict;
  }

  static ModelRecord record(const Figures& figures, const std::string& path) {
    ModelRecord record = record_of(figures);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error))
      record.totals[static_cast<std::size_t>(Metric::file_bytes)] =
          Quantity{Dim::of_size(std::filesystem::file_size(path, error))};
    return record;
  }

  void judge(const ModelRecord& record, const PlannedCheck& planned, ModelVerdicts& verdicts) {
    verdicts.bindings = record.bindings;
    verdicts.totals = record.totals;
    verdicts.is_complete = record.is_complete;
    const ModelRecord* baseline = baseline_ ? baseline_->of(record, model_count_ == 1) : nullptr;
    if (planned.budget != nullptr)
      verdicts.verdicts = macroscope::judge(record, *planned.budget, place_.budget.unknown, baseline);
    for (Verdict& verdict : verdicts.verdicts)
      if (baseline_ && baseline == nullptr && verdict.rule == Rule::growth)
        verdict.reason =
            fmt::format("{} has no model of this path: --write-baseline writes one of all models", options_.baseline);
    if (!options_.is_locked && !options_.writes_lock) return;
    LockedModel now = lock_of(record, relative_to_budget(record.path, place_));
    if (options_.is_locked)
      for (Verdict& verdict : differences(locked_, now)) verdicts.verdicts.push_back(std::move(verdict));
    now_.push_back(std::move(now));
  }

  /// Models of the lock file that the budget has no more.
  void report_unlocked() {
    for (const LockedModel& model : locked_) {
      const bool is_there = std::any_of(now_.begin(), now_.end(), [&](const LockedModel& now) {
        return now.path == model.path && now.bindings == model.bindings;
      });
      if (is_there) continue;
      ModelVerdicts& gone = report_.models.emplace_back();
      gone.path = model.path;
      gone.bindings = model.bindings;
      Verdict verdict;
      verdict.rule = Rule::lock;
      verdict.outcome = Outcome::failed;
      verdict.reason = "the lock file has this model, and it was not checked: --write-lock takes it out";
      gone.verdicts.push_back(std::move(verdict));
    }
  }

  const Options& options_;
  const BudgetPlace& place_;
  std::size_t model_count_;
  OutputFile* lock_file_;
  OutputFile* baseline_file_;
  std::unique_ptr<Document> baseline_document_;
  ModelSettings how_;
  TextOptions messages_;
  CheckReport report_;
  std::optional<Baseline> baseline_;
  Lock locked_;
  Lock now_;
};

ExitCode exit_code_of(const CheckReport& report) {
  ExitCode code = ExitCode::fine;
  for (const ModelVerdicts& model : report.models) {
    if (model.has_errors) code = worst(code, ExitCode::bad_model);
    for (const Verdict& verdict : model.verdicts) {
      if (verdict.outcome == Outcome::failed) code = worst(code, ExitCode::broken_limit);
      if (verdict.outcome == Outcome::undecided) code = worst(code, ExitCode::undecided);
    }
  }
  return code;
}

}  // namespace

ExitCode run_check(const Arguments& arguments) {
  Command command("Holds models to a budget, to a lock file and to a baseline; made for CI.", "macroscope check");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const CheckFormat format =
      options.common.format.empty() ? CheckFormat::text : choose("--format", options.common.format, kFormats, check_format_named);
  if (options.is_locked && options.writes_lock)
    throw UsageError("--locked compares with the file that --write-lock writes: give one");
  const BudgetPlace place = read_budget(options.budget);
  // A file of the language brings its own promises.
  const bool has_nets = !options.models.empty() && std::all_of(options.models.begin(), options.models.end(), is_net_path);
  const bool writes = options.writes_lock || !options.baseline_to_write.empty();
  if (place.file.empty() && !options.is_locked && !writes && !has_nets)
    throw UsageError("there is no budget: no macroscope.toml here, and --budget names none",
                     "macroscope init MODEL writes one from what the model costs today");
  if (place.file.empty() && options.models.empty()) throw UsageError("no model is named, and no budget names one");
  std::vector<std::unique_ptr<OutputFile>> files;
  for (const std::string& path : options.outputs) {
    format_of_output(path);
    files.push_back(std::make_unique<OutputFile>(path));
  }

  std::unique_ptr<OutputFile> lock_file;
  if (options.writes_lock) lock_file = std::make_unique<OutputFile>(lock_path_of(place));
  std::unique_ptr<OutputFile> baseline_file;
  if (!options.baseline_to_write.empty()) baseline_file = std::make_unique<OutputFile>(options.baseline_to_write);
  StepSummary step_summary;
  const std::vector<PlannedCheck> plan = plan_checks(options.models, place);
  confine(options, place, plan);
  Checker checker(options, place, plan.size(), lock_file.get(), baseline_file.get());
  {
    const Progress progress(plan.size());
    for (const PlannedCheck& planned : plan) checker.check(planned);
  }
  checker.finish();

  StandardOutput standard_output;
  const TextOptions text = text_options_for(STDOUT_FILENO, chosen_color(options.common.color));
  render(format, checker.report(), standard_output, text, options.is_quiet);
  standard_output.finish();
  TextOptions text_of_files;
  text_of_files.width = 120;
  for (std::size_t i = 0; i < files.size(); ++i) {
    render(format_of_output(options.outputs[i]), checker.report(), *files[i], text_of_files, options.is_quiet);
    files[i]->commit();
  }
  TextSink summary;
  render_check_markdown(checker.report(), summary);
  if (const std::string problem = step_summary.append(summary.text()); !problem.empty())
    print({{Severity::warning, "step-summary", problem, {}, {}}}, {}, false,
          text_options_for(STDERR_FILENO, ColorChoice::automatic));
  return exit_code_of(checker.report());
}

}  // namespace macroscope
