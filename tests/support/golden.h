// Golden files: does the program still print what was accepted?  `./dev accept` takes what it prints now.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "catch.h"
#include "places.h"

namespace macroscope::testing {

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Compares with tests/golden/`name`.
inline void check_golden(const std::string& name, const std::string& text) {
  const std::string path = source_directory() + "/tests/golden/" + name;
  if (std::getenv("MACROSCOPE_ACCEPT") != nullptr) std::ofstream(path, std::ios::binary) << text;
  INFO("differs from " << path << "; if that is right: ./dev accept");
  CHECK(text == content_of(path));
}

}  // namespace macroscope::testing
