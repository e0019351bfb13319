// Messages: what goes to standard error?
#pragma once

#include <string_view>

#include "analyzer/diagnostics/diagnostic.h"
#include "app/arguments/usage_error.h"
#include "reports/notation/text_style.h"

namespace macroscope {

/// Writes diagnostics of a file; of very many the first ones and how many more there are.
/// \param errors_only leaves out warnings and notes
void print(const Diagnostics& diagnostics, std::string_view file, bool errors_only, const TextOptions& options);
void print(const UsageError& error, const TextOptions& options);

}  // namespace macroscope
