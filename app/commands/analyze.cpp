// macroscope analyze: the figures of one or several models.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "analyzer/analysis.h"
#include "app/arguments/model_options.h"
#include "app/arguments/sweep.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/output.h"
#include "reports/document/document.h"
#include "reports/tables/layer_table.h"

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
  Arguments outputs;
  std::int64_t depth = 0;
  std::string sort;
  std::optional<std::int64_t> top;
  Arguments columns;
  bool is_quiet = false;
  bool has_details = false;
  CommonOptions common;
};

void describe(Command& command, Options& options) {
  command
      .add_option("MODEL", options.models,
                  "ONNX files, or FILE.net and FILE.net:NET of the network language; '-' is standard input")
      ->type_name("")
      ->required();
  options.model.add_to(command);
  command.add_option("-o,--output", options.outputs, "also write FILE: .txt .md .html .tex .json .csv .dot .svg")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--depth", options.depth, "roll layers up by K levels of their module path")->type_name("K");
  command.add_option("--sort", options.sort, "largest first: macs, flops, parameters, bytes_read ...")->type_name("COLUMN");
  command.add_option("--top", options.top, "rows of layers; the rest folds into one. 0: all")->type_name("N");
  command.add_option("--columns", options.columns, "columns of the table of layers: name,operator,macs")
      ->type_name("A,B")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--details", options.has_details, "the text report has every section: receptive fields, structure, memory");
  command.add_flag("--quiet", options.is_quiet, "no text report, no warnings");
  options.common.add_to(command);
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

DocumentOptions document_options(const Options& options) {
  DocumentOptions document;
  document.report.depth = not_negative("--depth", options.depth);
  document.models = 0;
  for (const std::string& path : options.models) document.models += is_net_path(path) ? count_nets(path) : 1;
  document.report.has_training = options.model.has_training;
  if (options.top) document.top = not_negative("--top", *options.top);
  std::vector<std::string_view> sortable;
  for (const LayerColumn& column : layer_columns())
    if (column.measure) sortable.push_back(column.column.id);
  if (!options.sort.empty()) document.report.sort = choose("--sort", options.sort, sortable, measure_named);
  for (const std::string& column : options.columns) {
    if (find_layer_column(column) == nullptr) refuse_word("--columns", column, names_of_columns());
    document.report.columns.push_back(column);
  }
  return document;
}

/// Every document that was asked for, fed with one model after another.
class Documents {
 public:
  explicit Documents(const Options& options) : standard_output_(STDOUT_FILENO) {
    const ColorChoice color = chosen_color(options.common.color);
    DocumentOptions document = document_options(options);
    for (const std::string& path : options.outputs) add_file(path, document);
    if (options.is_quiet && options.common.format.empty()) return;
    const Format format = options.common.format.empty() ? Format::text : chosen_format(options.common.format);
    document.report.has_diagnostics = format == Format::markdown;
    document.text = text_options_for(STDOUT_FILENO, color);
    document.report.has_details = format != Format::text || options.has_details;
    documents_.push_back(Document::make(format, standard_output_, document));
  }

  void add(const Figures& figures) {
    for (const auto& document : documents_) document->add(figures);
    flush();
  }

  void finish() {
    for (const auto& document : documents_) document->finish();
    flush();
    for (const auto& file : files_) file->commit();
  }

 private:
  void add_file(const std::string& path, DocumentOptions document) {
    const std::optional<Format> format = format_of_file(path);
    if (!format)
      throw UsageError(fmt::format("no format has the ending of {}", path),
                       "one of: .txt, .md, .html, .tex, .json, .csv, .dot, .svg");
    document.report.has_diagnostics = true;
    document.text = TextOptions{};
    document.text.width = 120;
    files_.push_back(std::make_unique<OutputFile>(path));
    documents_.push_back(Document::make(*format, *files_.back(), document));
  }

  void flush() {
    if (const int error = standard_output_.flush(); error != 0)
      throw UsageError(fmt::format("cannot write to standard output: {}", std::strerror(error)));
  }

  DescriptorSink standard_output_;
  std::vector<std::unique_ptr<OutputFile>> files_;
  std::vector<std::unique_ptr<Document>> documents_;
};

}  // namespace

ExitCode run_analyze(const Arguments& arguments) {
  Command command("What one or several models cost: shapes, parameters, MACs, FLOPs, memory.", "macroscope analyze");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.common.color));
  std::vector<SweepRange> ranges;
  const AnalysisOptions how = options.model.analysis(&ranges);
  Documents documents(options);
  ExitCode code = ExitCode::fine;
  for (const std::string& path : options.models) {
    const std::vector<Sweep> sweeps =
        ranges.empty() ? std::vector<Sweep>() : sweeps_of(path, how, ranges, options.is_quiet, messages);
    std::size_t model = 0;
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      Figures figures(analysis, shown_path);
      if (model < sweeps.size()) {
        figures.set_sweep(sweeps[model]);
        if (std::any_of(sweeps[model].rows.begin(), sweeps[model].rows.end(), [](const SweepRow& row) { return row.is_wrong; }))
          code = worst(code, ExitCode::bad_model);
      }
      ++model;
      documents.add(figures);
      print(analysis.diagnostics, shown_path, options.is_quiet, messages);
      if (has_errors(analysis.diagnostics)) code = worst(code, ExitCode::bad_model);
    });
  }
  documents.finish();
  return code;
}

}  // namespace macroscope
