#include "app/arguments/model_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "analyzer/algebra/characters.h"
#include "app/arguments/bindings.h"
#include "app/arguments/usage_error.h"
#include "app/messages.h"
#include "app/net_models.h"
#include "app/progress.h"
#include "app/text_file.h"
#include "configuration/device_file.h"
#include "configuration/device_sheets.h"
#include "configuration/operator_file.h"

namespace macroscope {
namespace {

std::shared_ptr<const CustomOperators> custom_operators(const std::string& path) {
  if (path.empty()) return nullptr;
  OperatorFile read = read_operator_file(content_of(path));
  print(read.diagnostics, path, false, text_options_for(STDERR_FILENO, ColorChoice::automatic));
  if (has_errors(read.diagnostics)) throw UsageError(fmt::format("the operators of {} are not used", path));
  return std::move(read.operators);
}

/// `NAME=WORD`, as parameters of nets may have it: `--set pad=same`, `--set bias=false`.
bool take_word(std::string_view text, ModelSettings& settings) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  const std::string_view word = text.substr(equals + 1);
  if (word.empty() || !is_letter(word.front()) || !std::all_of(word.begin(), word.end(), is_word)) return false;
  settings.words.insert_or_assign(std::string(text.substr(0, equals)), std::string(word));
  return true;
}

Optimizer chosen_optimizer(const std::string& name) {
  constexpr std::string_view kNames[] = {"sgd", "momentum", "adam"};
  return choose("--optimizer", name, kNames, [](std::string_view word) -> std::optional<Optimizer> {
    for (const Optimizer optimizer : {Optimizer::sgd, Optimizer::momentum, Optimizer::adam})
      if (name_of(optimizer) == word) return optimizer;
    return std::nullopt;
  });
}

/// A word that is no path: one of the devices that the program knows.
bool is_name_of_device(std::string_view word) { return word.find_first_of("./") == std::string_view::npos; }

std::string_view sheet_of(const std::string& name) {
  std::vector<std::string_view> known;
  for (const DeviceSheet& sheet : device_sheets()) {
    if (sheet.name == name) return sheet.text;
    known.push_back(sheet.name);
  }
  refuse_word("--device", name, known);
}

std::shared_ptr<const Device> device_of(const std::string& path) {
  if (path.empty()) return nullptr;
  DeviceFile read = read_device_file(is_name_of_device(path) ? std::string(sheet_of(path)) : content_of(path));
  print(read.diagnostics, path, false, text_options_for(STDERR_FILENO, ColorChoice::automatic));
  if (has_errors(read.diagnostics)) throw UsageError(fmt::format("the device of {} is not used", path));
  return std::move(read.device);
}

constexpr std::array<std::string_view, 2> kBiases{"include", "exclude"};

std::optional<bool> excludes_biases(std::string_view word) {
  if (word == "exclude") return true;
  return word == "include" ? std::optional(false) : std::nullopt;
}

constexpr std::array<std::string_view, 2> kOrders{"file", "best"};

std::optional<bool> is_best_order(std::string_view word) {
  if (word == "best") return true;
  return word == "file" ? std::optional(false) : std::nullopt;
}

Analysis analysis_of(ReadModel read, const AnalysisOptions& options) {
  if (read.network) return analyze(std::move(*read.network), std::move(read.diagnostics), options);
  Analysis nothing;
  nothing.diagnostics = std::move(read.diagnostics);
  nothing.costs.complete = false;
  return nothing;
}

}  // namespace

void ModelOptions::add_to(Command& command) {
  command
      .add_option("--set", set,
                  "numbers for open sizes, and for inputs of one or a few numbers: N=8,H=224; a range sweeps: H=224..512:32")
      ->type_name("NAME=NUMBER")
      ->allow_extra_args(false);
  command.begin_group("Sizes");
  command.add_option("--assume", assume, "expressions for open sizes: H=32*h")->type_name("NAME=EXPR")->allow_extra_args(false);
  command.add_option("--free", free, "parameters of a net that stay symbols, whatever their default is: C,H")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.begin_group("What counts");
  command.add_flag("--strict", is_strict, "a declared type that contradicts what follows from the inputs is an error");
  command.add_option("--ops", operator_file, "cost rules for your own operators (TOML)")->type_name("FILE");
  command.add_option("--bias", bias, "exclude: biases are stored, and count as no parameters, as some courses have it")
      ->type_name("HOW")
      ->capture_default_str();
  command.begin_group("Training");
  command.add_flag("--training", has_training, "also what a step of training costs: gradients, optimizer, kept activations");
  command.add_option("--freeze", freeze, "parameters that are not learned: names, of tensors or layers, with * and ?")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  command.add_option("--optimizer", optimizer, "sgd, momentum or adam")->type_name("NAME")->capture_default_str();
  command.add_flag("--mixed-precision", mixed_precision, "train in 16 bits with a copy of the weights in 32");
  command.begin_group("Memory and devices");
  command
      .add_option(
          "--device", device_file,
          "what a device can do: a file (TOML) or the name of one that comes with the program; bounds and best-case times")
      ->type_name("FILE");
  command.add_option("--order", order, "order in which layers run, for the peak of memory: file, or best (looks for the least)")
      ->type_name("ORDER");
  command.add_flag("--in-place", is_in_place, "element-wise layers write over operands that nobody reads later");
  command.add_flag("--cuts", has_cuts, "where to split the model across two devices");
  command.begin_group();
}

void ModelOptions::allow_files(const Arguments& models, Sandbox& sandbox) const {
  for (const std::string& path : models) sandbox.allow_reading(is_net_path(path) ? net_path_of(path).file : path);
  sandbox.allow_reading({operator_file});
  if (!is_name_of_device(device_file)) sandbox.allow_reading({device_file});
}

void ModelOptions::confine(const Arguments& models, const Arguments& outputs) const {
  Sandbox sandbox;
  allow_files(models, sandbox);
  for (const std::string& path : outputs) sandbox.allow_naming(path);
  sandbox.enter();
}

ModelSettings ModelOptions::settings(std::vector<SweepRange>* ranges) const {
  ModelSettings settings;
  AnalysisOptions& analysis = settings.analysis;
  for (const std::string& text : assume) add_bindings(text, true, analysis.bindings);
  for (const std::string& name : free) {
    const auto parsed = Dim::parse(name);
    const auto* symbol = std::get_if<Dim>(&parsed);
    if (symbol == nullptr || symbol->text() != name || symbol->is_number())
      throw UsageError(fmt::format("'{}' is no name of a size", name), "for example --free C,H");
    analysis.bindings.insert_or_assign(name, *symbol);
  }
  for (const std::string& text : set)
    if (!take_word(text, settings)) add_bindings(text, false, analysis.bindings, ranges);
  analysis.without_biases = choose("--bias", bias, kBiases, excludes_biases);
  analysis.has_cuts = has_cuts;
  analysis.best_order = choose("--order", order, kOrders, is_best_order);
  analysis.in_place = is_in_place;
  analysis.is_strict = is_strict;
  analysis.device = device_of(device_file);
  analysis.custom_operators = custom_operators(operator_file);
  analysis.training.frozen = freeze;
  analysis.training.optimizer = chosen_optimizer(optimizer);
  analysis.training.mixed_precision = mixed_precision;
  return settings;
}

void for_each_model(const std::string& path, const ModelSettings& settings,
                    const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit) {
  const Progress::Work work(path);
  if (is_net_path(path)) {
    for_each_net(path, settings, visit);
    return;
  }
  if (!settings.words.empty()) {
    const auto& [name, word] = *settings.words.begin();
    throw UsageError(fmt::format("--set takes numbers, and '{}' is none", word), fmt::format("--assume {}={}", name, word));
  }
  const std::string shown_path = path == "-" ? "standard input" : path;
  if (!settings.is_last_model) return visit(analysis_of(read_model(path), settings.analysis), shown_path);
  // Not destroyed as the process ends, but before the next command of a process that runs several, as pages do.
  static auto& last = *new std::unique_ptr<const Analysis>;
  last.reset();
  last = std::make_unique<const Analysis>(analysis_of(read_model(path), settings.analysis));
  visit(*last, shown_path);
}

}  // namespace macroscope
