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

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/output.h"
#include "frontends/dsl/net_file.h"
#include "reports/document/comparison_report.h"
#include "reports/formats/csv.h"
#include "reports/formats/html.h"
#include "reports/formats/latex.h"
#include "reports/formats/markdown.h"
#include "reports/formats/text.h"
#include "reports/tables/record.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope compare a.onnx b.onnx                      totals, what causes the differences, layers by effect
  macroscope compare a.onnx b.onnx --sort parameters    by what they do to another figure
  macroscope compare a.onnx b.onnx -o change.html       into a file; the ending says the format
  macroscope compare nets.net                           the nets of a file, as its compare lines pair them

Layers are matched by name; renamed ones by operator, shapes and order.
Exit status: 0 fine, 2 wrong usage, 3 a model cannot be read or has an error.)";

constexpr std::array<std::string_view, 6> kFormats{"text", "markdown", "html", "latex", "json", "csv"};

std::optional<Format> compare_format_named(std::string_view name) {
  return std::find(kFormats.begin(), kFormats.end(), name) == kFormats.end() ? std::nullopt : format_named(name);
}

/// A comparison has no graph of its own to draw.
std::optional<Format> compare_format_of_file(std::string_view path) {
  const std::optional<Format> format = format_of_file(path);
  return format == Format::dot || format == Format::svg ? std::nullopt : format;
}

struct Options {
  Arguments models;
  ModelOptions model;
  Arguments outputs;
  std::string sort;
  std::int64_t top = static_cast<std::int64_t>(kRowsForPeople);
  CommonOptions common;
};

void describe(Command& command, Options& options) {
  command.add_option("MODEL", options.models, "the model as it was, and others to compare with it")->type_name("")->required();
  command.add_option("--sort", options.sort, "order changes by: macs, parameters, flops, bytes_read ...")->type_name("FIGURE");
  command.add_option("--top", options.top, "rows of layers; the rest folds into one. 0: all")->type_name("N");
  command.add_option("-o,--output", options.outputs, "also write FILE: .txt .md .html .tex .json .csv")
      ->type_name("FILE")
      ->allow_extra_args(false);
  options.model.add_to(command);
  options.common.add_to(command, "text, markdown, html, latex, json or csv");
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

using Comparisons = std::vector<std::unique_ptr<Comparison>>;

void write_json(const Comparisons& comparisons, Sink& sink) {
  JsonWriter json(sink);
  if (comparisons.size() > 1) json.begin_array(JsonWriter::Layout::lines);
  for (const auto& comparison : comparisons) render_json(*comparison, json);
  if (comparisons.size() > 1) json.end_array();
}

void write_csv(const Comparisons& comparisons, Sink& sink) {
  const bool has_several = comparisons.size() > 1;
  for (const auto& comparison : comparisons) {
    const Table table = changes_of(*comparison, 0);
    if (comparison == comparisons.front()) write_csv_head(table, sink, has_several);
    write_csv_rows(table, sink, has_several, comparison->after().path);
  }
}

void render(Format format, const Comparisons& comparisons, std::size_t top, Sink& sink, const TextOptions& text) {
  switch (format) {
    case Format::json:
      return write_json(comparisons, sink);
    case Format::csv:
      return write_csv(comparisons, sink);
    case Format::html: {
      HtmlPage page(sink);
      for (const auto& comparison : comparisons) page.add(report_of(*comparison, top));
      return page.finish();
    }
    case Format::latex:
      begin_latex(sink);
      for (const auto& comparison : comparisons) render_latex(report_of(*comparison, top), sink);
      return end_latex(sink);
    default:
      break;
  }
  for (const auto& comparison : comparisons) {
    if (comparison != comparisons.front()) sink.write("\n\n");
    const Report report = report_of(*comparison, top);
    format == Format::text ? render_text(report, sink, text) : render_markdown(report, sink);
  }
}

/// The places of two models that are compared.
using Pair = std::pair<std::size_t, std::size_t>;

/// The pairs that a file of the language names on its `compare` lines: the first net of a line with each of the others.
std::vector<Pair> pairs_named_in(const std::string& path, const std::vector<ModelRecord>& records) {
  const auto place_of = [&](const std::string& net) {
    return std::find_if(records.begin(), records.end(),
                        [&](const ModelRecord& record) { return record.path == path + ":" + net; }) -
           records.begin();
  };
  std::vector<Pair> pairs;
  for (const std::vector<std::string>& nets : dsl::NetFile(read_net_text(path)).comparisons())
    for (std::size_t i = 1; i < nets.size(); ++i) {
      const Pair pair(place_of(nets.front()), place_of(nets[i]));
      if (std::max(pair.first, pair.second) < records.size()) pairs.push_back(pair);
    }
  return pairs;
}

/// The first model with each of the others, unless one file with several nets says what to compare.
std::vector<Pair> pairs_of(const Arguments& models, const std::vector<ModelRecord>& records) {
  std::vector<Pair> pairs;
  if (models.size() == 1 && is_net_path(models.front()) && net_path_of(models.front()).net.empty())
    pairs = pairs_named_in(models.front(), records);
  if (!pairs.empty()) return pairs;
  for (std::size_t i = 1; i < records.size(); ++i) pairs.emplace_back(0, i);
  return pairs;
}

}  // namespace

ExitCode run_compare(const Arguments& arguments) {
  Command command("What is different between two models, layer by layer, and what each difference costs.", "macroscope compare");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const Format format =
      options.common.format.empty() ? Format::text : choose("--format", options.common.format, kFormats, compare_format_named);
  const std::optional<Metric> metric = options.sort.empty() ? std::nullopt : std::optional(layer_metric_named(options.sort));
  if (options.top < 0) throw UsageError(fmt::format("--top is at least 0, and not {}", options.top));
  std::vector<std::pair<Format, std::unique_ptr<OutputFile>>> files;
  for (const std::string& path : options.outputs) {
    const std::optional<Format> of_file = compare_format_of_file(path);
    if (!of_file)
      throw UsageError(fmt::format("no format has the ending of {}", path), "one of: .txt, .md, .html, .tex, .json, .csv");
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
  Comparisons comparisons;
  for (const auto& [before, after] : pairs_of(options.models, records))
    comparisons.push_back(std::make_unique<Comparison>(records[before], records[after], metric));

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
