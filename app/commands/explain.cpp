// macroscope explain: one node in full.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/output.h"
#include "reports/document/node_report.h"
#include "reports/formats/markdown.h"
#include "reports/formats/text.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope explain model.onnx /stem/Conv             by the name of the node
  macroscope explain model.onnx 0                      by its number in the file
  macroscope explain model.onnx y --format json        by the name of an output

Exit status: 0 fine, 2 no such node, 3 the model cannot be read or has an error.)";

constexpr std::array<std::string_view, 3> kFormats{"text", "markdown", "json"};

std::optional<Format> explain_format_named(std::string_view name) {
  return std::find(kFormats.begin(), kFormats.end(), name) == kFormats.end() ? std::nullopt : format_named(name);
}

void render(Format format, const Figures& figures, const NodePlace& place, Sink& sink, const TextOptions& text) {
  if (format == Format::json) {
    JsonWriter json(sink);
    render_json(figures, place, json);
  } else if (format == Format::markdown) {
    render_markdown(report_of(figures, place), sink);
  } else {
    render_text(report_of(figures, place), sink, text);
  }
}

}  // namespace

ExitCode run_explain(const Arguments& arguments) {
  Command command("One node in full: shapes, cost by kind, calculations, gradients, receptive field, and why.",
                  "macroscope explain");
  std::string path;
  std::string wanted;
  ModelOptions model;
  CommonOptions common;
  command.add_option("MODEL", path, "the model; '-' is standard input")->type_name("")->required();
  command.add_option("NODE", wanted, "its name, its number in the file, or the name of an output")->type_name("")->required();
  model.add_to(command);
  common.add_to(command, "text, markdown or json");
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  const Format format = common.format.empty() ? Format::text : choose("--format", common.format, kFormats, explain_format_named);
  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(common.color));
  DescriptorSink standard_output(STDOUT_FILENO);
  ExitCode code = ExitCode::fine;
  bool is_found = false;
  std::vector<std::string> near;
  for_each_model(path, model.analysis(), [&](const Analysis& analysis, const std::string& shown_path) {
    const Figures figures(analysis, shown_path);
    if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
    if (!figures.has_model()) return print(analysis.diagnostics, shown_path, false, messages);
    if (const std::optional<NodePlace> place = find_node(figures, wanted)) {
      is_found = true;
      render(format, figures, *place, standard_output, text_options_for(STDOUT_FILENO, chosen_color(common.color)));
    } else {
      near = near_misses(figures, wanted);
    }
  });
  standard_output.flush();
  if (!is_found && code == ExitCode::fine)
    throw UsageError(
        fmt::format("{} has no node called '{}'", path, wanted),
        near.empty() ? "names stand in the table of: macroscope MODEL --top 0" : fmt::format("near: {}", fmt::join(near, ", ")));
  return code;
}

}  // namespace macroscope
