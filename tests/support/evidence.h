// Which operators of com.microsoft does a test hold against a second source?  Noted for the test that compares this with what
// `macroscope ops` claims: a line `shape NAME` or `cost NAME` each time, in the file that MACROSCOPE_EVIDENCE names, if it names one.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "analyzer/analysis.h"

namespace macroscope::testing {

inline void note_evidence(const Analysis& analysis, std::string_view of_what) {
  const char* path = std::getenv("MACROSCOPE_EVIDENCE");  // NOLINT(concurrency-mt-unsafe): nothing sets variables here
  if (path == nullptr) return;
  std::ofstream file(path, std::ios::app);
  for (const Node& node : analysis.network.main().nodes)
    if (node.domain == "com.microsoft") file << of_what << " com.microsoft:" << node.op << '\n';
}

}  // namespace macroscope::testing
