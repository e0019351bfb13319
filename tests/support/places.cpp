#include "places.h"

namespace macroscope::testing {

const std::string& source_directory() {
  static const std::string directory = MACROSCOPE_SOURCE_DIR;
  return directory;
}

const std::string& build_directory() {
  static const std::string directory = MACROSCOPE_BINARY_DIR;
  return directory;
}

}  // namespace macroscope::testing
