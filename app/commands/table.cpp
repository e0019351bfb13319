// macroscope table: every layer's figures with the formulas that they are worked out by.
#include <fmt/format.h>
#include <unistd.h>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/documents.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/progress.h"
#include "reports/kinds/worked_report.h"

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
  std::int64_t depth = 1;
  bool has_math = false;
  OutputOptions outputs;
};

const FormatChoice& format_choice() {
  static const FormatChoice kChoice{Part::sections, Part::rows};
  return kChoice;
}

void describe(Command& command, Options& options) {
  command.add_option("MODEL", options.models, "ONNX and .net files, FILE.net:NET; '-' is ONNX on standard input")
      ->type_name("")
      ->required();
  options.model.add_to(command);
  options.outputs.add_to(command, format_choice());
  command.add_option("--depth", options.depth, "levels of modules that have a sum of their own; default 1")->type_name("K");
  command.add_flag("--math", options.has_math, "formulas as mathematics in Markdown");
  command.add_flag("-q,--quiet", options.outputs.is_quiet, "no text, no warnings");
  options.outputs.common.add_to(command, format_choice().names());
  command.footer(kExamples);
}

WorkedReportOptions report_options(const Options& options) {
  if (options.depth < 0) throw UsageError(fmt::format("--depth is at least 0, and not {}", options.depth));
  WorkedReportOptions report;
  report.depth = static_cast<std::size_t>(options.depth);
  report.lines.has_gradients = options.model.has_training;
  return report;
}

DocumentOptions document_options(const Options& options) {
  DocumentOptions document;
  document.has_math = options.has_math;
  // A file of the language may hold several nets.
  document.has_several = options.models.size() > 1 || is_net_path(options.models.front());
  return document;
}

}  // namespace

ExitCode run_table(const Arguments& arguments) {
  Command command("Every layer's figures, and how each is worked out: the formula, the numbers put in, the result.",
                  "macroscope table");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.outputs.common.color));
  const WorkedReportOptions report = report_options(options);
  Documents documents(format_choice(), options.outputs);
  options.model.confine(options.models, options.outputs.files);
  const ModelSettings how = options.model.settings();
  documents.begin(document_options(options));
  const Progress progress(options.models.size());
  ExitCode code = ExitCode::fine;
  for (const std::string& path : options.models) {
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      const Progress::Silence silence;
      const Figures figures(analysis, shown_path);
      documents.add(analysis.budget.apart([&] { return worked_report(figures, report); }), analysis.budget);
      print(analysis.diagnostics, shown_path, options.outputs.is_quiet, messages);
      if (has_errors(analysis.diagnostics)) code = worst(code, ExitCode::bad_model);
    });
  }
  documents.finish();
  return code;
}

}  // namespace macroscope
