// macroscope explain: one node in full.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/documents.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/progress.h"
#include "reports/kinds/module_report.h"
#include "reports/kinds/node_report.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope explain model.onnx                        lists the nodes
  macroscope explain model.onnx /stem/Conv             by the name of the node
  macroscope explain model.onnx encoder/layer.3        a module, with the sums of its layers
  macroscope explain model.onnx 0                      by its number in the file
  macroscope explain model.onnx y --format json        by the name of an output

Exit status: 0 fine, 2 no such node, 3 the model cannot be read or has an error.)";

/// The node or module that is meant: by an exact name or a number a node, unless the network language made several nodes of one layer.
std::optional<Report> report_of_name(const Figures& figures, const std::string& wanted, bool is_exact) {
  std::optional<NodePlace> place = find_node(figures, wanted);
  const bool is_of_language = figures.network().information.format == "net";
  if (place && !is_of_language) return report_of(figures, *place, is_exact);
  Module module = find_module(figures, wanted);
  if (module.nodes.size() > 1) return report_of(figures, std::move(module), is_exact);
  if (!place && module.nodes.size() == 1) place = NodePlace{0, module.nodes.front()};
  return place ? std::optional(report_of(figures, *place, is_exact)) : std::nullopt;
}

}  // namespace

ExitCode run_explain(const Arguments& arguments) {
  Command command("A node or a module in full: shapes, cost by kind, calculations, gradients, receptive field, and why.",
                  "macroscope explain");
  std::string path;
  std::string wanted;
  bool is_exact = false;
  ModelOptions model;
  OutputOptions outputs;
  const FormatChoice formats{Part::sections, Part::fields};
  command.add_option("MODEL", path, "the model; '-' is standard input")->type_name("")->required();
  command
      .add_option("NODE", wanted, "its name, its number in the file, or the name of an output; a module; none: lists the nodes")
      ->type_name("");
  model.add_to(command);
  command.add_flag("--exact", is_exact, "the text report has every formula whole, and no numbers at example sizes");
  command.add_flag("-q,--quiet", outputs.is_quiet, "no text, no warnings");
  outputs.common.add_to(command, formats.names());
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(outputs.common.color));
  Documents documents(formats, outputs);
  model.confine({path}, outputs.files);
  DocumentOptions document;
  document.has_several = wanted.empty() && is_net_path(path) && count_nets(path) > 1;
  documents.begin(document);
  ExitCode code = ExitCode::fine;
  bool is_found = false;
  std::vector<std::string> near;
  auto progress = std::make_unique<Progress>(1);
  for_each_model(path, model.settings(), [&](const Analysis& analysis, const std::string& shown_path) {
    const Progress::Silence silence;
    const Figures figures(analysis, shown_path);
    if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
    if (!figures.has_model()) return print(analysis.diagnostics, shown_path, outputs.is_quiet, messages);
    const std::optional<Report> report = analysis.budget.apart(
        [&] { return wanted.empty() ? list_of_nodes(figures) : report_of_name(figures, wanted, is_exact); });
    if (report) {
      is_found = true;
      documents.add(*report, analysis.budget);
    } else {
      near = modules_near(figures, wanted);
      if (near.empty()) near = near_misses(figures, wanted);
    }
  });
  progress.reset();
  if (is_found) documents.finish();
  if (!is_found && code == ExitCode::fine)
    throw UsageError(fmt::format("{} has no node called '{}'", path, wanted),
                     near.empty() ? fmt::format("macroscope explain {} lists the nodes", path)
                                  : fmt::format("near: {}", fmt::join(near, ", ")));
  return code;
}

}  // namespace macroscope
