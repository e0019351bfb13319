// What do all commands that read models share: which options, and how is a model read and analysed by them?
#pragma once

#include <functional>
#include <string>

#include "analyzer/analysis.h"
#include "app/command_line.h"
#include "app/read_model.h"

namespace macroscope {

struct ModelOptions {
  Arguments set;
  Arguments assume;
  std::string operator_file;

  void add_to(CLI::App& command);
  /// Reads the file of operators, if one is named, and prints what is wrong with it. \throws UsageError
  [[nodiscard]] AnalysisOptions analysis() const;
};

/// Reads what `path` names and hands on each of its models, one at a time: a `.net` file may hold several.
/// \param visit takes the analysis and the name to show for the model: its path, `FILE.net:NET`, `standard input`
void for_each_model(const std::string& path, const AnalysisOptions& options,
                    const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit);

}  // namespace macroscope
