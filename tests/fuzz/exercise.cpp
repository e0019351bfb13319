#include "exercise.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "configuration/device_file.h"
#include "configuration/operator_file.h"
#include "frontends/onnx/export/export.h"
#include "frontends/onnx/import/import.h"
#include "parse_back/parse_back.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/kinds/comparison_report.h"
#include "reports/kinds/node_report.h"
#include "reports/kinds/worked_report.h"
#include "reports/tables/record.h"

namespace macroscope::fuzz {
namespace {

/// Writes a report as often as the options say, and reads the document back.
void check_document(std::string_view kind, const Report& report, const Format& format, const DocumentOptions& options) {
  TextSink sink;
  const auto document = format.make(sink, options);
  document->add(report);
  if (options.has_several) document->add(report);
  document->finish();
  // A format that shows nothing of a report is not offered for it.
  if (sink.text().empty() && format.part != Part::sections) return;
  must_be_sound(fmt::format("{} as {}", kind, format.name), testing::complaint_of(format.name, sink.text()));
}

/// In one format, or in each.
void check_report(std::string_view kind, const Report& report, Choices& choices) {
  DocumentOptions options;
  options.text.width = 40 + 30 * choices.below(4);
  options.has_several = choices.flag();
  options.is_apart = choices.flag();
  options.has_details = choices.flag();
  const std::size_t first = choices.below(formats().size());
  const std::size_t count = choices.flag() ? 1 : formats().size();
  for (std::size_t i = 0; i < count; ++i) {
    const Format& format = formats()[(first + i) % formats().size()];
    const bool can_write = format.part == Part::sections || (format.part == Part::rows && report.rows) ||
                           (format.part == Part::fields && report.fields) || (format.part == Part::model && report.model);
    if (can_write) check_document(kind, report, format, options);
  }
}

std::shared_ptr<const Device> some_device() {
  static const std::shared_ptr<const Device> device = read_device_file(R"(name = "a device"
bandwidth = "2039 GB/s"
memory = "80 GiB"
[peak]
float32 = "19.5 T"
float16 = "312 T"
int8 = "624 T")")
                                                          .device;
  return device;
}

std::shared_ptr<const CustomOperators> some_operators() {
  static const std::shared_ptr<const CustomOperators> operators = read_operator_file(R"toml([[operator]]
domain = "acme"
name = "Mix"
loops = "Y[n,o,p..] += X[n,c,p*stride+k*dilation-pad..] * W[o,c,k..]"
bias = 2
roles = "xwb"
[[operator]]
domain = "acme"
name = "Gate"
body = "T = MatMul(X, W); Y = Relu(T)"
[[operator]]
domain = "acme"
name = "Twice"
elements = { mul = 2, add = 1 })toml")
                                                                      .operators;
  return operators;
}

/// A size takes a number at the edges of what a size can be, or an expression.
Dim chosen_value(const std::string& symbol, Choices& choices) {
  switch (choices.below(8)) {
    case 0:
      return Dim(1);
    case 1:
      return Dim(0);
    case 2:
      return Dim(-1);
    case 3:
      return Dim((std::int64_t{1} << 62) - 1);
    case 4:
      return Dim::symbol(symbol) * Dim(2) + Dim(1);
    case 5:
      return Dim::symbol("other");
    default:
      return Dim(static_cast<std::int64_t>(2 + choices.below(63)));
  }
}

ReportOptions chosen_report(Choices& choices) {
  ReportOptions options;
  options.depth = choices.below(4);
  options.has_training = choices.flag();
  if (choices.flag()) options.top = choices.below(5);
  if (choices.flag()) options.sort = kLayerMetrics[choices.below(kLayerMetricCount)];
  return options;
}

void work_out(const Figures& figures, Choices& choices) {
  WorkedReportOptions options;
  options.depth = choices.below(3);
  options.lines.has_gradients = choices.flag();
  check_report("a worked table", worked_report(figures, options), choices);
}

void explain_node(const Figures& figures, Choices& choices) {
  const std::string wanted = fmt::format("{}", choices.below(16));
  static_cast<void>(near_misses(figures, "conv"));
  if (const auto place = find_node(figures, wanted)) check_report("a node", report_of(figures, *place, choices.flag()), choices);
}

/// Of the model with itself: there is nothing to see.
void compare_with_itself(const Figures& figures, Choices& choices) {
  const ModelRecord record = record_of(figures);
  const Comparison comparison(record, record);
  if (!comparison.changed().empty()) report_finding("a model differs from itself");
  check_report("a comparison", report_of(comparison, 0), choices);
}

void export_again(const Analysis& analysis) {
  onnx::Exported exported = onnx::export_model(analysis.network, analysis.shapes);
  if (!exported.bytes) {
    if (!has_errors(exported.diagnostics)) report_finding("an export fails and does not say why");
    return;
  }
  const auto again = onnx::read_document(onnx::Source::of_bytes({exported.bytes->begin(), exported.bytes->end()}));
  if (const auto* refusal = std::get_if<Diagnostic>(&again)) report_finding("an exported model is refused: " + refusal->message);
}

void check_network(const Network& network) {
  for (const Graph& graph : network.graphs) {
    // A graph with a cycle has no order.
    if (!graph.order.empty() && graph.order.size() != graph.nodes.size()) report_finding("an order leaves nodes out");
    for (const Node& node : graph.nodes)
      for (const TensorId tensor : node.inputs)
        if (tensor != kAbsent && tensor >= graph.tensors.size()) report_finding("an input is no tensor of its graph");
    for (const StoredTensor& stored : graph.stored) static_cast<void>(network.content(stored));
  }
}

void check_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.message.empty() || diagnostic.code.empty()) report_finding("a diagnostic says nothing");
}

void report_on(const Analysis& analysis, Choices& choices) {
  const Figures figures(analysis, "models/fuzzed.onnx");
  check_report("a report", report_of(figures, chosen_report(choices)), choices);
  if (!figures.has_model()) return;
  switch (choices.below(4)) {
    case 0:
      return work_out(figures, choices);
    case 1:
      return explain_node(figures, choices);
    case 2:
      return compare_with_itself(figures, choices);
    default:
      static_cast<void>(sweep_row(analysis, {}));
      return export_again(analysis);
  }
}

}  // namespace

void report_finding(std::string_view what) {
  std::fprintf(stderr, "finding: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

void must_be_sound(std::string_view what, std::string_view complaint) {
  if (!complaint.empty()) report_finding(fmt::format("{}: {}", what, complaint));
}

AnalysisOptions chosen_options(const Network& network, Choices& choices) {
  AnalysisOptions options;
  options.has_cuts = choices.flag();
  options.best_order = choices.flag();
  options.in_place = choices.flag();
  options.without_biases = choices.flag();
  if (choices.flag()) options.device = some_device();
  if (choices.flag()) options.custom_operators = some_operators();
  options.training.mixed_precision = choices.flag();
  options.training.optimizer = static_cast<Optimizer>(choices.below(3));
  if (choices.flag()) options.training.frozen = {"*a*", "w?"};
  const std::size_t bound = choices.below(4);
  for (std::size_t i = 0; i < bound && i < network.symbols.all().size(); ++i) {
    const Symbol& symbol = network.symbols.all()[i];
    options.bindings.emplace(symbol.name, chosen_value(symbol.id, choices));
  }
  return options;
}

void exercise_model(std::span<const std::uint8_t> bytes, Choices choices) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  auto result = onnx::read_document(onnx::Source::of_bytes(std::vector<char>(begin, begin + bytes.size())));
  if (const auto* refusal = std::get_if<Diagnostic>(&result)) {
    if (refusal->message.empty() || refusal->severity != Severity::error) report_finding("a refusal says nothing");
    return;
  }
  onnx::Import import = onnx::import_document(std::get<onnx::Document>(std::move(result)));
  check_diagnostics(import.diagnostics);
  if (!import.network) {
    if (!has_errors(import.diagnostics)) report_finding("nothing was imported, and nothing says why");
    return;
  }
  check_network(*import.network);
  const AnalysisOptions options = chosen_options(*import.network, choices);
  Analysis analysis;
  try {
    analysis = analyze(*std::move(import.network), std::move(import.diagnostics), options);
  } catch (const std::exception& error) {
    report_finding(fmt::format("an exception leaves the analysis: {}", error.what()));
  }
  check_diagnostics(analysis.diagnostics);
  try {
    report_on(analysis, choices);
  } catch (const std::exception& error) {
    report_finding(fmt::format("an exception leaves the reports: {}", error.what()));
  }
}

}  // namespace macroscope::fuzz
