// macroscope explain: one node in full.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/documents.h"
#include "app/messages.h"
#include "reports/kinds/node_report.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope explain model.onnx /stem/Conv             by the name of the node
  macroscope explain model.onnx 0                      by its number in the file
  macroscope explain model.onnx y --format json        by the name of an output

Exit status: 0 fine, 2 no such node, 3 the model cannot be read or has an error.)";

}  // namespace

ExitCode run_explain(const Arguments& arguments) {
  Command command("One node in full: shapes, cost by kind, calculations, gradients, receptive field, and why.",
                  "macroscope explain");
  std::string path;
  std::string wanted;
  ModelOptions model;
  OutputOptions outputs;
  const FormatChoice formats{Part::sections, Part::fields};
  command.add_option("MODEL", path, "the model; '-' is standard input")->type_name("")->required();
  command.add_option("NODE", wanted, "its name, its number in the file, or the name of an output")->type_name("")->required();
  model.add_to(command);
  outputs.common.add_to(command, formats.names());
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(outputs.common.color));
  Documents documents(formats, outputs);
  model.confine({path}, outputs.files);
  documents.begin({});
  ExitCode code = ExitCode::fine;
  bool is_found = false;
  std::vector<std::string> near;
  for_each_model(path, model.settings(), [&](const Analysis& analysis, const std::string& shown_path) {
    const Figures figures(analysis, shown_path);
    if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
    if (!figures.has_model()) return print(analysis.diagnostics, shown_path, false, messages);
    if (const std::optional<NodePlace> place = find_node(figures, wanted)) {
      is_found = true;
      documents.add(report_of(figures, *place));
    } else {
      near = near_misses(figures, wanted);
    }
  });
  if (is_found) documents.finish();
  if (!is_found && code == ExitCode::fine)
    throw UsageError(
        fmt::format("{} has no node called '{}'", path, wanted),
        near.empty() ? "names stand in the table of: macroscope MODEL --top 0" : fmt::format("near: {}", fmt::join(near, ", ")));
  return code;
}

}  // namespace macroscope
