// macroscope export: a network as an ONNX file.
#include "frontends/onnx/export/export.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "analyzer/analysis.h"
#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/output.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope export lenet.net -o lenet.onnx               weights are zeros
  macroscope export zoo.net:resnet18 -o resnet18.onnx     one net of a file
  macroscope export block.net -o block.onnx --set C=64    symbols that weights depend on need numbers
  macroscope export bert.net -o bert.onnx --no-weights    weights are said to stand in bert.onnx.weights

Sizes of inputs may stay open: they become dim_params. A mask becomes a constant that multiplies its weight.

Exit status: 0 fine, 2 wrong usage, 3 the net has an error or cannot be written as ONNX.)";

struct Options {
  std::string model;
  std::string output;
  bool has_no_weights = false;
  bool is_quiet = false;
  ModelOptions how;
  std::string color = "auto";
};

void describe(Command& command, Options& options) {
  command.add_option("MODEL", options.model, "a network: FILE.net, FILE.net:NET, or an ONNX file")->type_name("")->required();
  command.add_option("-o,--output", options.output, "the ONNX file")->type_name("FILE")->required();
  command.add_flag("--no-weights", options.has_no_weights, "refer to weights in FILE.weights, which is not written");
  options.how.add_to(command);
  command.add_flag("-q,--quiet", options.is_quiet, "no warnings");
  add_color(command, options.color);
  command.footer(kExamples);
}

}  // namespace

ExitCode run_export(const Arguments& arguments) {
  Command command("A network of the language as a valid ONNX model, for other tools to run or to show.", "macroscope export");
  Options options;
  describe(command, options);
  if (!parse(command, arguments)) return ExitCode::fine;

  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(options.color));
  onnx::ExportOptions how;
  if (options.has_no_weights) how.absent_weights_file = std::filesystem::path(options.output).filename().string() + ".weights";
  OutputFile file(options.output);
  Sandbox sandbox;
  options.how.allow_files({options.model}, sandbox);
  sandbox.allow_naming(options.output);
  sandbox.enter();
  std::vector<std::string> names;
  ExitCode code = ExitCode::fine;
  for_each_model(options.model, options.how.settings(), [&](const Analysis& analysis, const std::string& shown_path) {
    names.emplace_back(analysis.network.information.name);
    print(analysis.diagnostics, shown_path, options.is_quiet, messages);
    if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
    if (code != ExitCode::fine || names.size() > 1) return;
    const onnx::Exported exported = onnx::export_model(analysis.network, analysis.shapes, how);
    print(exported.diagnostics, shown_path, options.is_quiet, messages);
    if (!exported.bytes) {
      code = ExitCode::bad_model;
    } else {
      file.write(*exported.bytes);
    }
  });
  if (names.size() > 1)
    throw UsageError(fmt::format("{} holds {} nets, and one file holds one", options.model, names.size()),
                     fmt::format("macroscope export {}:{} -o {}", options.model, names.front(), options.output));
  if (code == ExitCode::fine) file.commit();
  return code;
}

}  // namespace macroscope
