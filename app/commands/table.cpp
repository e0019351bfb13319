// macroscope table: every layer's figures with the formulas that they are worked out by.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/output.h"
#include "reports/document/pages.h"
#include "reports/formats/csv.h"
#include "reports/worked/worked_report.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope table model.onnx                       sizes, parameters, MACs and memory of every layer, worked out
  macroscope table model.onnx --set batch=1         with numbers for open sizes
  macroscope table model.onnx --training            and the gradients of every layer
  macroscope table nets.net:unet                    one net of a file of the network language
  macroscope table model.onnx -o table.tex          as a LaTeX document; .md, .html and .csv are others
  macroscope table model.onnx -o table.md --math    formulas as mathematics, as GitHub shows them

Exit status: 0 fine, 2 wrong usage, 3 a model cannot be read or has an error.)";

struct Options {
  Arguments models;
  ModelOptions model;
  Arguments outputs;
  std::int64_t depth = 1;
  bool has_math = false;
  bool is_quiet = false;
  CommonOptions common;
};

void describe(Command& command, Options& options) {
  command.add_option("MODEL", options.models, "ONNX and .net files, FILE.net:NET; '-' is ONNX on standard input")
      ->type_name("")
      ->required();
  options.model.add_to(command);
  command.add_option("-o,--output", options.outputs, "also write FILE: .txt .md .html .tex .csv")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--depth", options.depth, "levels of modules that have a sum of their own; default 1")->type_name("K");
  command.add_flag("--math", options.has_math, "formulas as mathematics in Markdown");
  command.add_flag("--quiet", options.is_quiet, "no text, no warnings");
  options.common.add_to(command);
  command.footer(kExamples);
}

/// The tables of all models in one format: pages to read, or rows in CSV.
class Tables {
 public:
  Tables(Format format, Sink& sink, const PageOptions& pages, WorkedReportOptions options, bool has_several)
      : sink_(sink), options_(options), has_several_(has_several), pages_(Pages::make(format, sink, pages)) {
    if (pages_ == nullptr && format != Format::csv)
      throw UsageError("a worked table is text, markdown, latex or csv", "macroscope analyze has the figures in other formats");
  }

  void add(const Figures& figures) {
    if (pages_ != nullptr) return pages_->add(worked_report(figures, options_));
    const Table rows = worked_rows(figures, options_.lines);
    if (!std::exchange(has_head_, true)) write_csv_head(rows, sink_, has_several_);
    write_csv_rows(rows, sink_, has_several_, figures.path());
  }
  void finish() {
    if (pages_ != nullptr) pages_->finish();
  }

 private:
  Sink& sink_;
  WorkedReportOptions options_;
  bool has_several_;
  bool has_head_ = false;
  std::unique_ptr<Pages> pages_;
};

class Outputs {
 public:
  explicit Outputs(const Options& options) : standard_output_(STDOUT_FILENO) {
    const ColorChoice color = chosen_color(options.common.color);
    if (options.depth < 0) throw UsageError(fmt::format("--depth is at least 0, and not {}", options.depth));
    report_.depth = static_cast<std::size_t>(options.depth);
    report_.lines.has_gradients = options.model.has_training;
    pages_.has_math = options.has_math;
    // A file of the language may hold several nets.
    has_several_ = options.models.size() > 1 || is_net_path(options.models.front());
    for (const std::string& path : options.outputs) add_file(path);
    if (options.is_quiet && options.common.format.empty()) return;
    const Format format = options.common.format.empty() ? Format::text : chosen_format(options.common.format);
    pages_.text = text_options_for(STDOUT_FILENO, color);
    report_.has_diagnostics = format == Format::markdown;
    tables_.push_back(std::make_unique<Tables>(format, standard_output_, pages_, report_, has_several_));
  }

  void add(const Figures& figures) {
    for (const auto& table : tables_) table->add(figures);
    flush();
  }

  void finish() {
    for (const auto& table : tables_) table->finish();
    flush();
    for (const auto& file : files_) file->commit();
  }

 private:
  void add_file(const std::string& path) {
    const std::optional<Format> format = format_of_file(path);
    if (!format) throw UsageError(fmt::format("no format has the ending of {}", path), "one of: .txt, .md, .html, .tex, .csv");
    PageOptions pages = pages_;
    pages.text.width = 120;
    WorkedReportOptions report = report_;
    report.has_diagnostics = true;
    files_.push_back(std::make_unique<OutputFile>(path));
    tables_.push_back(std::make_unique<Tables>(*format, *files_.back(), pages, report, has_several_));
  }

  void flush() {
    if (const int error = standard_output_.flush(); error != 0)
      throw UsageError(fmt::format("cannot write to standard output: {}", std::strerror(error)));
  }

  DescriptorSink standard_output_;
  PageOptions pages_;
  WorkedReportOptions report_;
  bool has_several_ = false;
  std::vector<std::unique_ptr<OutputFile>> files_;
  std::vector<std::unique_ptr<Tables>> tables_;
};

}  // namespace

ExitCode run_table(const Arguments& arguments) {
  Command command("Every layer's figures, and how each is worked out: the formula, the numbers put in, the result.",
                  "macroscope table");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.common.color));
  const AnalysisOptions how = options.model.analysis();
  Outputs outputs(options);
  ExitCode code = ExitCode::fine;
  for (const std::string& path : options.models) {
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      outputs.add(Figures(analysis, shown_path));
      print(analysis.diagnostics, shown_path, options.is_quiet, messages);
      if (has_errors(analysis.diagnostics)) code = worst(code, ExitCode::bad_model);
    });
  }
  outputs.finish();
  return code;
}

}  // namespace macroscope
