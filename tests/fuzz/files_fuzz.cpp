// Any texts as a budget, a lock, a baseline, operators and a device, used together on one model: check, compare, init and lock.
//
// The texts stand one behind the other with a line `%%` between them; the last bytes choose options.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analyzer/budget/judge.h"
#include "analyzer/budget/lock.h"
#include "configuration/baseline_file.h"
#include "configuration/budget_file.h"
#include "configuration/device_file.h"
#include "configuration/lock_file.h"
#include "configuration/operator_file.h"
#include "exercise.h"
#include "frontends/onnx/import/import.h"
#include "onnx_bytes.h"
#include "parse_back/parse_back.h"
#include "reports/check/budget_text.h"
#include "reports/check/check_github.h"
#include "reports/check/check_json.h"
#include "reports/check/check_junit.h"
#include "reports/check/check_markdown.h"
#include "reports/check/check_openmetrics.h"
#include "reports/check/check_sarif.h"
#include "reports/check/check_text.h"
#include "reports/check/lock_text.h"
#include "reports/formats/formats.h"
#include "reports/kinds/analysis_report.h"
#include "reports/kinds/comparison_report.h"
#include "reports/tables/record.h"

namespace macroscope::fuzz {
namespace {

constexpr std::string_view kSeparator = "\n%%\n";

/// x [N, 3, H, 32] through a convolution, an operator of nobody's and one that is not known.
std::string model_bytes() {
  constexpr auto kFloat = static_cast<std::int64_t>(onnx::schema::DataType::kFloat);
  namespace graph = onnx::schema::GraphProto;
  test::Bytes mix = test::node_bytes("Mix", {"c", "v"}, {"m"}, "body/mix");
  mix.text(onnx::schema::NodeProto::kDomain, "acme");
  const test::Bytes bytes = test::Bytes()
                                .text(graph::kName, "a model")
                                .message(graph::kInput, test::value_bytes("x", kFloat, {"N", 3, "H", 32}))
                                .message(graph::kInitializer, test::tensor_bytes("w", kFloat, {8, 3, 3, 3}))
                                .message(graph::kInitializer, test::tensor_bytes("v", kFloat, {8, 8, 1, 1}))
                                .message(graph::kNode, test::node_bytes("Conv", {"x", "w"}, {"c"}, "head/last/conv"))
                                .message(graph::kNode, mix)
                                .message(graph::kNode, test::node_bytes("Relu", {"m"}, {"r"}, "body/relu"))
                                .message(graph::kNode, test::node_bytes("Transpose", {"r"}, {"y"}, "231"))
                                .message(graph::kOutput, test::untyped_value_bytes("y"));
  return test::model_head_bytes()
      .message(onnx::schema::ModelProto::kOpsetImport, test::Bytes()
                                                           .text(onnx::schema::OperatorSetIdProto::kDomain, "acme")
                                                           .number(onnx::schema::OperatorSetIdProto::kVersion, 1))
      .message(onnx::schema::ModelProto::kGraph, bytes)
      .str();
}

Analysis analysed(const AnalysisOptions& options) {
  static const std::string bytes = model_bytes();
  auto document = onnx::read_document(onnx::Source::of_bytes({bytes.begin(), bytes.end()}));
  onnx::Import import = onnx::import_document(std::get<onnx::Document>(std::move(document)));
  return analyze(*std::move(import.network), std::move(import.diagnostics), options);
}

void check_diagnostics(std::string_view what, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.message.empty() || diagnostic.code.empty()) report_finding(fmt::format("a mistake of {} says nothing", what));
}

template <typename Render>
std::string text_of(const Render& render) {
  TextSink sink;
  render(sink);
  return sink.take();
}

void check_reports(const CheckReport& report) {
  using testing::complaint_of_json;
  using testing::complaint_of_text;
  must_be_sound("check as JSON", complaint_of_json(text_of([&](Sink& sink) { render_check_json(report, sink); })));
  must_be_sound("check as SARIF", complaint_of_json(text_of([&](Sink& sink) { render_check_sarif(report, sink, "0"); })));
  must_be_sound("check as JUnit", testing::complaint_of_junit(text_of([&](Sink& sink) { render_check_junit(report, sink); })));
  const std::string markdown = text_of([&](Sink& sink) { render_check_markdown(report, sink); });
  must_be_sound("check as Markdown", testing::complaint_of_markdown(markdown));
  static_cast<void>(cut_at_line(markdown, markdown.size() / 2));
  must_be_sound("check as text", complaint_of_text(text_of([&](Sink& sink) { render_check_text(report, sink, {}, false); })));
  must_be_sound("check as annotations", complaint_of_text(text_of([&](Sink& sink) { render_check_github(report, sink); })));
  must_be_sound("check as OpenMetrics", complaint_of_text(text_of([&](Sink& sink) { render_check_openmetrics(report, sink); })));
}

/// What is written is read as the same.
void check_lock(const Lock& lock) {
  const std::string text = text_of([&](Sink& sink) { render_lock(lock, sink); });
  auto read = read_lock_file(text);
  if (const auto* mistake = std::get_if<Diagnostic>(&read))
    report_finding(fmt::format("a written lock is refused: {}", mistake->message));
  if (text_of([&](Sink& sink) { render_lock(std::get<Lock>(read), sink); }) != text)
    report_finding("a lock changes when it is written again");
}

/// A budget of what the model costs today is kept to by the model of today.
void check_budget_of(const ModelRecord& record) {
  const std::string text = text_of([&](Sink& sink) { render_budget({record}, sink); });
  must_be_sound("a budget", testing::complaint_of_toml(text));
  const BudgetFile file = read_budget_file(text);
  if (has_errors(file.diagnostics))
    report_finding(fmt::format("a written budget is refused: {}", file.diagnostics.front().message));
  for (const ModelBudget& budget : file.budget.models)
    for (const Verdict& verdict : judge(record, budget, UnknownPolicy::allow, nullptr))
      if (verdict.outcome == Outcome::failed) report_finding("a model breaks the budget that was written for it");
}

std::string document_of(const Report& report, std::string_view format) {
  return text_of([&](Sink& sink) {
    const auto document = format_named(format)->make(sink, {});
    document->add(report);
    document->finish();
  });
}

/// The figures of a JSON document are those of the analysis.
void check_baseline_of(const Figures& figures, const ModelRecord& record) {
  const std::string text = document_of(report_of(figures, ReportOptions()), "json");
  must_be_sound("JSON", testing::complaint_of_json(text));
  const auto read = read_baseline_file(text);
  const auto* records = std::get_if<std::vector<ModelRecord>>(&read);
  if (records == nullptr) {
    if (has_errors(figures.analysis().diagnostics)) return;
    report_finding(fmt::format("a written baseline is refused: {}", std::get<BaselineError>(read).message));
  }
  const auto& macs = records->front().total(Metric::macs);
  if (macs && record.total(Metric::macs) && !(macs->value == record.total(Metric::macs)->value))
    report_finding("a baseline has other MACs than its model");
}

void compare(const ModelRecord& before, const ModelRecord& after) {
  const Comparison comparison(before, after);
  for (const std::string_view format : {"text", "json", "markdown", "latex", "html", "csv"})
    must_be_sound(fmt::format("a comparison as {}", format),
                  testing::complaint_of(format, document_of(report_of(comparison, 0), format)));
}

std::array<std::string_view, 5> parts_of(std::string_view text) {
  std::array<std::string_view, 5> parts{};
  for (std::string_view& part : parts) {
    part = text.substr(0, text.find(kSeparator));
    text.remove_prefix(std::min(text.size(), part.size() + kSeparator.size()));
  }
  return parts;
}

void use_together(std::string_view text, Choices choices) {
  const auto [budget_text, lock_text, baseline_text, operators_text, device_text] = parts_of(text);
  AnalysisOptions options;
  OperatorFile operators = read_operator_file(operators_text);
  check_diagnostics("operators", operators.diagnostics);
  if (!has_errors(operators.diagnostics)) options.custom_operators = std::move(operators.operators);
  DeviceFile device = read_device_file(device_text);
  check_diagnostics("a device", device.diagnostics);
  if (!has_errors(device.diagnostics)) options.device = std::move(device.device);
  const BudgetFile budget = read_budget_file(budget_text);
  check_diagnostics("a budget", budget.diagnostics);
  const bool has_budget = !has_errors(budget.diagnostics) && !budget.budget.models.empty();
  if (has_budget && choices.flag()) options.bindings = budget.budget.models.front().bindings;
  options.best_order = choices.flag();

  const Analysis analysis = analysed(options);
  const Figures figures(analysis, "models/a.onnx");
  const ModelRecord record = record_of(figures);
  check_budget_of(record);
  check_baseline_of(figures, record);

  auto baselines = read_baseline_file(baseline_text);
  const auto* records = std::get_if<std::vector<ModelRecord>>(&baselines);
  if (records == nullptr && std::get<BaselineError>(baselines).message.empty())
    report_finding("a mistake of a baseline says nothing");
  const ModelRecord* baseline = records != nullptr && !records->empty() ? &records->front() : nullptr;
  if (baseline != nullptr) compare(*baseline, record);

  CheckReport report;
  report.budget_path = "macroscope.toml";
  report.lock_path = "macroscope.lock";
  ModelVerdicts& verdicts = report.models.emplace_back();
  verdicts.path = record.path;
  verdicts.bindings = record.bindings;
  verdicts.totals = record.totals;
  if (has_budget)
    for (const ModelBudget& entry : budget.budget.models)
      for (Verdict& verdict : judge(record, entry, budget.budget.unknown, baseline))
        verdicts.verdicts.push_back(std::move(verdict));
  const LockedModel now = lock_of(record, record.path);
  check_lock({now});
  auto lock = read_lock_file(lock_text);
  if (const auto* locked = std::get_if<Lock>(&lock)) {
    for (Verdict& verdict : differences(*locked, now)) verdicts.verdicts.push_back(std::move(verdict));
    check_lock(merged(*locked, {now}));
  }
  check_reports(report);
}

}  // namespace
}  // namespace macroscope::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace macroscope::fuzz;
  constexpr std::size_t kMostBytes = 8192;
  if (size > kMostBytes) return 0;
  std::span<const std::uint8_t> input(data, size);
  const Choices choices(input);
  try {
    use_together({reinterpret_cast<const char*>(input.data()), input.size()}, choices);
  } catch (const std::exception& error) {
    report_finding(fmt::format("an exception: {}", error.what()));
  }
  return 0;
}
