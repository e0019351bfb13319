#include "analyzer/passes/pass_budget.h"

#include <utility>

namespace macroscope {

Diagnostic named_sizes(Origin origin) {
  return {Severity::note, "named-sizes",
          "sizes take more work than a model is given: from here on their parts have names, and what is certain of them may stay "
          "open",
          std::move(origin), "name numbers for the open sizes with --set; what the names stand for is in the JSON report"};
}

}  // namespace macroscope
