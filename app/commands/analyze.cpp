// macroscope analyze: the figures of one or several models.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "analyzer/analysis.h"
#include "app/arguments/model_options.h"
#include "app/arguments/sweep.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/documents.h"
#include "app/jobs/ordered_jobs.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/progress.h"
#include "reports/kinds/analysis_report.h"
#include "reports/tables/layer_columns.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope model.onnx                                the summary and the costliest layers
  macroscope model.onnx --set batch=1,H=224            with numbers for open sizes
  macroscope model.onnx --set H=224..512:32            a row for each size, and a plot with -o plot.svg
  macroscope model.onnx --depth 2 --sort parameters    rolled up by module, largest first
  macroscope model.onnx -o report.md -o layers.csv     into files; the ending says the format
  macroscope a.onnx b.onnx --format json               an array with a document each
  cat model.onnx | macroscope -                        from standard input

Exit status: 0 fine, 2 wrong usage, 3 a model cannot be read or has an error.)";

struct Options {
  Arguments models;
  ModelOptions model;
  std::int64_t depth = 0;
  std::string sort;
  std::optional<std::int64_t> top;
  Arguments columns;
  std::int64_t jobs = 1;
  bool has_details = false;
  bool is_exact = false;
  OutputOptions outputs;
};

const FormatChoice& format_choice() {
  static const FormatChoice kChoice{Part::sections, Part::fields, Part::rows, Part::model};
  return kChoice;
}

void describe(Command& command, Options& options) {
  command
      .add_option("MODEL", options.models,
                  "ONNX files, or FILE.net and FILE.net:NET of the network language; '-' is standard input")
      ->type_name("")
      ->required();
  options.model.add_to(command);
  options.outputs.add_to(command, format_choice());
  command.add_option("--depth", options.depth, "roll layers up by K levels of their module path")->type_name("K");
  command.add_option("--sort", options.sort, "largest first: macs, flops, parameters, bytes_read ...")->type_name("COLUMN");
  command.add_option("--top", options.top, "rows of layers; the rest folds into one. 0: all")->type_name("N");
  command
      .add_option("--columns", options.columns, "columns of the table of layers, by the names that it prints: layer,output,MACs")
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--details", options.has_details, "the text report has every section: receptive fields, structure, memory");
  command.add_flag("--exact", options.is_exact, "the text report has every formula whole, and no numbers at example sizes");
  command.add_flag("-q,--quiet", options.outputs.is_quiet, "no text report, no warnings");
  options.outputs.common.add_to(command, format_choice().names());
  command.add_option("--jobs", options.jobs, "analyse N models at a time; what is written is the same")->type_name("N");
  command.footer(kExamples);
}

std::vector<std::string_view> names_of_columns() {
  std::vector<std::string_view> names;
  for (const LayerColumn& column : layer_columns()) names.push_back(column.column.id);
  return names;
}

std::size_t not_negative(std::string_view option, std::int64_t number) {
  if (number < 0) throw UsageError(fmt::format("{} is at least 0, and not {}", option, number));
  return static_cast<std::size_t>(number);
}

ReportOptions report_options(const Options& options) {
  ReportOptions report;
  report.depth = not_negative("--depth", options.depth);
  report.is_exact = options.is_exact;
  report.has_training = options.model.has_training;
  if (options.top) report.top = not_negative("--top", *options.top);
  std::vector<std::string_view> sortable;
  for (const LayerColumn& column : layer_columns())
    if (column.metric() != nullptr) sortable.push_back(column.column.id);
  const auto metric_of_column = [](std::string_view word) {
    const LayerColumn* column = layer_column_called(word);
    const Metric* metric = column == nullptr ? nullptr : column->metric();
    return metric == nullptr ? std::nullopt : std::optional(*metric);
  };
  if (!options.sort.empty()) report.sort = choose("--sort", options.sort, sortable, metric_of_column);
  for (const std::string& column : options.columns) {
    const LayerColumn* called = layer_column_called(column);
    if (called == nullptr) refuse_word("--columns", column, names_of_columns());
    report.columns.push_back(called);
  }
  return report;
}

DocumentOptions document_options(const Options& options) {
  DocumentOptions document;
  std::size_t models = 0;
  for (const std::string& path : options.models) models += is_net_path(path) ? count_nets(path) : 1;
  document.has_several = models > 1;
  document.has_details = options.has_details;
  return document;
}

}  // namespace

ExitCode run_analyze(const Arguments& arguments) {
  Command command("What one or several models cost: shapes, parameters, MACs, FLOPs, memory.", "macroscope analyze");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.outputs.common.color));
  std::vector<SweepRange> ranges;
  const ReportOptions report = report_options(options);
  Documents documents(format_choice(), options.outputs);
  options.model.confine(options.models, options.outputs.files);
  ModelSettings how = options.model.settings(&ranges);
  how.is_last_model = options.models.size() == 1 && ranges.empty();
  const DocumentOptions document = document_options(options);
  documents.begin(document, document.has_several);
  const Progress progress(options.models.size());
  ModelsTable table;
  ExitCode code = ExitCode::fine;
  if (options.jobs < 1) throw UsageError("--jobs is at least 1");
  run_in_order(options.models.size(), static_cast<std::size_t>(options.jobs), [&](std::size_t job, const AwaitTurn& await_turn) {
    const std::string& path = options.models[job];
    if (!ranges.empty()) await_turn();
    const std::vector<Sweep> sweeps =
        ranges.empty() ? std::vector<Sweep>() : sweeps_of(path, how, ranges, options.outputs.is_quiet, messages);
    std::size_t model = 0;
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      await_turn();
      const Progress::Silence silence;
      Figures figures(analysis, shown_path);
      if (model < sweeps.size()) {
        figures.set_sweep(sweeps[model]);
        if (std::any_of(sweeps[model].rows.begin(), sweeps[model].rows.end(), [](const SweepRow& row) { return row.is_wrong; }))
          code = worst(code, ExitCode::bad_model);
      }
      ++model;
      documents.add(analysis.budget.apart([&] { return report_of(figures, report); }), analysis.budget);
      table.add(figures);
      print(analysis.diagnostics, shown_path, options.outputs.is_quiet, messages);
      if (has_errors(analysis.diagnostics)) code = worst(code, ExitCode::bad_model);
    });
  });
  const Report overview = table.report();
  documents.finish(document.has_several ? &overview : nullptr);
  return code;
}

}  // namespace macroscope
