// macroscope compare: what is different between two models.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/documents.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/progress.h"
#include "frontends/dsl/net_file.h"
#include "reports/kinds/comparison_report.h"
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

const FormatChoice& format_choice() {
  static const FormatChoice kChoice{Part::sections, Part::fields, Part::rows};
  return kChoice;
}

struct Options {
  Arguments models;
  ModelOptions model;
  std::string sort;
  std::int64_t top = static_cast<std::int64_t>(kRowsForPeople);
  OutputOptions outputs;
};

void describe(Command& command, Options& options) {
  command.add_option("MODEL", options.models, "the model as it was, and others to compare with it")->type_name("")->required();
  command.add_option("--sort", options.sort, "order changes by: macs, parameters, flops, bytes_read ...")->type_name("FIGURE");
  command.add_option("--top", options.top, "rows of layers; the rest folds into one. 0: all")->type_name("N");
  options.outputs.add_to(command, format_choice());
  options.model.add_to(command);
  options.outputs.common.add_to(command, format_choice().names());
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

  const std::optional<Metric> metric = options.sort.empty() ? std::nullopt : std::optional(layer_metric_named(options.sort));
  if (options.top < 0) throw UsageError(fmt::format("--top is at least 0, and not {}", options.top));
  Documents documents(format_choice(), options.outputs);
  options.model.confine(options.models, options.outputs.files);
  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.outputs.common.color));
  const ModelSettings how = options.model.settings();
  std::vector<ModelRecord> records;
  ExitCode code = ExitCode::fine;
  auto progress = std::make_unique<Progress>(options.models.size());
  for (const std::string& path : options.models) {
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      const Progress::Silence silence;
      print(analysis.diagnostics, shown_path, false, messages);
      if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
      const Figures figures(analysis, shown_path);
      if (figures.has_model()) records.push_back(record_for_comparison(figures));
    });
  }
  progress.reset();
  if (records.size() < 2) {
    if (code != ExitCode::fine) return code;
    throw UsageError("there is one model, and nothing to compare it with", "macroscope compare A B");
  }
  const std::vector<Pair> pairs = pairs_of(options.models, records);
  DocumentOptions document;
  document.has_several = pairs.size() > 1;
  documents.begin(document);
  for (const auto& [before, after] : pairs) {
    const Comparison comparison(records[before], records[after], metric);
    documents.add(report_of(comparison, static_cast<std::size_t>(options.top)));
  }
  documents.finish();
  return code;
}

}  // namespace macroscope
