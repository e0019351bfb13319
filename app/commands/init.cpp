// macroscope init: a budget file from what models cost today.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "app/arguments/model_options.h"
#include "app/arguments/usage_error.h"
#include "app/commands/check_plan.h"
#include "app/commands/commands.h"
#include "app/messages.h"
#include "app/output.h"
#include "reports/check/budget_text.h"
#include "reports/tables/record.h"

namespace macroscope {
namespace {

constexpr const char* kExamples = R"(Examples:
  macroscope init model.onnx --set batch=1              macroscope.toml with today's figures and 5 %
  macroscope init a.onnx b.onnx -o limits.toml          of two models, into another file
  macroscope init model.onnx -o -                       to standard output)";

/// Null for standard output.
std::unique_ptr<OutputFile> open_budget(const std::string& path, bool is_forced) {
  if (path == "-") return nullptr;
  std::error_code ignored;
  if (!is_forced && std::filesystem::exists(path, ignored))
    throw UsageError(fmt::format("{} is there already", path), "--force writes it anew, -o FILE writes another one");
  return std::make_unique<OutputFile>(path);
}

void write_budget(const std::vector<ModelRecord>& models, const std::string& path, OutputFile* file) {
  if (file == nullptr) {
    StandardOutput standard_output;
    render_budget(models, standard_output);
    standard_output.finish();
    return;
  }
  render_budget(models, *file);
  file->commit();
  DescriptorSink standard_error(STDERR_FILENO);
  standard_error.write(fmt::format("wrote {}: macroscope check holds the models to it\n", path));
  standard_error.flush();
}

}  // namespace

ExitCode run_init(const Arguments& arguments) {
  Command command("Writes a budget file from what models cost today, and 5 %.", "macroscope init");
  Arguments models;
  ModelOptions model;
  std::string output = "macroscope.toml";
  std::string color = "auto";
  bool is_forced = false;
  command.add_option("MODEL", models, "models that the budget is for")->type_name("")->required();
  command.add_option("-o,--output", output, "the file to write, '-' for standard output")->type_name("FILE");
  command.add_flag("--force", is_forced, "write over a file that is there");
  model.add_to(command);
  add_color(command, color);
  command.footer(kExamples);
  if (!parse(command, arguments)) return ExitCode::fine;

  const std::unique_ptr<OutputFile> file = open_budget(output, is_forced);
  Sandbox sandbox;
  model.allow_files(models, sandbox);
  if (file) sandbox.allow_naming(output);
  sandbox.enter();
  const TextOptions messages = text_options_for(STDERR_FILENO, chosen_color(color));
  BudgetPlace place;
  if (output != "-") place.folder = std::filesystem::path(output).parent_path().generic_string();
  std::vector<ModelRecord> records;
  ExitCode code = ExitCode::fine;
  const ModelSettings how = model.settings();
  for (const std::string& path : models) {
    for_each_model(path, how, [&](const Analysis& analysis, const std::string& shown_path) {
      print(analysis.diagnostics, shown_path, false, messages);
      if (has_errors(analysis.diagnostics)) code = ExitCode::bad_model;
      records.push_back(record_of(Figures(analysis, shown_path)));
      records.back().path = relative_to_budget(shown_path, place);
    });
  }
  if (code == ExitCode::fine) write_budget(records, output, file.get());
  return code;
}

}  // namespace macroscope
