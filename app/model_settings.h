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

  [[nodiscard]] bool sets_nothing() const noexcept { return analysis.bindings.empty() && words.empty(); }
};

}  // namespace macroscope
