// Size arguments: which sizes does the user give a value (`--set N=8,H=224`, `--assume H=32*h`)?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/algebra/dim.h"

namespace macroscope {

/// Values that a size takes one after another: `H=224..512:32`, and `N=1..64:*2` where each is a multiple of the one before.
struct SweepRange {
  std::string name;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;
  bool is_factor = false;
};

/// Adds `NAME=VALUE` pairs, separated by commas outside parentheses.  A name may hold anything: it ends at the last `=` of its pair, and a
/// piece without one belongs to the name that follows.
/// \param has_expressions false: values are numbers
/// \param ranges takes the values that are ranges; null where they are refused
/// \throws UsageError
void add_bindings(std::string_view text, bool has_expressions, Bindings& bindings, std::vector<SweepRange>* ranges = nullptr);

}  // namespace macroscope
