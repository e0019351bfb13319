// macroscope compare: what is different between two models.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/messages.h"
#include "app/model_options.h"
#include "app/output.h"
#include "app/usage_error.h"
#include "reports/comparison_report.h"
#include "reports/csv.h"
#include "reports/markdown.h"
#include "reports/record.h"
#include "reports/text.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope compare a.onnx b.onnx                      totals, what causes the differences, layers by effect
  macroscope compare a.onnx b.onnx --sort parameters    by what they do to another figure
  macroscope compare a.onnx b.onnx -o change.md         into a file; the ending says the format

Layers are matched by name; renamed ones by operator, shapes and order.
Exit status: 0 fine, 2 wrong usage, 3 a model cannot be read or has an error.)";

constexpr std::array<std::string_view, 4> kFormats{"text", "markdown", "json", "csv"};

std::optional<Format> compare_format_named(std::string_view name) {
  return std::find(kFormats.begin(), kFormats.end(), name) == kFormats.end() ? std::nullopt : format_named(name);
}

struct Options {
  Arguments models;
  ModelOptions model;
  Arguments outputs;
  std::string sort;
  std::int64_t top = static_cast<std::int64_t>(kRowsForPeople);
  CommonOptions common;
};

void describe(CLI::App& command, Options& options) {
  command.add_option("MODEL", options.models, "the model as it was, and others to compare with it")->type_name("")->required();
  command.add_option("--sort", options.sort, "order changes by: macs, parameters, flops, bytes_read ...")->type_name("FIGURE");
  command.add_option("--top", options.top, "rows of layers; the rest folds into one. 0: all")->type_name("N");
  command.add_option("-o,--output", options.outputs, "also write FILE: .txt .md .json .csv")
      ->type_name("FILE")
      ->allow_extra_args(false);
  options.model.add_to(command);
  options.common.add_to(command, "text, markdown, json or csv");
  command.footer(kExamples);
}

Metric layer_metric_named(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Metric metric : kLayerMetrics) known.push_back(name_of(metric));
  return choose("--sort", name, known, [](std::string_view word) -> std::optional<Metric> {
    const std::optional<Metric> metric = metric_named(word);
    return metric && layer_metric(*metric) ? metric : std::nullopt;
  });
}

void render(Format format, const std::vector<std::unique_ptr<Comparison>>& comparisons, std::size_t top, Sink& sink,
            const TextOptions& text) {
  if (format == Format::json) {
    JsonWriter json(sink);
    if (comparisons.size() > 1) json.begin_array(JsonWriter::Layout::lines);
    for (const auto& comparison : comparisons) render_json(*comparison, json);
    if (comparisons.size() > 1) json.end_array();
    return;
  }
  bool is_first = true;
  for (const auto& comparison : comparisons) {
    if (format == Format::csv) {
      const Table table = changes_of(*comparison, 0);
      const bool has_several = comparisons.size() > 1;
      if (is_first) write_csv_head(table, sink, has_several);
      write_csv_rows(table, sink, has_several, comparison->after().path);
    } else {
      if (!is_first) sink.write("\n\n");
      const Report report = report_of(*comparison, top);
      format == Format::text ? render_text(report, sink, text) : render_markdown(report, sink);
    }
    is_first = false;
  }
}

}  // namespace

ExitCode run_compare(const Arguments& arguments) {
  CLI::App command("What is different between two models, layer by layer, and what each difference costs.", "macroscope compare");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const Format format =
      options.common.format.empty() ? Format::text : choose("--format", options.common.format, kFormats, compare_format_named);
  const std::optional<Metric> metric = options.sort.empty() ? std::nullopt : std::optional(layer_metric_named(options.sort));
  if (options.top < 0) throw UsageError(fmt::format("--top is at least 0, and not {}", options.top));
  std::vector<std::pair<Format, std::unique_ptr<OutputFile>>> files;
  for (const std::string& path : options.outputs) {
    const std::optional<Format> of_file = format_of_file(path);
    if (!of_file ||
        (*of_file != Format::text && *of_file != Format::markdown && *of_file != Format::json && *of_file != Format::csv))
      throw UsageError(fmt::format("no format has the ending of {}", path), "one of: .txt, .md, .json, .csv");
    files.emplace_back(*of_file, std::make_unique<OutputFile>(path));
  }

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.common.color));
  const AnalysisOptions how = options.model.analysis();
  std::vector<ModelRecord> records;
  ExitCode code = ExitCode::fine;
  for (const std::string& path : options.models) {
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      print(analysis.diagnostics, shown_path, false, messages);
      if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
      const Figures figures(analysis, shown_path);
      if (figures.has_model()) records.push_back(record_of(figures));
    });
  }
  if (records.size() < 2) {
    if (code != ExitCode::fine) return code;
    throw UsageError("there is one model, and nothing to compare it with", "macroscope compare A B");
  }
  std::vector<std::unique_ptr<Comparison>> comparisons;
  for (std::size_t i = 1; i < records.size(); ++i)
    comparisons.push_back(std::make_unique<Comparison>(records.front(), records[i], metric));

  const auto top = static_cast<std::size_t>(options.top);
  DescriptorSink standard_output(STDOUT_FILENO);
  render(format, comparisons, top, standard_output, text_options_for(STDOUT_FILENO, chosen_color(options.common.color)));
  if (const int error = standard_output.flush(); error != 0)
    throw UsageError(fmt::format("cannot write to standard output: {}", std::strerror(error)));
  TextOptions text_of_files;
  text_of_files.width = 120;
  for (auto& [of_file, file] : files) {
    render(of_file, comparisons, top, *file, text_of_files);
    file->commit();
  }
  return code;
}

}  // namespace macroscope
