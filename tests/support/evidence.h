// Evidence list: which operators of com.microsoft does a test hold against a second source?  Noted for the test that compares this with what
// `macroscope ops` claims: a line `shape NAME` or `cost NAME` each time, in the file that MACROSCOPE_EVIDENCE names, if it names one.
#pragma once

#include <string_view>

#include "analyzer/analysis.h"

namespace macroscope::testing {

void note_evidence(const Analysis& analysis, std::string_view of_what);

}  // namespace macroscope::testing
