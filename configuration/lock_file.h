// Lock file: which figures does macroscope.lock hold?  The text that reports/lock_text writes.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "analyzer/budget/lock.h"
#include "analyzer/diagnostics/diagnostic.h"

namespace macroscope {

/// The lock, or the first mistake with its line.
[[nodiscard]] std::variant<Lock, Diagnostic> read_lock_file(std::string_view text);

}  // namespace macroscope
