// Settings of a run: how are its models read and analysed?
#pragma once

#include <functional>
#include <map>
#include <string>

#include "analyzer/analysis.h"

namespace macroscope {

struct ModelSettings {
  AnalysisOptions analysis;
  /// What parameters of nets are given that is no size: `--set pad=same`, `--set bias=false`.  By parameter.
  std::map<std::string, std::string, std::less<>> words{};

  /// Nothing comes after this model: its analysis is left to the end of the process, which takes no time, where giving back the parts of a
  /// large one takes a tenth of a run.  A process that runs another command has it until then.
  bool is_last_model = false;

  [[nodiscard]] bool sets_nothing() const noexcept { return analysis.bindings.empty() && words.empty(); }
};

}  // namespace macroscope
