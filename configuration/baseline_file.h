// Baseline file: what did the models cost when an earlier `macroscope analyze --format json` was written?
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analyzer/record/record.h"

namespace macroscope {

/// Why a file is no baseline.
struct BaselineError {
  std::string message;
  std::string help{};
};

/// A record for each document of the file; documents of another schema are refused, and so are those of models with errors.
[[nodiscard]] std::variant<std::vector<ModelRecord>, BaselineError> read_baseline_file(std::string_view text);

}  // namespace macroscope
