#include "app/model_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "app/bindings.h"
#include "app/messages.h"
#include "app/usage_error.h"
#include "frontends/operators/operator_file.h"

namespace macroscope {
namespace {

std::string content_of(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string content;
  std::array<char, 4096> piece;
  if (file)
    while (const std::size_t length = std::fread(piece.data(), 1, piece.size(), file.get())) content.append(piece.data(), length);
  if (!file || std::ferror(file.get()) != 0) throw UsageError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  return content;
}

std::shared_ptr<const CustomOperators> custom_operators(const std::string& path) {
  if (path.empty()) return nullptr;
  OperatorFile read = read_operator_file(content_of(path));
  print(read.diagnostics, path, false, text_options_for(STDERR_FILENO, ColorChoice::automatic));
  if (has_errors(read.diagnostics)) throw UsageError(fmt::format("the operators of {} are not used", path));
  return std::move(read.operators);
}

Analysis analysis_of(ReadModel read, const AnalysisOptions& options) {
  if (read.network) return analyze(std::move(*read.network), std::move(read.diagnostics), options);
  Analysis nothing;
  nothing.diagnostics = std::move(read.diagnostics);
  nothing.costs.complete = false;
  return nothing;
}

}  // namespace

void ModelOptions::add_to(CLI::App& command) {
  command.add_option("--set", set, "numbers for open sizes: N=8,H=224")->type_name("NAME=NUMBER")->allow_extra_args(false);
  command.add_option("--assume", assume, "expressions for open sizes: H=32*h")->type_name("NAME=EXPR")->allow_extra_args(false);
  command.add_option("--ops", operator_file, "cost rules for your own operators (TOML)")->type_name("FILE");
}

AnalysisOptions ModelOptions::analysis() const {
  AnalysisOptions analysis;
  for (const std::string& text : assume) add_bindings(text, true, analysis.bindings);
  for (const std::string& text : set) add_bindings(text, false, analysis.bindings);
  analysis.custom_operators = custom_operators(operator_file);
  return analysis;
}

void for_each_model(const std::string& path, const AnalysisOptions& options,
                    const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit) {
  visit(analysis_of(read_model(path), options), path == "-" ? "standard input" : path);
}

}  // namespace macroscope
