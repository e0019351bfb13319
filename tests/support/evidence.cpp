#include "evidence.h"

#include <cstdlib>
#include <fstream>

namespace macroscope::testing {

void note_evidence(const Analysis& analysis, std::string_view of_what) {
  const char* path = std::getenv("MACROSCOPE_EVIDENCE");  // NOLINT(concurrency-mt-unsafe): nothing sets variables here
  if (path == nullptr) return;
  std::ofstream file(path, std::ios::app);
  for (const Node& node : analysis.network.main().nodes)
    if (node.domain == "com.microsoft") file << of_what << " com.microsoft:" << node.op << '\n';
}

}  // namespace macroscope::testing
