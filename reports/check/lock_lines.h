// Lock lines: what is different from a lock file, as a person reads it in a terminal?
//
// The file itself, and the formats for programs, have every figure of every module; here the model's own figures stand one a line, and below
// them the modules that say where the difference is.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analyzer/budget/verdict.h"

namespace macroscope {

/// \param differences failed verdicts of one lock
/// \param room columns of a line
[[nodiscard]] std::vector<std::string> lock_lines(const std::vector<const Verdict*>& differences, std::size_t room);

}  // namespace macroscope
