// Which sizes does the user give a value: `--set N=8,H=224`, `--assume H=32*h`?
#pragma once

#include <string>
#include <string_view>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// Adds `NAME=VALUE` pairs, separated by commas outside parentheses.  A name may hold anything: it ends at the last `=` of its pair, and a
/// piece without one belongs to the name that follows.
/// \param has_expressions false: values are numbers
/// \throws UsageError
void add_bindings(std::string_view text, bool has_expressions, Bindings& bindings);

}  // namespace macroscope
